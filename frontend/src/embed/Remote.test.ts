import { beforeEach, expect, test } from 'vitest'
import type { Player } from '../Player.ts'
import type { Score } from '../score.ts'
import { Remote } from './Remote.ts'

/** Two bars of 4/4 at 120: four seconds. */
const score: Score = { length: 3840, tempos: [{ tick: 0, bpm: 120 }], metres: [{ tick: 0, numerator: 4, denominator: 4 }], tracks: [] }

class FakePlayer extends EventTarget {
  title = 'Rain <b>'
  score = score
  length = score.length
  position = 0
  state = 'stopped'
  volume = 0.8
  duration = 4
  get elapsed() {
    return this.position / 960
  }
  async play() {
    this.become('playing')
  }
  pause() {
    this.become('paused')
  }
  seek(tick: number) {
    this.position = tick
    this.dispatchEvent(new Event('position'))
  }
  setVolume(volume: number) {
    this.volume = volume
  }
  become(state: string) {
    this.state = state
    this.dispatchEvent(new Event('state'))
  }
}

let time = 0
let heard = true
let player: FakePlayer
let here: EventTarget & { performance: { now(): number } }
let told: { data: Record<string, unknown>; origin: string }[]
let around: Window

beforeEach(() => {
  time = 1000
  heard = true
  player = new FakePlayer()
  here = Object.assign(new EventTarget(), { performance: { now: () => time } })
  told = []
  around = { postMessage: (data: Record<string, unknown>, origin: string) => told.push({ data, origin }) } as unknown as Window
  new Remote(player as unknown as Player, around, here, () => heard).ready()
})

function say(data: unknown, { source = around, origin = 'https://blog.example' }: { source?: unknown; origin?: string } = {}) {
  here.dispatchEvent(Object.assign(new Event('message'), { source, origin, data }))
  return new Promise((resolve) => setTimeout(resolve))
}

const last = () => told.at(-1)!.data

test('it says when it is ready, and what it holds', () => {
  expect(last()).toEqual({ ostinato: 1, event: 'ready', title: 'Rain <b>', bars: 2, bar: 1, beat: 1, seconds: 0, duration: 4 })
})

test('it plays, pauses and goes to a bar or a second when it is told to', async () => {
  await say({ ostinato: 1, do: 'play', id: 'p' })
  expect(player.state).toBe('playing')
  expect(last()).toMatchObject({ event: 'playing', id: 'p' })
  await say({ ostinato: 1, do: 'seek', bar: 2 })
  expect(last()).toMatchObject({ event: 'position', bar: 2, beat: 1, seconds: 2 })
  await say({ ostinato: 1, do: 'seek', seconds: 2.5 })
  expect(last()).toMatchObject({ event: 'position', bar: 2, beat: 2 })
  await say({ ostinato: 1, do: 'pause' })
  expect(player.state).toBe('paused')
})

test('mute and unmute give the loudness back that there was', async () => {
  await say({ ostinato: 1, do: 'mute' })
  await say({ ostinato: 1, do: 'mute' })
  expect(player.volume).toBe(0)
  await say({ ostinato: 1, do: 'mute', on: false })
  expect(player.volume).toBe(0.8)
})

test('a browser that lets no sound through is told instead of a false "playing"', async () => {
  heard = false
  await say({ ostinato: 1, do: 'play', id: 1 })
  expect(last()).toMatchObject({ event: 'refused', id: 1 })
})

test('a frame that is not the page around is not listened to', async () => {
  await say({ ostinato: 1, do: 'play' }, { source: {} })
  expect(player.state).toBe('stopped')
})

test('answers go to the page that asked, and to nobody else', async () => {
  expect(told[0]!.origin).toBe('*')
  await say({ ostinato: 1, do: 'position' })
  expect(told.at(-1)!.origin).toBe('https://blog.example')
  await say({ ostinato: 1, do: 'position' }, { origin: 'null' })
  expect(told.at(-1)!.origin).toBe('*')
})

test('where the music is comes four times a second, not each frame', () => {
  const before = told.length
  for (let frame = 0; frame < 60; frame++) {
    time += 1000 / 60
    player.dispatchEvent(new Event('position'))
  }
  expect(told.length - before).toBe(4)
})
