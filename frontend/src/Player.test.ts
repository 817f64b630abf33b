import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Patch } from './instruments.ts'
import type { Note } from './note.ts'
import { Player } from './Player.ts'
import type { Score } from './score.ts'
import type { Deck, Sound } from './sound.ts'

/** Writes down what it is asked to play. Its clock stands until it is moved. */
class FakeSound extends EventTarget implements Sound {
  now = 0
  volume = 0.8
  trouble = null
  told: string[] = []
  levels: number[] = []
  get heard(): number {
    return this.now
  }
  async unlock(): Promise<void> {}
  open(patches: readonly Patch[]): Deck {
    this.levels = patches.map(() => -1)
    return {
      noteOn: (track, pitch, _velocity, time) => void this.told.push(`on ${track}:${pitch} at ${time.toFixed(2)}`),
      noteOff: (track, pitch, time) => void this.told.push(`off ${track}:${pitch} at ${time.toFixed(2)}`),
      setLevel: (track, level) => (this.levels[track] = level),
      setPatch: (track, patch) => void this.told.push(`patch ${track}:${patch.program}`),
      silence: (seconds) => void this.told.push(`silence ${seconds}`),
      dispose: () => undefined,
    }
  }
}

const note = (onset: number, pitch: number): Note => ({ onset, duration: 480, pitch, velocity: 80 })
const song: Score = {
  length: 3840,
  tempos: [{ tick: 0, bpm: 120 }],
  metres: [{ tick: 0, numerator: 4, denominator: 4 }],
  tracks: [
    { name: 'Melody', role: 'melody', program: 73, isDrum: false, notes: [note(0, 72), note(1920, 74)] },
    { name: 'Chords', role: 'chords', program: 0, isDrum: false, notes: [note(0, 60), note(1920, 62)] },
  ],
}

let sound: FakeSound
let player: Player
let timers: Set<() => void>

function make(): Player {
  const every = (_ms: number, call: () => void) => {
    timers.add(call)
    return () => void timers.delete(call)
  }
  return new Player(sound, { title: 'Song', every, eachFrame: (call) => every(16, call) })
}

/** Lets the clock run and every timer with it. */
function run(seconds: number): void {
  const end = sound.now + seconds
  while (sound.now < end - 1e-9) {
    sound.now += 0.025
    for (const call of [...timers]) call()
  }
}

beforeEach(() => {
  sound = new FakeSound()
  timers = new Set()
  player = make()
  player.load(song)
})

test('pressing play plays from where it stands, and tells where it is', () => {
  const states: string[] = []
  player.addEventListener('state', () => states.push(player.state))
  void player.play()
  run(1)
  expect(sound.told).toEqual(['on 0:72 at 0.04', 'on 1:60 at 0.04', 'off 0:72 at 0.54', 'off 1:60 at 0.54'])
  // The first note stood 0.04 s after the press; 0.96 s later the music is 0.96 × 960 ticks on.
  expect(player.position).toBeCloseTo(921.6)
  expect(states).toEqual(['playing'])
})

test('a pause stays where it is and leaves no note hanging', () => {
  void player.play()
  run(0.5)
  player.pause()
  expect(sound.told.at(-1)).toBe('silence 0.03')
  expect(player.state).toBe('paused')
  expect(player.position).toBeCloseTo(441.6)
  expect(timers.size).toBe(0)
})

test('the end is told, and play begins anew', () => {
  const ended = vi.fn()
  player.addEventListener('ended', ended)
  void player.play()
  run(4.2)
  expect(ended).toHaveBeenCalledOnce()
  expect(player.state).toBe('stopped')
  expect(player.position).toBe(3840)
  void player.play()
  run(0.1)
  expect(player.position).toBeLessThan(100)
})

test('a seek while playing silences and goes on from there', () => {
  void player.play()
  run(0.2)
  player.seek(1920)
  run(0.1)
  expect(sound.told.slice(-3)).toEqual(['silence 0.03', 'on 0:74 at 0.24', 'on 1:62 at 0.24'])
})

test('bars back and forward go to the start of a bar', () => {
  player.seek(100)
  player.seekBars(1)
  expect(player.position).toBe(1920)
  player.seekBars(-1)
  expect(player.position).toBe(0)
  player.seek(2600)
  player.seekBars(-1)
  expect(player.position).toBe(1920)
})

test('mute takes the level away and gives it back; solo leaves only itself', () => {
  expect(sound.levels).toEqual([0.8, 0.8])
  player.setMuted(0, true)
  expect(sound.levels).toEqual([0, 0.8])
  player.setSolo(0, true)
  expect(sound.levels).toEqual([0.8, 0])
  player.setSolo(0, false)
  player.setMuted(0, false)
  player.setTrackVolume(1, 0.5)
  expect(sound.levels).toEqual([0.8, 0.5])
})

test('the tempo is held between 40 and 240', () => {
  player.setBpm(400)
  expect(player.bpm).toBe(240)
  player.setBpm(10)
  expect(player.bpm).toBe(40)
  expect(player.duration).toBeCloseTo(12)
})

test('a new instrument is passed on', () => {
  player.setProgram(1, 19)
  expect(sound.told).toEqual(['patch 1:19'])
  expect(player.strips[1]!.program).toBe(19)
})

test('a loop is kept within its bars', () => {
  player.setLoop([0, 1920])
  void player.play()
  run(2.2)
  expect(sound.told.filter((line) => line.startsWith('on 0'))).toEqual(['on 0:72 at 0.04', 'on 0:72 at 2.04'])
})

test('one piece plays at a time: the other makes room in 150 ms', () => {
  const other = make()
  other.load(song)
  void player.play()
  void other.play()
  expect(player.state).toBe('paused')
  expect(sound.told).toContain('silence 0.15')
  other.dispose()
})

describe('a piece that is being written', () => {
  const opening: Score = { ...song, tracks: song.tracks.map((track) => ({ ...track, notes: [] })) }

  test('says that it catches up, and goes on by itself', () => {
    const waiting = vi.fn()
    player.addEventListener('waiting', waiting)
    player.load(opening, { live: true })
    void player.play()
    run(0.2)
    expect(player.state).toBe('waiting')
    player.append(0, [note(0, 72)], 1920)
    run(0.2)
    expect(player.state).toBe('playing')
    run(3)
    expect(player.state).toBe('waiting')
    expect(player.position).toBe(1920)
    expect(waiting).toHaveBeenCalledTimes(2)
    player.append(0, [note(1920, 74)], 3840)
    player.complete()
    run(0.2)
    expect(player.state).toBe('playing')
    run(3)
    expect(player.state).toBe('stopped')
  })

  test('after a pause it still knows every note that has come', () => {
    player.load(opening, { live: true })
    player.append(0, [note(0, 72)], 1920)
    void player.play()
    run(0.1)
    player.pause()
    player.stop()
    player.append(0, [note(1920, 74)], 3840)
    sound.told = []
    void player.play()
    run(2.2)
    expect(sound.told.filter((line) => line.startsWith('on'))).toHaveLength(2)
  })

  test('stopped early, it ends where the notes end', () => {
    player.load(opening, { live: true })
    player.append(0, [note(0, 72)], 1920)
    player.complete(1920)
    void player.play()
    run(2.2)
    expect(player.state).toBe('stopped')
    expect(player.position).toBe(1920)
  })
})
