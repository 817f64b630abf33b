import { expect, test } from 'vitest'
import { themeCookie } from './theme.ts'

test('a chosen theme is kept for a year', () => {
  expect(themeCookie('light', false)).toBe('theme=light; path=/; max-age=31536000; samesite=lax')
})

test('going back to the system takes the cookie away', () => {
  expect(themeCookie('auto', true)).toBe('theme=auto; path=/; max-age=0; samesite=lax; secure')
})
