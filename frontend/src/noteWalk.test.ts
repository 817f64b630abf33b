import { expect, test } from 'vitest'
import { nearest, onTrack, stepped, steppedBar } from './noteWalk.ts'

const metres = [{ tick: 0, numerator: 4, denominator: 4 }]
const notes = (...onsets: number[]) => ({ notes: onsets.map((onset) => ({ onset, duration: 240, pitch: 60, velocity: 80 })) })
// A quarter each of bar 1, one note in bar 3; the second track has a chord in bar 2.
const tracks = [notes(0, 480, 960, 1440, 3840), notes(1920, 1920), notes()]

test('a step stops at the first and at the last note', () => {
  expect(stepped(tracks, { track: 0, place: 0 }, -1).place).toBe(0)
  expect(stepped(tracks, { track: 0, place: 3 }, 1).place).toBe(4)
  expect(stepped(tracks, { track: 0, place: 4 }, 1).place).toBe(4)
})

test('another track is entered at the note nearest in time, a chord at its lowest', () => {
  expect(onTrack(tracks, { track: 0, place: 4 }, 1)).toEqual({ track: 1, place: 0 })
  expect(onTrack(tracks, { track: 1, place: 1 }, 0)).toEqual({ track: 0, place: 3 })
  expect(onTrack(tracks, { track: 0, place: 4 }, 2)).toEqual({ track: 2, place: 0 })
})

test('nearest looks both ways, and finds nothing in an empty track', () => {
  expect(nearest(tracks[0]!.notes, 700)).toBe(1)
  expect(nearest(tracks[0]!.notes, 99_999)).toBe(4)
  expect(nearest([], 0)).toBe(-1)
})

test('a bar forward goes over bars without notes; back goes to the beginning of this one first', () => {
  expect(steppedBar(tracks, metres, { track: 0, place: 2 }, 1).place).toBe(4)
  expect(steppedBar(tracks, metres, { track: 0, place: 4 }, 1).place).toBe(4)
  expect(steppedBar(tracks, metres, { track: 0, place: 2 }, -1).place).toBe(0)
  expect(steppedBar(tracks, metres, { track: 0, place: 4 }, -1).place).toBe(0)
})
