import { expect, test } from 'vitest'
import { ApiError } from './api.ts'
import { duration, jobTrouble, ordinal, type Progress, progressLine, queueLine, refusal } from './studioWords.ts'

const writing: Progress = {
  phase: 'writing', position: 0, waitSeconds: 0, bars: 8, barsDone: 2, notes: 40, lost: false, catchingUp: false, kept: false,
} // prettier-ignore

test('places in line are counted as people count', () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 103, 111].map(ordinal)).toEqual(
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '103rd', '111th'], // prettier-ignore
  )
})

test('the queue says place and time', () => {
  expect(queueLine(3, 6.2)).toBe('3rd in line, about 6 seconds')
  expect(queueLine(1, 0.3)).toBe('Next in line, about 1 second')
  expect(queueLine(2, null)).toContain('no generator is up')
})

test('long waits are told in minutes', () => {
  expect([duration(89), duration(90), duration(150)]).toEqual(['89 seconds', '2 minutes', '3 minutes'])
})

test('while it writes, the bar under work is named, never one past the end', () => {
  expect(progressLine(writing)).toBe('Bar 3 of 8')
  expect(progressLine({ ...writing, barsDone: 8 })).toBe('Bar 8 of 8')
  expect(progressLine({ ...writing, catchingUp: true })).toBe('Bar 3 of 8 · catching up')
})

test('that the site is away is said, also when all notes are there but not yet the piece', () => {
  expect(progressLine({ ...writing, lost: true })).toBe('Reconnecting; nothing is lost')
  expect(progressLine({ ...writing, phase: 'done', lost: true })).toBe('Reconnecting; nothing is lost')
})

test('a piece that was kept says so beside its bars and notes', () => {
  expect(progressLine({ ...writing, phase: 'done', kept: true })).toBe('8 bars, 40 notes · Kept in My pieces')
})

test('a stopped job says what was kept', () => {
  expect(progressLine({ ...writing, phase: 'cancelled' })).toBe('Stopped after 2 bars, kept as a draft in My pieces')
  expect(progressLine({ ...writing, phase: 'cancelled', barsDone: 0 })).toBe('Stopped before the first bar')
})

test('a job that broke off offers to go on where it stopped', () => {
  const trouble = jobTrouble({ code: 'set_aside', message: 'It broke.' }, 5, 'p1')
  expect([trouble.what, trouble.safe, trouble.next, trouble.label]).toEqual([
    'It broke.', 'Your 5 bars are saved as a draft.', 'continue', 'Continue from bar 6',
  ]) // prettier-ignore
  expect(jobTrouble(null, 0, null).next).toBe('again')
})

test('a guest at the day’s limit is shown the way to more', () => {
  const error = new ApiError(429, 'daily_limit', 'Enough for today.', 'r', {}, 3600)
  expect(refusal(error, false).next).toBe('sign-up')
  expect(refusal(error, true)).toMatchObject({ next: 'again', wait: 3600 })
})

test('a refused field is named by its own sentence', () => {
  const error = new ApiError(400, 'invalid', 'Look at bars.', 'r', { bars: ['At most 64.'] })
  expect(refusal(error, false).what).toBe('At most 64.')
})
