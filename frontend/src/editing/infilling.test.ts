import { expect, test } from 'vitest'
import type { Note } from '../note.ts'
import type { Score } from '../score.ts'
import { applyEdit, editBetween, inverse } from './edit.ts'
import { infilled, troubleIn } from './infilling.ts'

const note = (onset: number, pitch = 60, duration = 480, more: Partial<Note> = {}): Note => ({ onset, duration, pitch, velocity: 80, ...more })

const score = (...tracks: Note[][]): Score => ({
  length: 4 * 1920,
  tempos: [],
  metres: [{ tick: 0, numerator: 4, denominator: 4 }],
  tracks: tracks.map((notes, i) => ({ name: `T${i}`, role: 'piano', program: 0, isDrum: false, notes })),
})
const box = { from: 1920, to: 3840, tracks: [0] }

test('only what begins inside the stretch of the named track goes, and the new notes come', () => {
  const before = score([note(0), note(1920), note(3000), note(3840)], [note(2000)])
  const change = infilled(before, box, new Map([[0, [note(2400, 64)]]]))
  expect(change.score.tracks[0]!.notes).toEqual([note(0), note(2400, 64), note(3840)])
  expect(change.score.tracks[1]).toBe(before.tracks[1])
  expect([...change.selected]).toEqual([note(2400, 64)])
  expect(change.score.length).toBe(before.length)
})

test('new notes end with the stretch, and what sounds into it is not cut', () => {
  const held = note(1440, 60, 960)
  const { score: after } = infilled(score([held, note(3840, 64)]), box, new Map([[0, [note(1920), note(2400), note(3360, 64, 960)]]]))
  expect(after.tracks[0]!.notes).toEqual([held, note(2400), note(3360, 64), note(3840, 64)])
})

test('locked notes survive twenty infills, whatever comes', () => {
  const kept = [note(2400, 60, 480, { locked: true }), note(2880, 72, 240, { locked: true })]
  let now = score([note(0), ...kept], [note(0)])
  for (let i = 0; i < 20; i++) {
    const put = Array.from({ length: 8 }, (_, k) => note(1920 + 240 * k, 60 + ((i + k) % 3) * 6, 1000)) // prettier-ignore
    now = infilled(now, box, new Map([[0, put]])).score
    for (const one of kept) expect(now.tracks[0]!.notes).toContain(one)
    expect(now.tracks[0]!.notes[0]).toEqual(note(0))
  }
})

test('a new note gives way to a locked one of its pitch', () => {
  const kept = note(2400, 60, 480, { locked: true })
  const { score: after } = infilled(score([kept]), box, new Map([[0, [note(1920, 60, 960), note(2640, 60, 100), note(2880, 60, 100)]]]))
  expect(after.tracks[0]!.notes).toEqual([note(1920, 60, 480), kept, note(2880, 60, 100)])
})

test('it is one step, and back and forth give the same notes', () => {
  const before = score([note(0), note(1920)], [note(0)])
  const { score: after } = infilled(before, box, new Map([[0, [note(2000, 62)]]]))
  const edit = editBetween('anew', before, after, 'model')!
  expect(applyEdit(before, edit)).toEqual(after)
  expect(applyEdit(after, inverse(edit))).toEqual(before)
})

test('why it cannot is said', () => {
  expect(troubleIn(score([], [note(0)]), box)).toBeNull()
  expect(troubleIn(score([note(0)], []), box)).toContain('they are empty')
  expect(troubleIn(score([], [note(0)]), { ...box, to: 1920 })).toContain('Select some bars')
  const waltz = { ...score([], [note(0)]), metres: [{ tick: 0, numerator: 3, denominator: 4 }] }
  expect(troubleIn(waltz, box)).toContain('4/4 only')
})
