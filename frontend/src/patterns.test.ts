import { expect, test } from 'vitest'
import { SHADES, shadeOf } from './patterns.ts'

test('soft notes have the first shade and loud ones the last', () => {
  expect(shadeOf(1)).toBe(0)
  expect(shadeOf(127)).toBe(SHADES - 1)
})

test('no louder note is drawn softer', () => {
  const shades = Array.from({ length: 127 }, (_, i) => shadeOf(i + 1))
  expect([...shades].sort((a, b) => a - b)).toEqual(shades)
})
