import { expect, test } from 'vitest'
import { barCount, barsBetween, noteCount, placeAt, scoreFromJson, scoreFromOpening, type ScoreJson, scoreToJson, type Score } from './score.ts'

const json: ScoreJson = {
  ticks_per_quarter: 480,
  length: 15360,
  tempos: [[0, 120]],
  metres: [[0, 4, 4]],
  tracks: [{ name: 'Soprano', role: 'soprano', program: 52, is_drum: false, notes: [[480, 480, 72, 80], [0, 480, 70, 80]] }],
}

test("a score comes from the server's JSON with its notes in order", () => {
  const score = scoreFromJson(json)
  expect(score.tracks[0]!.notes.map((note) => note.onset)).toEqual([0, 480])
  expect(noteCount(score)).toBe(2)
  expect(barCount(score)).toBe(8)
})

test('another resolution is rescaled', () => {
  const score = scoreFromJson({ ...json, ticks_per_quarter: 960 })
  expect(score.length).toBe(7680)
  expect(score.tracks[0]!.notes[1]).toEqual({ onset: 240, duration: 240, pitch: 72, velocity: 80 })
})

test('an opening is a score that waits for its notes', () => {
  const score = scoreFromOpening({ tracks: [{ name: 'Melody', role: 'melody', program: 73, is_drum: false }], tempo: 96, metre: [3, 4], length: 11520 })
  expect(barCount(score)).toBe(8)
  expect(noteCount(score)).toBe(0)
  expect(score.tempos).toEqual([{ tick: 0, bpm: 96 }])
})

test('bar and beat are counted from one, through a change of metre', () => {
  const metres = [{ tick: 0, numerator: 4, denominator: 4 }, { tick: 3840, numerator: 3, denominator: 4 }]
  expect(placeAt(metres, 0)).toMatchObject({ bar: 1, beat: 1 })
  expect(placeAt(metres, 1919)).toMatchObject({ bar: 1, beat: 4 })
  expect(placeAt(metres, 3840)).toMatchObject({ bar: 3, beat: 1 })
  expect(placeAt(metres, 3840 + 1440 + 480)).toMatchObject({ bar: 4, beat: 2, start: 5280 })
})

test('bars are listed only where they are looked at', () => {
  const metres = [{ tick: 0, numerator: 4, denominator: 4 }, { tick: 3840, numerator: 6, denominator: 8 }]
  const bars = [...barsBetween(metres, 3000, 6000)].map((bar) => [bar.number, bar.start, bar.end])
  expect(bars).toEqual([[2, 1920, 3840], [3, 3840, 5280], [4, 5280, 6720]])
})

test('a score goes to the server and comes back as it was', () => {
  const score: Score = {
    length: 1440,
    tempos: [{ tick: 0, bpm: 100 }],
    metres: [{ tick: 0, numerator: 3, denominator: 4 }],
    tracks: [{ name: 'Bass', role: 'bass', program: 33, isDrum: false, notes: [{ onset: 0, duration: 480, pitch: 40, velocity: 90 }] }],
  }
  expect(scoreFromJson(scoreToJson(score))).toEqual(score)
})
