import { expect, test } from 'vitest'
import { type Choice, isShared, notesIn, ticksOf, troubleWith, whatCameOf } from './givenChoice.ts'
import type { Score } from './score.ts'

const offer = { bars: 24, most: 8, runs: [[1, 12], [15, 15], [20, 24]] as const } // prettier-ignore
const choice = (first: number, last: number, ...roles: string[]): Choice => ({ first, last, tracks: roles.map((role, track) => ({ track, role })) })

test('a choice of tracks and bars in 4/4 has no trouble', () => {
  expect(troubleWith(choice(1, 8, 'piano'), offer)).toBeNull()
  expect(troubleWith(choice(21, 24, 'piano', 'drums', 'bass', 'guitar'), offer)).toBeNull()
})

test('each trouble says what to do', () => {
  expect(troubleWith(choice(1, 4), offer)).toContain('Tick a track')
  expect(troubleWith(choice(1, 4, 'bass', 'drums', 'guitar', 'piano', 'strings'), offer)).toContain('Leave one')
  for (const [first, last] of [[0, 4], [4, 3], [20, 25], [NaN, 3]] as const) expect(troubleWith(choice(first, last, 'bass'), offer)).toContain('1 to 24') // prettier-ignore
  expect(troubleWith(choice(1, 9, 'bass'), offer)).toBe('At most 8 bars at a time.')
  expect(troubleWith(choice(11, 15, 'bass'), offer)).toBe('The band plays in 4/4 only. Bars in 4/4: 1–12, 15, 20–24.')
})

test('two tracks in one role are noticed', () => {
  expect(isShared(choice(1, 4, 'piano', 'bass').tracks)).toBe(false)
  expect(isShared(choice(1, 4, 'piano', 'piano').tracks)).toBe(true)
})

test('bars in ticks, and the notes that begin in them', () => {
  const metres = [{ tick: 0, numerator: 3, denominator: 4 }, { tick: 1440, numerator: 4, denominator: 4 }] // prettier-ignore
  const score: Score = { length: 1440 + 2 * 1920 - 60, tempos: [], metres, tracks: [] }
  expect(ticksOf(score, 2, 2)).toEqual([1440, 3360])
  expect(ticksOf(score, 2, 3)).toEqual([1440, score.length])
  const note = (onset: number, duration: number) => ({ onset, duration, pitch: 60, velocity: 80 })
  expect(notesIn([note(1430, 100), note(1440, 480), note(3000, 960), note(3360, 9)], 1440, 3360)).toEqual([note(0, 480), note(1560, 360)])
})

test('what came of the given notes is said as it is', () => {
  const note = (onset: number, pitch = 60) => ({ onset, duration: 480, pitch, velocity: 80 })
  const score = (...parts: [role: string, notes: ReturnType<typeof note>[]][]): Score => ({
    length: 2 * 1920,
    tempos: [],
    metres: [{ tick: 0, numerator: 4, denominator: 4 }],
    tracks: parts.map(([role, notes]) => ({ name: role, role, program: 0, isDrum: false, notes })),
  })
  const source = score(['piano', [note(0), note(1920)]], ['other', [note(1920)]])
  const bass: [string, ReturnType<typeof note>[]] = ['bass', [note(0, 40)]]
  expect(whatCameOf(choice(2, 2, 'piano'), source, score(bass, ['piano', [note(0)]]))).toEqual({ sentence: '1 given note is unchanged.', stayed: true })
  // Both play one note at once.
  expect(whatCameOf(choice(2, 2, 'piano', 'piano'), source, score(bass, ['piano', [note(0)]]))).toEqual({ sentence: 'Tracks that share a role became one part.', stayed: false })
  // Edited in another window meanwhile.
  expect(whatCameOf(choice(2, 2, 'piano'), source, score(bass, ['piano', [note(0, 62)]]))).toEqual({ sentence: 'The piece has changed since this page was opened.', stayed: false })
})
