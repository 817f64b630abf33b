import { expect, test } from 'vitest'
import { seedAfter } from './alternatives.ts'

test('each alternative has the next seed, and after the last seed comes the first', () => {
  expect([0, 1, 7].map((i) => seedAfter(41, i))).toEqual([41, 42, 48])
  const most = Number.MAX_SAFE_INTEGER
  expect([0, 1, 2].map((i) => seedAfter(most - 1, i))).toEqual([most - 1, most, 0])
  expect([1, 2].map((i) => seedAfter(most, i))).toEqual([0, 1])
})
