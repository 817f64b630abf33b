import { expect, test } from 'vitest'
import { LEAD, Viewport } from './viewport.ts'

const view = new Viewport({
  width: 800, height: 400, length: 19_200, scale: 0.1, scrollX: 0, scrollY: 0, rowHeight: 10, drumRows: 0, hasPitches: true,
})

test('a tick is a tenth of a pixel and comes back', () => {
  expect(view.x(480)).toBe(LEAD + 48)
  expect(view.tick(LEAD + 48)).toBeCloseTo(480)
})

test('pitch 127 is the top row and pitch 60 is 67 rows lower', () => {
  expect(view.y(127)).toBe(0)
  expect(view.y(60)).toBe(670)
  expect(view.pitch(9.9)).toBe(127)
  expect(view.scrolled(0, 600).pitch(75)).toBe(60)
})

test('zooming keeps the tick under the pointer', () => {
  const tick = view.scrolled(300, 0).tick(250)
  const zoomed = view.scrolled(300, 0).zoomed(2, 250)
  expect(zoomed.scale).toBeCloseTo(0.2)
  expect(zoomed.tick(250)).toBeCloseTo(tick)
})

test('zooming rows keeps the pitch under the pointer', () => {
  const scrolled = view.scrolled(0, 500)
  expect(scrolled.zoomedRows(1.5, 120).pitch(120)).toBe(scrolled.pitch(120))
})

test('there is nothing before the first tick, above the highest or below the lowest pitch', () => {
  expect(view.scrolled(-50, -50)).toMatchObject({ scrollX: 0, scrollY: 0 })
  expect(view.scrolled(0, 99_999).scrollY).toBe(1280 - 400)
})

test('the end of the piece scrolls in no further than to three fifths of the width', () => {
  expect(view.scrolled(99_999, 0).x(19_200)).toBeCloseTo(480)
})

test('fitted, the whole piece is in view', () => {
  const fitted = view.scrolled(500, 0).fittedTime()
  expect(fitted.x(0)).toBe(LEAD)
  expect(fitted.x(19_200)).toBeCloseTo(800 - LEAD)
})

test('fitted to an octave, the octave stands in the middle', () => {
  const fitted = view.fittedPitches(60, 71)
  expect(fitted.rowHeight).toBe(18)
  expect(fitted.y(71)).toBeCloseTo(400 - (fitted.y(60) + 18))
})

test('drum rows lie below the pitches', () => {
  const drums = view.with({ drumRows: 9 })
  expect(drums.drumRowHeight).toBe(15)
  expect(drums.pitchHeight).toBe(400 - 135)
  expect(drums.drumRow(264)).toBe(-1)
  expect(drums.drumRow(265)).toBe(0)
  expect(drums.drumRow(399)).toBe(8)
})

test('a piece of drums alone has rows from top to bottom', () => {
  const drums = view.with({ drumRows: 9, hasPitches: false })
  expect(drums.pitchHeight).toBe(0)
  expect(drums.drumRow(0)).toBe(0)
})

test('revealing scrolls no farther than is needed', () => {
  const still = view.with({ scrollX: 0, scrollY: 600 })
  expect(still.revealing(480, 60)).toBe(still)
  const right = still.revealing(15_000, 60)
  expect(right.x(15_000)).toBeCloseTo(240)
  expect(right.scrollY).toBe(600)
  const up = still.revealing(480, 96)
  expect(up.y(96)).toBeCloseTo(200)
  expect(up.scrollX).toBe(0)
})
