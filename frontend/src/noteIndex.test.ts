import { expect, test } from 'vitest'
import type { Note } from './note.ts'
import { NoteIndex } from './noteIndex.ts'

const note = (onset: number, duration: number, pitch = 60): Note => ({ onset, duration, pitch, velocity: 80 })

function between(index: NoteIndex, from: number, to: number): number[] {
  const onsets: number[] = []
  index.between(from, to, (found) => onsets.push(found.onset))
  return onsets
}

test('a note that began long ago and still sounds is found', () => {
  const short = Array.from({ length: 1000 }, (_, i) => note(i * 10, 10))
  const index = new NoteIndex([note(0, 20_000), ...short])
  expect(between(index, 9_980, 10_000)).toEqual([0, 9_980, 9_990])
})

test('a note that ends where the window begins is not in it', () => {
  expect(between(new NoteIndex([note(0, 480), note(480, 480)]), 480, 960)).toEqual([480])
})

test('notes added out of order are kept in order', () => {
  const index = new NoteIndex([note(0, 10), note(100, 10)])
  index.add([note(50, 200), note(20, 10)])
  expect(index.notes.map((n) => n.onset)).toEqual([0, 20, 50, 100])
  expect(between(index, 110, 120)).toEqual([50])
  expect(index.firstFrom(21)).toBe(2)
})
