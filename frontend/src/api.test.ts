import { expect, test } from 'vitest'
import { ApiError, errorFrom, formErrorFrom, sentenceOf } from './api.ts'

const none = () => null

test("an API's refusal keeps its code, its sentence, its fields and its number", () => {
  const body = { code: 'invalid', message: 'Look at the tempo.', request_id: 'r1', fields: { tempo: ['At most 240.'] } }
  const error = errorFrom(400, body, none)
  expect([error.status, error.code, error.message, error.requestId]).toEqual([400, 'invalid', 'Look at the tempo.', 'r1'])
  expect(error.fields).toEqual({ tempo: ['At most 240.'] })
  expect(error.retryAfter).toBeNull()
})

test('a limit says when it lifts', () => {
  const error = errorFrom(429, { code: 'throttled', message: 'Wait.' }, (name) => (name === 'Retry-After' ? '42' : null))
  expect(error.retryAfter).toBe(42)
})

test('an answer that is not ours gets plain words', () => {
  const error = errorFrom(502, null, none)
  expect([error.code, error.message]).toEqual(['http_502', 'The site could not answer.'])
})

test('an account form says which field is wrong', () => {
  const body = { form: { errors: ['Both are needed.'], fields: { username: { errors: ['Taken.'] }, email: { errors: [] } } } }
  const error = formErrorFrom(400, body, none)
  expect(error.message).toBe('Both are needed.')
  expect(error.fields).toEqual({ username: ['Taken.'] })
})

test('what went wrong is said about the field, else as a whole', () => {
  const fields = { 'given.piece': ['Bars in 4/4: 3–6.'] }
  expect(sentenceOf(new ApiError(400, 'invalid', 'Nothing was done.', '', fields))).toBe('Bars in 4/4: 3–6.')
  expect(sentenceOf(new ApiError(429, 'daily_limit', 'There is room again in 3 hours.'))).toBe('There is room again in 3 hours.')
})

test('a fault of the page is said in our words and never in its own', () => {
  expect(sentenceOf(new TypeError('x is undefined'))).toBe('Something went wrong on this page.')
  expect(sentenceOf(new TypeError('x is undefined'), 'The piece is as it was.')).toBe('The piece is as it was.')
})
