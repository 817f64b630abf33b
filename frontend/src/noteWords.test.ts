import { expect, test } from 'vitest'
import { lengthName, noteSentence, spokenPitch, spokenPlace } from './noteWords.ts'

const metres = [{ tick: 0, numerator: 4, denominator: 4 }]

test('a note is said with place, pitch, length, track and origin', () => {
  const note = { onset: 2 * 1920 + 480, duration: 480, pitch: 64, velocity: 80, origin: 'model' } as const
  expect(noteSentence(note, { name: 'piano', isDrum: false }, metres)).toBe('bar 3, beat 2, E4, quarter, piano, by the model')
})

test('a drum is said by its name and without a length', () => {
  const note = { onset: 240, duration: 120, pitch: 36, velocity: 80 }
  expect(noteSentence(note, { name: 'Drums', isDrum: true }, metres)).toBe('bar 1, beat 1.5, Kick, Drums')
})

test('lengths have the names that musicians use', () => {
  const said = [1920, 720, 240, 160, 320, 119, 600].map(lengthName)
  expect(said).toEqual(['whole', 'dotted quarter', 'eighth', 'eighth triplet', 'quarter triplet', 'sixteenth', '1.25 quarters'])
})

test('sharps and flats are spelt out', () => {
  expect([60, 61, 70].map((pitch) => spokenPitch(pitch, false))).toEqual(['C4', 'C sharp 4', 'B flat 4'])
})

test('a place counts the beats of its metre: in 6/8 the third quaver is beat 3', () => {
  expect(spokenPlace([{ tick: 0, numerator: 6, denominator: 8 }], 1440 + 480)).toBe('bar 2, beat 3')
  expect(spokenPlace(metres, 160)).toBe('bar 1, beat 1.33')
})
