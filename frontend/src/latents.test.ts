import { expect, test } from 'vitest'
import type { JobRequest, Latents } from './api.ts'
import { askedWith, type BandRecipe, harmonyAnew, heldBecause, isTurned, latentsOf, NO_LATENTS, partAnew, reached, seedOf, turned } from './latents.ts'
import { BAND } from './roles.ts'
import { defaultSettings, requestFrom } from './studioSettings.ts'

const recipe = (arranger: string, more: Partial<JobRequest> = {}): BandRecipe => ({ request: { ...requestFrom(defaultSettings(arranger), null), ...more }, seed: 7 })
const change = (before: BandRecipe, latents: Latents) => reached(before, { ...before, request: { ...before.request, latents } })
const PITCHED = BAND.filter((role) => role !== 'drums')

test.each(['hybrid', 'composer', 'jamming'])('new drums reach the drums alone (%s)', (arranger) => {
  const before = recipe(arranger)
  expect(change(before, partAnew(before, 'drums', 9))).toEqual(['drums'])
})

test.each(['hybrid', 'composer', 'jamming'])('a new harmony reaches all but the drums (%s)', (arranger) => {
  const before = recipe(arranger)
  expect(change(before, harmonyAnew(before, 9))).toEqual(PITCHED)
})

test('drums that were drawn anew stay under the next harmony', () => {
  const first = recipe('composer')
  const drummed = recipe('composer', { latents: partAnew(first, 'drums', 9) })
  expect(change(drummed, harmonyAnew(drummed, 11))).toEqual(PITCHED)
  expect(seedOf({ ...drummed, request: { ...drummed.request, latents: harmonyAnew(drummed, 11) } }, { latent: 'shared_time_of', role: 'drums' })).toBe(9)
})

test('a shared latent reaches all who share one, a private one its own part', () => {
  for (const [arranger, reach] of [['hybrid', BAND], ['composer', BAND], ['jamming', []]] as const) {
    expect(change(recipe(arranger), turned(NO_LATENTS, { latent: 'shared' }, 9))).toEqual(reach)
  }
  expect(change(recipe('hybrid'), turned(NO_LATENTS, { latent: 'private_time', role: 'bass' }, 9))).toEqual(['bass'])
})

test('who is given or silent is not reached', () => {
  const before = recipe('hybrid', { muted: ['guitar'], given: { piece: 'abc', tracks: [{ track: 0, role: 'bass' }] } })
  expect(change(before, turned(NO_LATENTS, { latent: 'shared_time' }, 9))).toEqual(['drums', 'piano', 'strings'])
  expect(BAND.map((role) => heldBecause(before, role))).toEqual(['given', null, 'muted', null, null])
})

test('a knob that is turned back follows the seed of the piece again', () => {
  const knob = { latent: 'private', role: 'drums' } as const
  const one = recipe('hybrid', { latents: turned(NO_LATENTS, knob, 9) })
  expect([isTurned(one, knob), seedOf(one, knob)]).toEqual([true, 9])
  const back = recipe('hybrid', { latents: turned(latentsOf(one), knob, null) })
  expect([isTurned(back, knob), seedOf(back, knob)]).toEqual([false, 7])
})

test('given tracks are given again, from the piece that came of them', () => {
  const before = recipe('hybrid', { given: { score: 'a hash', tracks: [{ track: 4, role: 'drums' }] } })
  const tracks = BAND.map((role) => ({ name: role, role, program: 0, isDrum: role === 'drums', notes: [] }))
  const asked = askedWith(before, NO_LATENTS, 'xyz', { length: 1920, tempos: [], metres: [], tracks })
  expect(asked.given).toEqual({ piece: 'xyz', tracks: [{ track: 1, role: 'drums' }] })
  expect(asked.seed).toBe(7)
})
