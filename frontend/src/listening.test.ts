import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as api from './api.ts'
import { countPlay, ENOUGH_MS } from './listening.ts'
import type { Player, PlayerState } from './Player.ts'

class Playing extends EventTarget {
  state: PlayerState = 'stopped'
  constructor(readonly duration: number) {
    super()
  }

  turn(state: PlayerState): void {
    this.state = state
    this.dispatchEvent(new Event('state'))
  }
}

const told = vi.spyOn(api, 'tellPlayed').mockResolvedValue(null)

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  told.mockClear()
})

function player(duration: number): Playing {
  const playing = new Playing(duration)
  countPlay(playing as unknown as Player, 'abc')
  return playing
}

test('a piece counts once it has sounded for long enough, pauses left out', () => {
  const long = player(60)
  long.turn('playing')
  vi.advanceTimersByTime(ENOUGH_MS - 1000)
  long.turn('paused')
  vi.advanceTimersByTime(60_000)
  expect(told).not.toHaveBeenCalled()
  long.turn('playing')
  vi.advanceTimersByTime(999)
  expect(told).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(told).toHaveBeenCalledExactlyOnceWith('abc')
})

test('it counts once a page', () => {
  const long = player(60)
  for (let n = 0; n < 3; n++) {
    long.turn('playing')
    vi.advanceTimersByTime(2 * ENOUGH_MS)
    long.turn('paused')
  }
  expect(told).toHaveBeenCalledTimes(1)
})

test('of a short piece half is enough, and a pointer that passes is not', () => {
  const short = player(4)
  short.turn('playing')
  vi.advanceTimersByTime(300)
  short.turn('paused')
  expect(told).not.toHaveBeenCalled()
  short.turn('playing')
  vi.advanceTimersByTime(2000)
  expect(told).toHaveBeenCalledTimes(1)
})
