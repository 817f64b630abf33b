import { expect, test } from 'vitest'
import { originsFromRuns, withOrigins } from './origins.ts'
import type { Score } from './score.ts'

const note = (onset: number) => ({ onset, duration: 480, pitch: 60, velocity: 80 })
const score: Score = {
  length: 1920,
  tempos: [],
  metres: [],
  tracks: [{ name: 'Piano', role: 'piano', program: 0, isDrum: false, notes: [note(0), note(480), note(960)] }],
}

test('runs are as many origins as they say', () => {
  expect(originsFromRuns('m2 h1')).toEqual(['model', 'model', 'human'])
  expect(originsFromRuns('')).toEqual([])
})

test('each note gets its origin, in the order of the track', () => {
  expect(withOrigins(score, ['m1 e1 h1']).tracks[0]!.notes.map(({ origin }) => origin)).toEqual(['model', 'edited', 'human'])
})

test('a line that does not fit the notes says nothing', () => {
  expect(withOrigins(score, ['m2'])).toEqual(score)
})
