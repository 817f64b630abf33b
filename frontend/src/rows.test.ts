import { expect, test } from 'vitest'
import { Rows } from './rows.ts'

const note = (pitch: number) => ({ onset: 0, duration: 480, pitch, velocity: 80 })

test('the range is what is played, with air around it', () => {
  const rows = new Rows(false, true)
  rows.add([note(48), note(72)], false)
  expect(rows.range).toEqual([46, 74])
})

test('a narrow range is widened to a good octave and a half', () => {
  const rows = new Rows(false, true)
  rows.add([note(60), note(64)], false)
  expect(rows.range).toEqual([53, 71])
})

test('parts that are still to come have their usual room', () => {
  const rows = new Rows(false, true)
  rows.expect(['soprano', 'alto', 'tenor', 'bass'])
  expect(rows.range).toEqual([34, 83])
  expect(rows.add([note(60)], false)).toBe(false)
})

test('a drum that was not there before adds its row', () => {
  const rows = new Rows(true, true)
  expect(rows.drums).toHaveLength(9)
  expect(rows.add([note(56)], true)).toBe(true)
  expect(rows.drums.map((row) => row.name)).toContain('Cowbell')
  expect(rows.add([note(56)], true)).toBe(false)
})
