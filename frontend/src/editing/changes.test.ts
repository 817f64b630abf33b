import { describe, expect, test } from 'vitest'
import type { Note } from '../note.ts'
import type { Score } from '../score.ts'
import { added, clipOf, duplicated, locked, moved, pasted, quantised, removed, resized, struck, tidied, transposed, within } from './changes.ts'

const note = (onset: number, pitch: number, change: Partial<Note> = {}): Note => ({ onset, duration: 480, pitch, velocity: 80, ...change })
const low = note(0, 60, { origin: 'model' })
const high = note(480, 64, { origin: 'human' })
const kick = note(0, 36, { duration: 120 })
const score: Score = {
  length: 1920,
  tempos: [],
  metres: [{ tick: 0, numerator: 4, denominator: 4 }],
  tracks: [
    { name: 'Piano', role: 'piano', program: 0, isDrum: false, notes: [low, high] },
    { name: 'Drums', role: 'drums', program: 0, isDrum: true, notes: [kick] },
  ],
}
const all = new Set([low, high, kick])
const rows = (notes: readonly Note[]) => notes.map(({ onset, duration, pitch }) => [onset, duration, pitch])

test('a note is added in its place and chosen', () => {
  const fresh = note(240, 67)
  const change = added(score, 0, fresh)!
  expect(rows(change.score.tracks[0]!.notes)).toEqual([[0, 480, 60], [240, 480, 67], [480, 480, 64]])
  expect([...change.selected]).toEqual([fresh])
  expect(change.score.tracks[1]).toBe(score.tracks[1])
})

test('a note behind the end makes the piece longer by whole bars', () => {
  expect(added(score, 0, note(1900, 60))!.score.length).toBe(3840)
  expect(added(score, 0, note(1440, 60))!.score.length).toBe(1920)
})

test('chosen notes go, the others stay the same', () => {
  const change = removed(score, new Set([low, kick]))!
  expect(change.score.tracks.map(({ notes }) => notes)).toEqual([[high], []])
  expect(removed(score, new Set())).toBeNull()
})

describe('moving', () => {
  test('stops all together where the first comes to the edge', () => {
    expect(moved(score, new Set([low]), -480, 0)).toBeNull()
    expect(rows(moved(score, new Set([low, high]), 240, 1)!.score.tracks[0]!.notes)).toEqual([[240, 480, 61], [720, 480, 65]])
    const top = { ...score, tracks: [{ ...score.tracks[0]!, notes: [note(0, 120), note(480, 126)] }] }
    expect(moved(top, new Set(top.tracks[0]!.notes), 0, 12)!.score.tracks[0]!.notes.map(({ pitch }) => pitch)).toEqual([121, 127])
  })

  test("a model's note that was moved is edited, a person's stays a person's", () => {
    const { score: now } = moved(score, new Set([low, high]), 0, 2)!
    expect(now.tracks[0]!.notes.map(({ origin }) => origin)).toEqual(['edited', 'human'])
  })

  test('a note that it lands in is cut there; one that begins with it makes room', () => {
    const into = moved(score, new Set([high]), -240, -4)!
    expect(rows(into.score.tracks[0]!.notes)).toEqual([[0, 240, 60], [240, 480, 60]])
    const onto = moved(score, new Set([high]), -480, -4)!
    expect(rows(onto.score.tracks[0]!.notes)).toEqual([[0, 480, 60]])
    expect(onto.score.tracks[0]!.notes[0]!.origin).toBe('human')
  })

  test('drums move by the rows that they are given, and are never transposed', () => {
    const up = moved(score, new Set([kick]), 0, 1, (pitch, isDrum, by) => (isDrum ? pitch + 2 * by : pitch))!
    expect(up.score.tracks[1]!.notes[0]!.pitch).toBe(38)
    const change = transposed(score, all, 12)!
    expect(change.score.tracks.map(({ notes }) => notes.map(({ pitch }) => pitch))).toEqual([[72, 76], [36]])
    expect(change.selected.has(kick)).toBe(true)
  })
})

test('lengths have a least one', () => {
  expect(resized(score, new Set([low]), 240)!.score.tracks[0]!.notes[0]!.duration).toBe(720)
  expect(resized(score, new Set([low]), -9999)!.score.tracks[0]!.notes[0]!.duration).toBe(15)
})

test('velocities stay between 1 and 127', () => {
  const { score: now } = struck(score, new Set([low, high]), ({ pitch }) => (pitch === 60 ? 300 : -5))!
  expect(now.tracks[0]!.notes.map(({ velocity }) => velocity)).toEqual([127, 1])
  expect(struck(score, new Set([low]), () => 80)).toBeNull()
})

test('quantising moves onsets to the grid, and lengths when asked', () => {
  const loose = { ...score, tracks: [{ ...score.tracks[0]!, notes: [note(110, 60, { duration: 300 })] }] }
  const chosen = new Set(loose.tracks[0]!.notes)
  expect(rows(quantised(loose, chosen, 120)!.score.tracks[0]!.notes)).toEqual([[120, 300, 60]])
  expect(rows(quantised(loose, chosen, 120, { lengths: true })!.score.tracks[0]!.notes)).toEqual([[120, 360, 60]])
})

test('a copy is laid in where it is asked for, on the track that is asked for', () => {
  const clip = clipOf(score, new Set([high]), 480)!
  expect(clip.length).toBe(480)
  expect(rows(pasted(score, clip, 960, 0)!.score.tracks[0]!.notes)).toEqual([[0, 480, 60], [480, 480, 64], [960, 480, 64]])
  const both = clipOf(score, all, 480)!
  const change = pasted(score, both, 960, 0)!
  expect(change.score.tracks.map(({ notes }) => notes.length)).toEqual([4, 2])
  expect(change.selected.size).toBe(3)
})

test('duplicated notes follow behind themselves', () => {
  expect(rows(duplicated(score, new Set([low, high]), 480)!.score.tracks[0]!.notes)).toEqual([
    [0, 480, 60], [480, 480, 64], [960, 480, 60], [1440, 480, 64],
  ])
})

test('a lock is kept while a note is moved, is no change of whose it is, and stays behind when the note is copied', () => {
  const held = locked(score, new Set([low]), true)!
  const [first] = held.score.tracks[0]!.notes
  expect(first).toEqual({ ...low, locked: true })
  expect([...held.selected]).toEqual([first])
  expect(moved(held.score, held.selected, 0, 1)!.score.tracks[0]!.notes[0]!.locked).toBe(true)
  expect(duplicated(held.score, held.selected, 480)!.score.tracks[0]!.notes.map((one) => one.locked)).toEqual([true, undefined, undefined])
  expect(locked(held.score, held.selected, true)).toBeNull()
  expect(locked(held.score, held.selected, false)!.score.tracks[0]!.notes[0]).toEqual(low)
})

test('a band catches what sounds in it', () => {
  expect([...within(score, 300, 500, [0])]).toEqual([low, high])
  expect([...within(score, 300, 500, [0, 1], (pitch) => pitch > 60)]).toEqual([high])
})

test('tidying keeps the newer of two struck together', () => {
  const [older, newer] = [note(0, 60), note(0, 60, { duration: 100 })]
  expect(tidied([older, newer], new Set([newer]))).toEqual([newer])
  expect(tidied([newer, older], new Set([newer]))).toEqual([newer])
})
