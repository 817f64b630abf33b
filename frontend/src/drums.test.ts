import { expect, test } from 'vitest'
import { drumName, drumRows } from './drums.ts'

test('both bass drums lie on the kick row, at the bottom', () => {
  const { rows, rowOf } = drumRows([35, 36])
  expect(rowOf.get(35)).toBe(rowOf.get(36))
  expect(rows[rows.length - 1]).toEqual({ name: 'Kick', pitch: 36 })
})

test('the usual nine rows are there before a note has come', () => {
  expect(drumRows([]).rows.map((row) => row.name)).toEqual([
    'Crash', 'Ride', 'Open hat', 'Closed hat', 'High tom', 'Mid tom', 'Low tom', 'Snare', 'Kick',
  ])
})

test('a key without a name in General MIDI gets a row of its own', () => {
  const { rows, rowOf } = drumRows([27])
  expect(rows[rowOf.get(27)!]).toEqual({ name: 'Drum 27', pitch: 27 })
  expect(drumName(42)).toBe('Closed hat')
})
