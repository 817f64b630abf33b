import { describe, expect, test } from 'vitest'
import type { Note } from './note.ts'
import { Scheduler, type SoundEvent } from './scheduler.ts'
import type { Score } from './score.ts'

/** At 120 a quarter note (480 ticks) lasts half a second. */
function score(notes: Note[][], length: number, drums: number[] = []): Score {
  return {
    length,
    tempos: [{ tick: 0, bpm: 120 }],
    metres: [{ tick: 0, numerator: 4, denominator: 4 }],
    tracks: notes.map((list, i) => ({ name: `Track ${i}`, role: 'other', program: 0, isDrum: drums.includes(i), notes: list })),
  }
}

const note = (onset: number, duration: number, pitch: number): Note => ({ onset, duration, pitch, velocity: 80 })
const beats = [note(0, 480, 60), note(480, 480, 62), note(960, 480, 64), note(1440, 480, 65)]
const told = (events: SoundEvent[]) => events.map(({ kind, pitch, time }) => `${kind} ${pitch} at ${Number(time.toFixed(4))}`)

/** Runs the clock from `from` to `to` in steps of 25 ms with a window of 100 ms. */
function run(scheduler: Scheduler, from: number, to: number): SoundEvent[] {
  const events: SoundEvent[] = []
  for (let now = from; now < to; now += 0.025) events.push(...scheduler.advance(now, now + 0.1))
  return events
}

function playing(notes: Note[] = beats, length = 1920): Scheduler {
  const scheduler = new Scheduler(score([notes], length), length, false)
  scheduler.start(0, 10)
  return scheduler
}

describe('a finished score', () => {
  test('plays each note on its beat, and lets go of one before it strikes the next', () => {
    expect(told(run(playing(), 10, 13))).toEqual([
      'on 60 at 10', 'off 60 at 10.5', 'on 62 at 10.5', 'off 62 at 11', 'on 64 at 11', 'off 64 at 11.5', 'on 65 at 11.5', 'off 65 at 12',
    ])
  })

  test('only plans a tenth of a second ahead', () => {
    const scheduler = playing()
    expect(told(scheduler.advance(10, 10.1))).toEqual(['on 60 at 10'])
    expect(scheduler.advance(10.025, 10.125)).toEqual([])
  })

  test('tells where the music is, and when it has ended', () => {
    const scheduler = playing()
    run(scheduler, 10, 12.5)
    expect(scheduler.position(10.75)).toBeCloseTo(720)
    expect(scheduler.hasEnded(11.99)).toBe(false)
    expect(scheduler.hasEnded(12)).toBe(true)
    expect(scheduler.position(14)).toBe(1920)
  })

  test('begun in the middle, plays what comes from there', () => {
    const scheduler = new Scheduler(score([beats], 1920), 1920, false)
    scheduler.start(900, 0)
    expect(told(scheduler.advance(0, 0.1))).toEqual(['on 64 at 0.0625'])
  })

  test('begun inside a long note, sounds the rest of it, and no drum', () => {
    const long = note(0, 1440, 60)
    const scheduler = new Scheduler(score([[long], [note(0, 1440, 36)]], 1920, [1]), 1920, false)
    scheduler.transpose = 2
    scheduler.start(480, 0)
    expect(told(run(scheduler, 0, 2))).toEqual(['on 62 at 0', 'off 62 at 1'])
  })

  test('a note that outlasts the piece is let go at its end', () => {
    expect(told(run(playing([note(0, 9999, 60)], 480), 10, 11))).toEqual(['on 60 at 10', 'off 60 at 10.5'])
  })
})

test('twice as fast, the rest takes half as long', () => {
  const scheduler = playing()
  const first = run(scheduler, 10, 10.5)
  scheduler.setScale(2, 10.5)
  const rest = run(scheduler, 10.5, 12)
  // What was planned keeps the old speed: tick 552 at 10.575. From there 408 ticks take 0.2125 s.
  expect(told(first).at(-1)).toBe('on 62 at 10.5')
  expect(told(rest).filter((line) => line.startsWith('on'))).toEqual(['on 64 at 10.7875', 'on 65 at 11.0375'])
  expect(scheduler.position(10.9)).toBeCloseTo(552 + 0.325 * 1920)
})

test('transposed, a note ends at the pitch it began with, and drums stay as they are', () => {
  const scheduler = new Scheduler(score([[note(0, 480, 60)], [note(0, 480, 36)]], 960, [1]), 960, false)
  scheduler.transpose = 3
  scheduler.start(0, 0)
  const first = run(scheduler, 0, 0.2)
  scheduler.transpose = 0
  const rest = run(scheduler, 0.2, 1)
  expect(told(first)).toEqual(['on 63 at 0', 'on 36 at 0'])
  expect(told(rest)).toEqual(['off 63 at 0.5', 'off 36 at 0.5'])
})

