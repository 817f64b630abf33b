import { expect, test } from 'vitest'
import { FAMILIES, instrumentName, kitFor, patchId } from './instruments.ts'

test('there are sixteen families of eight', () => {
  expect(FAMILIES.map((family) => family.instruments.length)).toEqual(new Array(16).fill(8))
})

test('programs and kits are called by their names', () => {
  expect(instrumentName({ program: 52, isDrum: false })).toBe('Choir aahs')
  expect(instrumentName({ program: 33, isDrum: false })).toBe('Fingered bass')
  expect(instrumentName({ program: 25, isDrum: true })).toBe('TR-808 kit')
})

test('a kit that we do not have is played by the one before it', () => {
  expect(kitFor(27)).toBe(25)
  expect(kitFor(127)).toBe(48)
  expect(patchId({ program: 3, isDrum: true })).toBe('drum-0')
  expect(patchId({ program: 3, isDrum: false })).toBe('3')
})
