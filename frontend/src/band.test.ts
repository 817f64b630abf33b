import { expect, test } from 'vitest'
import { sameNotes } from './band.ts'

const note = { onset: 0, duration: 480, pitch: 60, velocity: 80 }

test('parts are the same when every note is, whoever wrote it', () => {
  expect(sameNotes([note], [{ ...note, origin: 'human' }])).toBe(true)
  expect(sameNotes([note], [])).toBe(false)
  for (const change of [{ onset: 1 }, { duration: 1 }, { pitch: 61 }, { velocity: 1 }]) expect(sameNotes([note], [{ ...note, ...change }])).toBe(false)
})
