import { expect, test } from 'vitest'
import { Takes } from './takes.ts'

test('one goes back and forward through the takes, and no further', () => {
  const takes = new Takes('a')
  takes.add('b')
  takes.add('c')
  expect([takes.step(-1), takes.step(-1), takes.step(-1), takes.step(1)]).toEqual(['b', 'a', null, 'b'])
  expect([takes.current, takes.number, takes.count]).toEqual(['b', 2, 3])
})

test('no take is lost when a new one is made from an older one', () => {
  const takes = new Takes('a')
  takes.add('b')
  takes.step(-1)
  takes.add('c')
  expect([takes.current, takes.number, takes.count, takes.step(-1)]).toEqual(['c', 3, 3, 'b'])
})
