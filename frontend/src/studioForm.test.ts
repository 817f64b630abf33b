import { expect, test } from 'vitest'
import { stepped } from './studioForm.ts'

test('steps lead from phrase to phrase', () => {
  expect([stepped(8, 4), stepped(9, 4), stepped(9, -4), stepped(8, -4), stepped(1, 4), stepped(3, -4)]).toEqual([12, 12, 8, 4, 4, 0])
})
