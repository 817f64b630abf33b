import { beforeAll, expect, test } from 'vitest'
import { NoteIndex } from './noteIndex.ts'
import { barEvery, noteBox, type PaintedTrack, paintMoment, paintPane, type Scene } from './painter.ts'
import type { Palette } from './palette.ts'
import type { Ink } from './patterns.ts'
import { Rows } from './rows.ts'
import { LEAD, Viewport } from './viewport.ts'

const metres = [{ tick: 0, numerator: 4, denominator: 4 }]
const view = new Viewport({
  width: 800, height: 400, length: 19_200, scale: 0.1, scrollX: 0, scrollY: 600, rowHeight: 10, drumRows: 0, hasPitches: true,
})
const grey = [128, 128, 128] as const
const palette: Palette = {
  ground: [0, 0, 0], surface: grey, raised: grey, ink: grey, muted: grey, line: grey, accent: [255, 180, 84], tracks: [], dark: true, font: 'sans-serif',
}

function track(name: string, onsets: number[], audible = true): PaintedTrack {
  const six = (colour: string) => new Array<string>(6).fill(colour)
  const ink: Ink = { plain: six(name), fills: new Array<null>(6).fill(null), borders: null, onset: `${name} onset`, lit: `${name} lit`, halo: `${name} halo`, ghost: `${name} ghost` }
  return { index: new NoteIndex(onsets.map((onset) => ({ onset, duration: 480, pitch: 60, velocity: 120 }))), isDrum: false, ink, audible }
}

const scene = (tracks: PaintedTrack[], change: Partial<Scene> = {}): Scene => ({
  view, rows: new Rows(false, true), palette, tracks, order: tracks.map((_, i) => i), metres, written: Infinity, ratio: 1, ...change,
})

/** A pen that only writes down in which colour shapes were filled, and where. */
function pen() {
  const filled: { colour: string; x: number }[] = []
  let path = { x: 0 }
  const context = {
    fillStyle: '',
    fillRect(x: number) { filled.push({ colour: context.fillStyle, x }) },
    roundRect(x: number) { path = { x } },
    fill() { filled.push({ colour: context.fillStyle, x: path.x }) },
    save() {}, restore() {}, beginPath() {}, rect() {}, clip() {}, stroke() {}, clearRect() {},
  } // prettier-ignore
  return { context: context as unknown as CanvasRenderingContext2D, notes: (colour: string) => filled.filter((shape) => shape.colour === colour).map((shape) => shape.x) }
}

const whole = { x: 0, y: 0, width: 800, height: 400 }

beforeAll(() => {
  Object.assign(globalThis, { DOMMatrix: class {} })
})

test('only the notes of the area are drawn', () => {
  const { context, notes } = pen()
  paintPane(context, scene([track('red', [0, 480, 4800])]), 'pitches', { ...whole, width: 60 })
  expect(notes('red')).toEqual([LEAD, LEAD + 48])
})

test('a track that does not sound is a ghost', () => {
  const { context, notes } = pen()
  paintPane(context, scene([track('red', [0], false), track('blue', [960])]), 'pitches', whole)
  expect(notes('red')).toEqual([])
  expect(notes('red ghost')).toEqual([LEAD])
  expect(notes('blue')).toEqual([LEAD + 96])
})

test('what is not written yet is not drawn', () => {
  const { context, notes } = pen()
  paintPane(context, scene([track('red', [0, 960, 1920])], { written: 1000 }), 'pitches', whole)
  expect(notes('red')).toEqual([LEAD, LEAD + 96])
})

test('the note under the playhead is lit', () => {
  const { context, notes } = pen()
  paintMoment(context, scene([track('red', [0, 480, 960])]), { playhead: 700, loop: null, edge: null, mark: null, noted: null, pins: [] })
  expect(notes('red lit')).toEqual([LEAD + 48])
})

test('a repeated note is told from a long one by a sliver', () => {
  const box = noteBox(scene([]), { onset: 0, duration: 480, pitch: 60, velocity: 80 }, false, { x: 0, y: 0, width: 0, height: 0 })
  expect(box).toEqual({ x: LEAD, y: 70.5, width: 47, height: 9 })
})

test('a bar of 19 px is numbered at every second one, of 2 px at every sixteenth', () => {
  expect(barEvery(view, metres)).toBe(1)
  expect(barEvery(view.with({ scale: 0.01, length: 192_000 }), metres)).toBe(2)
  expect(barEvery(view.with({ scale: 0.001, length: 1_920_000 }), metres)).toBe(16)
})
