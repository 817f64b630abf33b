import { expect, test } from 'vitest'
import { ApiError } from './api.ts'
import { sameNotes, sentenceOf } from './band.ts'

const note = { onset: 0, duration: 480, pitch: 60, velocity: 80 }

test('parts are the same when every note is, whoever wrote it', () => {
  expect(sameNotes([note], [{ ...note, origin: 'human' }])).toBe(true)
  expect(sameNotes([note], [])).toBe(false)
  for (const change of [{ onset: 1 }, { duration: 1 }, { pitch: 61 }, { velocity: 1 }]) expect(sameNotes([note], [{ ...note, ...change }])).toBe(false)
})

test('what went wrong is said about the field, else as a whole', () => {
  const fields = { 'given.piece': ['Bars in 4/4: 3–6.'] }
  expect(sentenceOf(new ApiError(400, 'invalid', 'Nothing was done.', '', fields))).toBe('Bars in 4/4: 3–6.')
  expect(sentenceOf(new ApiError(429, 'daily_limit', 'There is room again in 3 hours.'))).toBe('There is room again in 3 hours.')
})
