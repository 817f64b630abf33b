import { expect, test } from 'vitest'
import { ApiError } from './api.ts'
import { sortErrors } from './form.ts'

const has = (name: string) => name === 'username'

test('a sentence about a field stands beside it and is not said twice', () => {
  const error = new ApiError(400, 'invalid', 'Please correct this.', '', { username: ['Taken.'] })
  expect(sortErrors(error, has)).toEqual({ fields: { username: ['Taken.'] }, rest: [] })
})

test('a sentence about a field that is not there is still said', () => {
  const error = new ApiError(400, 'invalid', 'Please correct this.', '', { email: ['No such place.'] })
  expect(sortErrors(error, has)).toEqual({ fields: {}, rest: ['No such place.'] })
})

test('without fields the general sentence is said', () => {
  expect(sortErrors(new ApiError(0, 'unreachable', 'No line.'), has).rest).toEqual(['No line.'])
})

test('a fault of our own never shows its text', () => {
  const said = sortErrors(new TypeError('x is undefined'), has).rest
  expect(said).toEqual(['Something went wrong on this page. Nothing was lost; try again.'])
})
