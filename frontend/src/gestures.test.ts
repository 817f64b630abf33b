import { expect, test } from 'vitest'
import { pinched, rulerIntent, wheeled } from './gestures.ts'
import { LEAD, Viewport } from './viewport.ts'

const metres = [{ tick: 0, numerator: 4, denominator: 4 }]
const view = new Viewport({
  width: 800, height: 400, length: 19_200, scale: 0.1, scrollX: 0, scrollY: 300, rowHeight: 10, drumRows: 0, hasPitches: true,
})
const still = { deltaX: 0, deltaY: 0, deltaMode: 0, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }

test('a click on the ruler goes there', () => {
  expect(rulerIntent(view, metres, LEAD + 100, LEAD + 102)).toEqual({ kind: 'seek', tick: 1020 })
})

test('a drag on the ruler is a loop from beat to beat, whichever way it goes', () => {
  const loop = { kind: 'loop', range: [480, 1920] }
  expect(rulerIntent(view, metres, LEAD + 60, LEAD + 180)).toEqual(loop)
  expect(rulerIntent(view, metres, LEAD + 180, LEAD + 60)).toEqual(loop)
})

test('zoomed far out, a loop goes from bar to bar', () => {
  const far = view.with({ length: 192_000, scale: 0.01 })
  expect(rulerIntent(far, metres, LEAD + 22, LEAD + 50)).toEqual({ kind: 'loop', range: [1920, 5760] })
})

test('the wheel scrolls pitch, with Shift time', () => {
  expect(wheeled(view, { ...still, deltaY: 40 }, 0, 0).scrollY).toBe(340)
  expect(wheeled(view, { ...still, deltaY: 40, shiftKey: true }, 0, 0).scrollX).toBe(40)
})

test('Ctrl and the wheel zoom at the pointer', () => {
  const zoomed = wheeled(view, { ...still, deltaY: -100, ctrlKey: true }, 250, 0)
  expect(zoomed.scale).toBeGreaterThan(view.scale)
  expect(zoomed.tick(250)).toBeCloseTo(view.tick(250))
})

test('fingers twice as far apart double the scale about their middle', () => {
  const zoomed = pinched(view, [{ x: 200, y: 50 }, { x: 300, y: 50 }], [{ x: 150, y: 50 }, { x: 350, y: 50 }])
  expect(zoomed.scale).toBeCloseTo(0.2)
  expect(zoomed.tick(250)).toBeCloseTo(view.tick(250))
})

test('two fingers that move together scroll', () => {
  const scrolled = pinched(view, [{ x: 200, y: 50 }, { x: 300, y: 50 }], [{ x: 140, y: 30 }, { x: 240, y: 30 }])
  expect(scrolled.scale).toBeCloseTo(0.1)
  expect(scrolled).toMatchObject({ scrollX: 60, scrollY: 320 })
})
