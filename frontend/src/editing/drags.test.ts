import { expect, test } from 'vitest'
import type { Note } from '../note.ts'
import type { Score } from '../score.ts'
import { semitones } from './changes.ts'
import { dragged } from './drags.ts'

const low: Note = { onset: 480, duration: 480, pitch: 60, velocity: 80 }
const high: Note = { onset: 960, duration: 240, pitch: 67, velocity: 80 }
const score: Score = {
  length: 3840,
  tempos: [],
  metres: [{ tick: 0, numerator: 4, denominator: 4 }],
  tracks: [{ name: 'Piano', role: 'piano', program: 0, isDrum: false, notes: [low, high] }],
}
const rows = (notes: readonly Note[]) => notes.map(({ onset, duration, pitch }) => [onset, duration, pitch])
const from = { tick: 500, row: 60 }

test('a click draws a note of the usual length, a drag says how long it is', () => {
  const drag = { kind: 'draw', track: 0, note: { onset: 1920, duration: 240, pitch: 72, velocity: 90 }, from: { tick: 1930, row: 72 } } as const
  const drawn = (tick: number) => rows(dragged(score, drag, { tick, row: 72 }, 240, semitones)!.score.tracks[0]!.notes).at(-1)
  expect(drawn(1940)).toEqual([1920, 240, 72])
  expect(drawn(2900)).toEqual([1920, 960, 72])
})

test('a drag moves all that is chosen, by the grid in time and by rows in pitch', () => {
  const drag = { kind: 'move', note: low, chosen: new Set([low, high]), from } as const
  const change = dragged(score, drag, { tick: 500 + 230, row: 62 }, 240, semitones)!
  expect(rows(change.score.tracks[0]!.notes)).toEqual([[720, 480, 62], [1200, 240, 69]])
})

test('a note off the grid that moves in pitch alone keeps its time', () => {
  const loose = { ...low, onset: 490 }
  const on = { ...score, tracks: [{ ...score.tracks[0]!, notes: [loose] }] }
  const drag = { kind: 'move', note: loose, chosen: new Set([loose]), from } as const
  expect(rows(dragged(on, drag, { tick: 530, row: 61 }, 240, semitones)!.score.tracks[0]!.notes)).toEqual([[490, 480, 61]])
})

test('the end of a note follows the pointer to the grid, and never passes its beginning', () => {
  const drag = { kind: 'resize', note: low, chosen: new Set([low]), from: { tick: 960, row: 60 } } as const
  const ends = (tick: number) => dragged(score, drag, { tick, row: 60 }, 240, semitones)!.score.tracks[0]!.notes[0]!.duration
  expect(ends(1180)).toBe(720)
  expect(ends(0)).toBe(240)
})

test('dragged back to where it began, nothing is changed', () => {
  const drag = { kind: 'move', note: low, chosen: new Set([low]), from } as const
  expect(dragged(score, drag, from, 240, semitones)).toBeNull()
})
