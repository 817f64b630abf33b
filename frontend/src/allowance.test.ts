import { expect, test } from 'vitest'
import { leftToday } from './allowance.ts'

test('nothing is said while plenty is left', () => {
  expect(leftToday({ left_today: 10, small_left_today: 40 })).toBe('')
})

test('when few are left, pieces and small changes are counted', () => {
  expect(leftToday({ left_today: 3, small_left_today: 14 })).toBe('3 more pieces today, or 14 small changes.')
  expect(leftToday({ left_today: 1, small_left_today: 4 })).toBe('1 more piece today, or 4 small changes.')
})

test('small changes are left when no piece is', () => {
  expect(leftToday({ left_today: 0, small_left_today: 1 })).toBe('No new piece is left for today, but 1 small change.')
  expect(leftToday({ left_today: 0, small_left_today: 0 })).toBe('That was all for today.')
})
