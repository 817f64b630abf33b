import { expect, test } from 'vitest'
import { hitTest } from './hitTest.ts'
import { NoteIndex } from './noteIndex.ts'
import type { PaintedTrack } from './painter.ts'
import { Rows } from './rows.ts'
import { LEAD, Viewport } from './viewport.ts'

const view = new Viewport({
  width: 800, height: 400, length: 19_200, scale: 0.1, scrollX: 0, scrollY: 600, rowHeight: 10, drumRows: 9, hasPitches: true,
})
const ink = {} as PaintedTrack['ink']
const melody = { index: new NoteIndex([{ onset: 480, duration: 480, pitch: 60, velocity: 80 }]), isDrum: false, ink, audible: true }
const drums = { index: new NoteIndex([{ onset: 0, duration: 120, pitch: 36, velocity: 80 }]), isDrum: true, ink, audible: true }
const scene = { view, rows: new Rows(true, true), ratio: 1, tracks: [melody, drums], order: [0, 1] }

test("a note's body and its end are told apart", () => {
  expect(hitTest(scene, LEAD + 60, 75)).toMatchObject({ kind: 'note', track: 0, part: 'body', place: 0 })
  expect(hitTest(scene, LEAD + 93, 75)).toMatchObject({ kind: 'note', track: 0, part: 'end' })
})

test('beside the note there is its pitch and the time', () => {
  expect(hitTest(scene, LEAD + 200, 75)).toEqual({ kind: 'empty', tick: 2000, pitch: 60, isDrum: false })
})

test('the lowest drum row is the kick', () => {
  expect(hitTest(scene, LEAD + 3, 395)).toMatchObject({ kind: 'note', track: 1, note: { pitch: 36 } })
  expect(hitTest(scene, LEAD + 100, 395)).toMatchObject({ kind: 'empty', pitch: 36, isDrum: true })
})
