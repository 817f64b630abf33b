import { beforeEach, expect, test } from 'vitest'
import { BlendWalk } from './blendWalk.ts'
import type { Note } from './note.ts'
import type { PlayerElement } from './playerElement.ts'
import type { Score } from './score.ts'

/** What a walk asks of the player, written down; it plays where the test says. */
class FakePlayer extends EventTarget {
  state = 'stopped'
  position = 0
  tempoScale = 1
  strips: { program: number }[] = []
  heard: number[] = []
  revise(score: Score): void {
    this.heard = score.tracks[0]!.notes.map(({ pitch }) => pitch)
  }
  setTempoScale(scale: number): void {
    this.tempoScale = scale
  }
  setProgram(track: number, program: number): void {
    this.strips[track] = { program }
  }
  stand(position: number): void {
    this.position = position
    this.dispatchEvent(new Event('position'))
  }
}

const note = (onset: number, pitch: number): Note => ({ onset, duration: 480, pitch, velocity: 80 })
const point = (pitch: number, bpm: number, program: number, share: number) => ({
  shares: [1 - share, share],
  score: {
    length: 1920,
    tempos: [{ tick: 0, bpm }],
    metres: [{ tick: 0, numerator: 4, denominator: 4 }],
    tracks: [{ name: 'Melody', role: 'melody', program, isDrum: false, notes: [0, 480, 960].map((onset) => note(onset, pitch)) }],
  } satisfies Score,
})

let player: FakePlayer
let walk: BlendWalk

beforeEach(() => {
  player = new FakePlayer()
  const load = (score: Score) => {
    player.strips = score.tracks.map(({ program }) => ({ program }))
    player.revise(score)
  }
  walk = new BlendWalk({ player, roll: null, load } as unknown as PlayerElement, [point(60, 80, 19, 0), point(67, 160, 73, 1)])
})

test('at rest the other end is there at once: its notes, its tempo, its instrument', () => {
  walk.go(1)
  expect([player.heard, player.tempoScale, player.strips]).toEqual([[67, 67, 67], 2, [{ program: 73 }]])
})

test('while it plays, notes change on the next beat, and tempo and instrument when it is reached', () => {
  player.state = 'playing'
  player.stand(200)
  walk.go(1)
  expect(player.heard).toEqual([60, 67, 67])
  expect(player.tempoScale).toBe(1)
  player.stand(470)
  expect(player.tempoScale).toBe(1)
  player.stand(480)
  expect([player.heard, player.tempoScale, player.strips[0]?.program]).toEqual([[67, 67, 67], 2, 73])
})

test('a tempo and an instrument that a person has chosen stay their own', () => {
  player.tempoScale = 1.5
  player.strips = [{ program: 40 }]
  walk.go(1)
  expect([player.tempoScale, player.strips[0]?.program]).toEqual([3, 40])
  walk.go(0)
  expect([player.tempoScale, player.strips[0]?.program]).toEqual([1.5, 40])
})
