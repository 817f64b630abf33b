import { expect, test } from 'vitest'
import { css, luminance, mix } from './palette.ts'

test('a quarter of white in black is a dark grey', () => {
  expect(css(mix([0, 0, 0], [255, 255, 255], 0.25))).toBe('rgb(64 64 64 / 1)')
})

test('the desk is dark and score paper is light', () => {
  expect(luminance([14, 16, 19])).toBeLessThan(0.1)
  expect(luminance([250, 247, 241])).toBeGreaterThan(0.9)
})
