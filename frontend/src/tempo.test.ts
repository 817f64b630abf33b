import { expect, test } from 'vitest'
import { clockText, tappedBpm, TempoMap } from './tempo.ts'

test('a quarter note at 120 lasts half a second', () => {
  const map = new TempoMap([{ tick: 0, bpm: 120 }])
  expect(map.seconds(480)).toBeCloseTo(0.5)
  expect(map.tick(2)).toBeCloseTo(1920)
})

test('a tempo change counts from its tick, there and back', () => {
  const map = new TempoMap([{ tick: 0, bpm: 120 }, { tick: 1920, bpm: 60 }])
  expect(map.seconds(1920)).toBeCloseTo(2)
  expect(map.seconds(2400)).toBeCloseTo(3)
  expect(map.tick(3)).toBeCloseTo(2400)
  expect(map.bpm(1919)).toBe(120)
  expect(map.bpm(1920)).toBe(60)
})

test('without a tempo it is 120', () => {
  expect(new TempoMap([]).seconds(960)).toBeCloseTo(1)
})

test('a first tempo after the start holds from the start', () => {
  expect(new TempoMap([{ tick: 960, bpm: 60 }]).seconds(480)).toBeCloseTo(1)
})

test('time is told in minutes and seconds', () => {
  expect(clockText(83.9)).toBe('1:23')
  expect(clockText(0)).toBe('0:00')
})

test('taps half a second apart are 120, and a pause starts over', () => {
  expect(tappedBpm([0])).toBeNull()
  expect(tappedBpm([0, 500, 1000])).toBe(120)
  expect(tappedBpm([0, 500, 1000, 9000])).toBeNull()
  expect(tappedBpm([0, 500, 9000, 10_000])).toBe(60)
})
