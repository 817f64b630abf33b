import { expect, test } from 'vitest'
import { SmoothClock } from './audioClock.ts'

test('a clock that moves in steps of 20 ms is read in even steps', () => {
  const clock = new SmoothClock()
  const steps: number[] = []
  let last = clock.read(0, 100)
  for (let page = 100.016; page < 102; page += 0.016) {
    const time = clock.read(Math.floor((page - 100) / 0.02) * 0.02, page)
    steps.push(time - last)
    last = time
  }
  expect(Math.min(...steps)).toBeGreaterThan(0.014)
  expect(Math.max(...steps)).toBeLessThan(0.018)
  expect(Math.abs(last - 1.99)).toBeLessThan(0.02)
})

test('a jump of the audio clock is followed at once', () => {
  const clock = new SmoothClock()
  clock.read(1, 100)
  expect(clock.read(5, 100.016)).toBe(5)
})