describe('a loop', () => {
  test('goes round without a gap, and no note hangs over', () => {
    const scheduler = playing([note(0, 480, 60), note(480, 900, 62)])
    scheduler.setLoop([0, 960])
    expect(told(run(scheduler, 10, 11.6)).slice(0, 6)).toEqual([
      'on 60 at 10', 'off 60 at 10.5', 'on 62 at 10.5', 'off 62 at 11', 'on 60 at 11', 'off 60 at 11.5',
    ])
    expect(scheduler.position(11.25)).toBeCloseTo(240)
  })

  test('taken away, the music goes on past it', () => {
    const scheduler = playing()
    scheduler.setLoop([0, 960])
    run(scheduler, 10, 11.3)
    scheduler.setLoop(null)
    expect(told(run(scheduler, 11.3, 12.3)).filter((line) => line.startsWith('on'))).toEqual(['on 62 at 11.5', 'on 64 at 12'])
  })

  test('behind the playhead is left alone', () => {
    const scheduler = new Scheduler(score([beats], 1920), 1920, false)
    scheduler.setLoop([0, 480])
    scheduler.start(960, 0)
    expect(told(run(scheduler, 0, 1)).filter((line) => line.startsWith('on'))).toEqual(['on 64 at 0', 'on 65 at 0.5'])
  })

  test('too short to hear is none', () => {
    const scheduler = playing()
    scheduler.setLoop([100, 110])
    expect(run(scheduler, 10, 13).filter((event) => event.kind === 'on')).toHaveLength(4)
  })
})

describe('a piece that is being written', () => {
  function live(): Scheduler {
    const scheduler = new Scheduler(score([[]], 3840), 3840, true)
    scheduler.start(0, 0)
    return scheduler
  }

  test('waits for its first beat, then begins at once', () => {
    const scheduler = live()
    expect(run(scheduler, 0, 1)).toEqual([])
    expect(scheduler.isWaiting(0.9)).toBe(true)
    scheduler.append(0, [note(0, 480, 60)], 480)
    expect(told(scheduler.advance(1, 1.1))).toEqual(['on 60 at 1.03'])
    expect(scheduler.isWaiting(1.05)).toBe(false)
  })

  test('never passes what is written, and goes on by itself', () => {
    const scheduler = live()
    scheduler.append(0, [note(0, 480, 60), note(480, 2000, 62)], 960)
    const before = run(scheduler, 0, 3)
    // Bars up to tick 960 are written: there the long note is let go and the music stands.
    expect(told(before)).toEqual(['on 60 at 0.03', 'off 60 at 0.53', 'on 62 at 0.53', 'off 62 at 1.03'])
    expect(scheduler.isWaiting(1.1)).toBe(true)
    expect(scheduler.position(2.5)).toBe(960)
    scheduler.append(0, [note(960, 480, 64)], 1000)
    expect(run(scheduler, 3, 3.5)).toEqual([])
    scheduler.append(0, [note(1440, 480, 65)], 1920)
    expect(told(run(scheduler, 3.5, 3.6))).toEqual(['on 64 at 3.53'])
  })

  test('written in time, it plays through without a gap', () => {
    const scheduler = live()
    scheduler.append(0, beats.slice(0, 2), 960)
    const first = run(scheduler, 0, 0.9)
    scheduler.append(0, beats.slice(2), 1920)
    const rest = run(scheduler, 0.9, 1.6)
    expect(told([...first, ...rest]).filter((line) => line.startsWith('on'))).toEqual([
      'on 60 at 0.03', 'on 62 at 0.53', 'on 64 at 1.03', 'on 65 at 1.53',
    ])
  })

  test('written at the last moment, it loses no note at the edge of what was written before', () => {
    const scheduler = live()
    scheduler.append(0, beats.slice(0, 2), 960)
    run(scheduler, 0, 0.98) // now the edge, at 1.03, is nearer than what is planned ahead
    scheduler.append(0, beats.slice(2), 1920)
    expect(told(run(scheduler, 0.98, 1.1))).toContain('on 64 at 1.03')
  })

  test('ends where it was stopped', () => {
    const scheduler = live()
    scheduler.append(0, beats, 1920)
    scheduler.complete(1920)
    run(scheduler, 0, 3)
    expect(scheduler.hasEnded(2.1)).toBe(true)
    expect(scheduler.isWaiting(2.1)).toBe(false)
  })
})
