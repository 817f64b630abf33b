import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Score } from './score.ts'
import { SilentPlay } from './silentPlay.ts'

// Two quarters at 60: two seconds long, shown at three quarters of that speed.
const score: Score = { length: 960, tempos: [{ tick: 0, bpm: 60 }], metres: [], tracks: [] }

let see: (isIntersecting: boolean) => void
let frames: ((now: number) => void)[]

beforeEach(() => {
  frames = []
  vi.stubGlobal('requestAnimationFrame', (call: (now: number) => void) => frames.push(call))
  vi.stubGlobal('cancelAnimationFrame', () => (frames = []))
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(call: (entries: { isIntersecting: boolean }[]) => void) {
        see = (isIntersecting) => call([{ isIntersecting }])
      }
      observe(): void {}
      disconnect(): void {}
    },
  )
})

afterEach(() => vi.unstubAllGlobals())

function paint(now: number): void {
  for (const call of frames.splice(0)) call(now)
}

test('it moves only while it is seen, and goes on where it was', () => {
  const ticks: number[] = []
  const play = new SilentPlay(score, {} as Element, (tick) => ticks.push(Math.round(tick)))
  paint(0)
  expect(ticks).toEqual([])
  see(true)
  paint(0)
  paint(100)
  see(false)
  paint(5000)
  see(true)
  paint(9000)
  paint(9100)
  expect(ticks).toEqual([0, 36, 36, 72])
  play.stop()
  paint(9200)
  expect(ticks).toHaveLength(4)
})

test('a page that was asleep does not jump, and the end leads to the start', () => {
  const ticks: number[] = []
  new SilentPlay(score, {} as Element, (tick) => ticks.push(Math.round(tick)))
  see(true)
  paint(0)
  paint(60_000)
  expect(ticks).toEqual([0, 36])
  for (let i = 1; i <= 26; i++) paint(60_000 + i * 100)
  expect(Math.max(...ticks)).toBeLessThan(960)
  expect(ticks[ticks.length - 1]).toBeLessThan(100)
})
