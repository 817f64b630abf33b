import { expect, test } from 'vitest'
import { firstOnset, holds, notedOf, parsePlaces, toggled, writePlaces } from './notePlaces.ts'

const text = '0:480:64,2:0:36'

test('places are written as they were read', () => {
  expect(writePlaces(parsePlaces(text))).toBe(text)
  expect(parsePlaces('')).toEqual([])
})

test('a note is put in, and the same note is taken out again', () => {
  const places = parsePlaces(text)
  const place = { track: 0, onset: 480, pitch: 67 }
  expect(toggled(places, place)).toHaveLength(3)
  expect(toggled(toggled(places, place), place)).toEqual(places)
  expect(holds(places, { track: 1, onset: 480, pitch: 64 })).toBe(false)
})

test('the roll is told of each track, and the comment begins at its first note', () => {
  expect(notedOf(parsePlaces(text))).toEqual(new Map([[0, new Set([480 * 128 + 64])], [2, new Set([36])]]))
  expect(firstOnset(parsePlaces(text))).toBe(0)
})
