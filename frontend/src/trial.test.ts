import { expect, test } from 'vitest'
import { ARRANGERS } from './studioSettings.ts'
import { shareLine, shuffled, voteLine } from './trial.ts'

test('every order of the three comes up as often as any other', () => {
  let state = 1
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647
  const counts = new Map<string, number>()
  for (let i = 0; i < 6000; i++) {
    const order = shuffled(ARRANGERS, random).join()
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  expect(counts.size).toBe(6)
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130)
})

test('one votes when all three were heard', () => {
  expect(voteLine([true, false, false])).toEqual({ sentence: 'Before you vote, listen to B and C.', open: false })
  expect(voteLine([true, true, true]).open).toBe(true)
})

test('a share says how sure it is', () => {
  const share = { arranger: 'hybrid', votes: 3, share: 3 / 7, low: 0.158, high: 0.749 }
  expect(shareLine(share, 7)).toBe('3 of 7 votes: 43%, in truth between 16% and 75%')
})
