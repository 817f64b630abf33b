import { expect, test } from 'vitest'
import { channelOf, messageFor, playedFrom } from './midi.ts'
import { onGrid, Recorder } from './recorder.ts'
import { typedOctave, typedPitch } from './typing.ts'

const metres = [{ tick: 0, numerator: 4, denominator: 4 }]

test('letters are piano keys by their place: A is C, W the black key above', () => {
  expect(['KeyA', 'KeyW', 'KeyS', 'KeyK'].map((code) => typedPitch(code, 4))).toEqual([60, 61, 62, 72])
  expect(typedPitch('KeyQ', 4)).toBeNull()
  expect([typedOctave('KeyZ', 4), typedOctave('KeyX', 8), typedOctave('KeyA', 4)]).toEqual([3, 8, null])
})

test('played notes begin and end when their keys do', () => {
  const recorder = new Recorder(1920)
  recorder.press(60, 70, 1925.4)
  recorder.press(64, 90, 2400)
  recorder.release(60, 2405)
  expect(recorder.finish(2880)).toEqual([
    { onset: 1925, duration: 480, pitch: 60, velocity: 70 },
    { onset: 2400, duration: 480, pitch: 64, velocity: 90 },
  ])
})

test('a note a little early is meant for the first beat; one played in the count-in is not kept', () => {
  const recorder = new Recorder(1920)
  recorder.press(60, 70, 960)
  recorder.release(60, 1200)
  recorder.press(62, 70, 1870)
  recorder.release(62, 2160)
  expect(recorder.finish(2880)).toEqual([{ onset: 1920, duration: 240, pitch: 62, velocity: 70 }])
})

test('a key that is struck again while it is held begins anew', () => {
  const recorder = new Recorder(0)
  recorder.press(60, 70, 0)
  recorder.press(60, 80, 240)
  expect(recorder.finish(480).map(({ onset, duration }) => [onset, duration])).toEqual([[0, 240], [240, 240]])
})

test('quantised, played notes lie on the grid with whole steps', () => {
  expect(onGrid([{ onset: 235, duration: 100, pitch: 60, velocity: 80 }], metres, 240)).toEqual([
    { onset: 240, duration: 240, pitch: 60, velocity: 80 },
  ])
})

test('MIDI messages of notes are understood, others are passed over', () => {
  expect(playedFrom([0x93, 60, 100])).toEqual({ kind: 'on', pitch: 60, velocity: 100 })
  expect(playedFrom([0x90, 60, 0])).toEqual({ kind: 'off', pitch: 60, velocity: 0 })
  expect(playedFrom([0x80, 60, 64])).toEqual({ kind: 'off', pitch: 60, velocity: 0 })
  expect(playedFrom([0xb0, 64, 127])).toBeNull()
  expect(playedFrom([0xf8])).toBeNull()
})

test('each track has its channel, drums the tenth', () => {
  expect([channelOf(0, false), channelOf(9, false), channelOf(3, true), channelOf(40, false)]).toEqual([0, 10, 9, 15])
  expect(messageFor('on', 1, false, 60, 90)).toEqual([0x91, 60, 90])
  expect(messageFor('off', 1, true, 36, 90)).toEqual([0x89, 36, 0])
})
