import { expect, test } from 'vitest'
import { snapped } from './snap.ts'

const metres = [{ tick: 0, numerator: 4, denominator: 4 }]

test('a tick goes to the nearest line of the grid, or to the one before', () => {
  expect(snapped(metres, 200, 240)).toBe(240)
  expect(snapped(metres, 200, 240, 'before')).toBe(0)
  expect(snapped(metres, 480, 240, 'before')).toBe(480)
})

test('without a grid only whole ticks count', () => {
  expect(snapped(metres, 200.4, 0)).toBe(200)
})

test('the grid begins anew at each bar: in 5/8 quarters count from the bar line', () => {
  const five = [{ tick: 0, numerator: 5, denominator: 8 }]
  // The second bar begins at 1200.
  expect(snapped(five, 1700, 480)).toBe(1680)
  // The bar line itself is nearer than the bar's last quarter.
  expect(snapped(five, 1190, 480)).toBe(1200)
  expect(snapped(five, 1000, 480)).toBe(960)
})

test('triplets divide a quarter in three', () => {
  expect([0, 170, 310, 470].map((tick) => snapped(metres, tick, 160))).toEqual([0, 160, 320, 480])
})
