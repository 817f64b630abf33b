import { expect, test } from 'vitest'
import { type SoundFacts, whySilent } from './silence.ts'

const well: SoundFacts = { state: 'running', since: 3, moving: true, volume: 0.8, sounding: 2, level: 0.1, samplesFailed: false, silentSwitch: false }

test('when all is well nothing is said', () => {
  expect(whySilent(well)).toBeNull()
})

test('a browser that holds sound back is named, but not in the first moment', () => {
  expect(whySilent({ ...well, state: 'suspended', since: 0.3 })).toBeNull()
  expect(whySilent({ ...well, state: 'suspended' })).toContain('holding the sound back')
})

test('a clock that stands still means that no loudspeaker answers', () => {
  expect(whySilent({ ...well, moving: false })).toContain('No loudspeaker')
})

test('a volume of zero is said before anything is suspected', () => {
  expect(whySilent({ ...well, volume: 0, level: 0 })).toBe('The volume is at zero.')
})

test('notes without a level are silence, a rest is not', () => {
  expect(whySilent({ ...well, level: 0 })).toContain('no sound comes out')
  expect(whySilent({ ...well, level: 0, sounding: null })).toBeNull()
})

test('a phone is reminded of its switch for a few seconds', () => {
  expect(whySilent({ ...well, silentSwitch: true })).toContain('ring/silent switch')
  expect(whySilent({ ...well, silentSwitch: true, since: 9 })).toBeNull()
})
