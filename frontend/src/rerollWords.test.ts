import { expect, test } from 'vitest'
import { keepingTracks, verdict } from './rerollWords.ts'
import { BAND, type Role } from './roles.ts'
import type { Score } from './score.ts'

/** Five tracks of one note each; `moved` ones a semitone up. */
const score = (...moved: Role[]): Score => ({
  length: 1920,
  tempos: [],
  metres: [],
  tracks: BAND.map((role) => ({ name: role, role, program: 0, isDrum: role === 'drums', notes: [{ onset: 0, duration: 120, pitch: moved.includes(role) ? 61 : 60, velocity: 90 }] })),
})

test('a part drawn anew: the other four are unchanged', () => {
  expect(verdict(score(), score('drums'), ['drums'])).toEqual({ sentence: 'New: Drums. The other four tracks are unchanged, note for note.', kept: true })
})

test('a new harmony: the drums are unchanged', () => {
  const pitched = ['bass', 'guitar', 'piano', 'strings'] as const
  expect(verdict(score(), score(...pitched), pitched)).toEqual({ sentence: 'Drums: unchanged, note for note. The rest is new.', kept: true })
})

test('a draw that reaches all five makes no promise', () => {
  expect(verdict(score(), score(...BAND), BAND)).toEqual({ sentence: 'Every part hears this draw, and all five are new.', kept: false })
})

test('what changed against the promise is said', () => {
  expect(verdict(score(), score('drums', 'piano'), ['drums'])).toEqual({ sentence: 'Not as promised: Piano changed as well.', kept: false })
})

test('a part that came out the same is said too', () => {
  expect(verdict(score(), score(), ['drums']).sentence).toBe('Drums came out as before. Draw again.')
})

test('unchanged tracks stay the very same', () => {
  const before = score()
  const after = keepingTracks(before, score('drums'))
  expect(after.tracks.map((track, i) => track === before.tracks[i])).toEqual([true, false, true, true, true])
})
