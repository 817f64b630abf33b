import { expect, test } from 'vitest'
import { byTrack, endOfBar } from './liveScore.ts'
import type { Score } from './score.ts'

test('notes go to their tracks in the order in which they came', () => {
  const lists = byTrack([[1, 0, 480, 60, 80], [0, 0, 240, 72, 90], [1, 480, 480, 62, 80]], 3) // prettier-ignore
  expect(lists.map((notes) => notes.map((note) => note.pitch))).toEqual([[72], [60, 62], []])
})

test('a note of a track that was not announced is left out', () => {
  expect(byTrack([[4, 0, 480, 60, 80]], 2)).toEqual([[], []])
})

test('bars end where their metre says', () => {
  const score: Score = {
    length: 1920 + 2 * 1440,
    tempos: [],
    metres: [{ tick: 0, numerator: 4, denominator: 4 }, { tick: 1920, numerator: 3, denominator: 4 }],
    tracks: [],
  } // prettier-ignore
  expect([0, 1, 2, 3, 9].map((bar) => endOfBar(score, bar))).toEqual([0, 1920, 3360, 4800, 4800])
})
