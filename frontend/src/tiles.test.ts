import { expect, test } from 'vitest'
import { tilesInView } from './tiles.ts'

test('laid out from the corner in view, three columns are enough', () => {
  expect(tilesInView(250, 100, 250, 300)).toEqual([0, 2])
})

test('scrolled by a pixel, a fourth comes in', () => {
  expect(tilesInView(250, 100, 251, 300)).toEqual([0, 3])
})

test('scrolled back before the origin, columns count downward', () => {
  expect(tilesInView(250, 100, 180, 300)).toEqual([-1, 2])
})
