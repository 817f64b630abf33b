import { expect, test } from 'vitest'
import type { JobRequest } from './api.ts'
import { defaultSettings, keyName, requestFrom, settingsFrom, settingsFromRequest, type StyleCard, typedNumber } from './studioSettings.ts'

const styles: StyleCard[] = [
  { name: 'chorale', model: 'rnn', title: 'Chorale', description: '', default_tempo: 84, metres: ['4/4', '3/4'] },
  { name: 'folk', model: 'rnn', title: 'Folk', description: '', default_tempo: 110, metres: ['4/4', '6/8'] },
]

test('with nothing kept the first style and eight bars are ready', () => {
  expect(settingsFrom(null, styles)).toEqual(defaultSettings('chorale'))
  expect(settingsFrom('not json', styles)).toEqual(defaultSettings('chorale'))
})

test('settings come back as they were kept', () => {
  const kept = { ...defaultSettings('folk'), bars: 16, key: 'D minor', keyLock: true, tempo: 90, metre: '6/8', seed: 7 }
  expect(settingsFrom(JSON.stringify(kept), styles)).toEqual(kept)
})

test('a kept setting that no longer makes sense falls back alone', () => {
  const kept = { style: 'polka', bars: 400, key: 'H major', keyLock: true, tempo: 3, metre: '6/8', topP: 'x', seed: -1 }
  const settings = settingsFrom(JSON.stringify(kept), styles, 32)
  expect(settings).toEqual({ ...defaultSettings('chorale'), bars: 32, tempo: 40, seed: 0 })
})

test('a lock without a key asks for nothing', () => {
  const request = requestFrom({ ...defaultSettings('folk'), keyLock: true }, null)
  expect([request.key, request.key_lock]).toEqual([null, false])
})

test('the request says which bars to go on after', () => {
  const request = requestFrom(defaultSettings('folk'), { piece: 'abc', bars: 4 })
  expect(request.continue_from).toEqual({ piece: 'abc', bars: 4 })
  expect(request.seed).toBeNull()
})

test('a band is asked for by its arranger', () => {
  const request = requestFrom({ ...defaultSettings('hybrid'), bars: 12, key: 'D minor' }, null)
  expect(request).toMatchObject({ model: 'musegan', arranger: 'hybrid', bars: 12, key: 'D minor' })
  expect(requestFrom(defaultSettings('folk'), null)).not.toHaveProperty('arranger')
})

test('a band is told its form, who is silent and who plays how densely', () => {
  const usual = requestFrom(defaultSettings('hybrid'), null)
  expect([usual.form, usual.density, usual.muted]).toEqual(['AABA', {}, []])
  const asked = { ...defaultSettings('hybrid'), form: 'AB', density: { bass: -0.5 }, muted: ['strings'] as const }
  expect(requestFrom(asked, null)).toMatchObject({ form: 'AB', density: { bass: -0.5 }, muted: ['strings'] })
})

test('of a kept form, density and silence only what a band knows comes back', () => {
  const kept = { ...defaultSettings('folk'), form: 'a-b 1', density: { bass: 3, choir: 1, drums: 0 }, muted: ['choir', 'piano', 'piano'] }
  expect(settingsFrom(JSON.stringify(kept), styles)).toMatchObject({ form: 'AB', density: { bass: 1 }, muted: ['piano'] })
  const silent = { muted: ['bass', 'drums', 'guitar', 'piano', 'strings'], density: 'loud', form: 7 }
  expect(settingsFrom(JSON.stringify(silent), styles)).toMatchObject({ form: '', density: {}, muted: [] })
})

test("what a band was asked fills the form, though it knows no daring", () => {
  const hybrid: StyleCard = { name: 'hybrid', model: 'musegan', title: 'Hybrid band', description: '', default_tempo: 104, metres: ['4/4'] }
  const { model, arranger, bars, key, tempo, seed } = requestFrom({ ...defaultSettings('hybrid'), tempo: 90 }, null)
  const asked = { model, arranger, style: 'hybrid', bars, key, tempo, seed, metre: null, continue_from: null } as JobRequest
  expect(settingsFromRequest(asked, [...styles, hybrid])).toEqual({ ...defaultSettings('hybrid'), tempo: 90 })
})

test("a job's form shows what was asked, with the seed free", () => {
  const asked = { ...defaultSettings('folk'), bars: 12, tempo: 100, seed: 5 }
  expect(settingsFromRequest(requestFrom(asked, null), styles)).toEqual({ ...asked, seed: null })
})

test('a typed number is brought into its range', () => {
  const range = { least: 40, most: 240 }
  expect([typedNumber('', range), typedNumber('96', range), typedNumber('9', range), typedNumber('1e9', range)]).toEqual([null, 96, 40, 240])
  expect(typedNumber('ten', range)).toBeUndefined()
})

test('keys are written with their signs', () => {
  expect(['C major', 'Bb minor', 'F# minor'].map(keyName)).toEqual(['C major', 'B♭ minor', 'F♯ minor'])
})
