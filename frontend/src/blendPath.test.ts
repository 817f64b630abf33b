import { describe, expect, it } from 'vitest'
import { changeAt, draggedPoints, nextBeat, padIndex, padPlace, shareWords } from './blendPath.ts'
import type { Note } from './note.ts'
import type { Score } from './score.ts'

const note = (onset: number, pitch: number): Note => ({ onset, duration: 480, pitch, velocity: 80 })
const score = (notes: Note[], denominator = 4): Score => ({
  length: 1920,
  tempos: [{ tick: 0, bpm: 120 }],
  metres: [{ tick: 0, numerator: denominator, denominator }],
  tracks: [{ name: 'Melody', role: 'melody', program: 73, isDrum: false, notes }],
})

describe('the next beat', () => {
  it('is the beat itself when the music stands on it', () => expect(nextBeat(score([]), 480)).toBe(480))
  it('is the quarter after it else', () => expect(nextBeat(score([]), 481)).toBe(960))
  it('is an eighth where the metre counts eighths', () => expect(nextBeat(score([], 8), 250)).toBe(480))
})

describe('changing over', () => {
  it('keeps what has begun and takes what follows from the new point', () => {
    const merged = changeAt(score([note(0, 60), note(480, 62), note(960, 64)]), score([note(0, 72), note(480, 74), note(960, 76)]), 480)
    expect(merged.tracks[0]?.notes.map((n) => n.pitch)).toEqual([60, 74, 76])
  })
})

describe('what was dragged', () => {
  it('goes on with a point until a bar says another', () => expect(draggedPoints(new Map([[2, 8], [4, 32]]), 5, 0)).toEqual([0, 8, 8, 32, 32]))
})

it('says the shares in figures', () => expect(shareWords([0.75, 0.25], ['Mill', 'River'])).toBe('75 % Mill, 25 % River'))

it('makes a hundred of them, whatever rounding does', () => {
  expect(shareWords([0.375, 0.625], ['Mill', 'River'])).toBe('38 % Mill, 62 % River')
  expect(shareWords([1 / 3, 1 / 3, 1 / 3, 0], ['A', 'B', 'C', 'D'])).toBe('34 % A, 33 % B, 33 % C, 0 % D')
  expect(shareWords([0.29, 0.71], ['Mill', 'River'])).toBe('29 % Mill, 71 % River')
})

describe('the square', () => {
  it('counts its points row after row', () => expect([padIndex(0, 0, 5), padIndex(4, 0, 5), padIndex(0, 4, 5), padIndex(4, 4, 5)]).toEqual([0, 4, 20, 24]))
  it('takes the nearest point, and none outside', () => expect([padIndex(1.4, 0.6, 5), padIndex(-3, 9, 5)]).toEqual([6, 20]))
  it('knows the place of each', () => expect(padPlace(13, 5)).toEqual([3, 2]))
})
