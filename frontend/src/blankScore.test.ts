import { expect, test } from 'vitest'
import { blankScore } from './blankScore.ts'

test('a blank score has four bars of its metre and five empty tracks, drums first', () => {
  const score = blankScore({ bpm: 100, metre: '6/8' })
  expect(score.length).toBe(4 * 1440)
  expect(score.tracks.map(({ role, isDrum, notes }) => [role, isDrum, notes.length])).toEqual([
    ['drums', true, 0], ['piano', false, 0], ['guitar', false, 0], ['bass', false, 0], ['strings', false, 0],
  ])
})
