/** What editing shows over the notes: what is chosen, the rubber band, where keys would write. State in, pixels out. */
import type { Point } from '../gestures.ts'
import { noteBox, type Scene, type TickRange } from '../painter.ts'
import { css } from '../palette.ts'
import type { Editor } from './Editor.ts'

export interface Band {
  readonly from: Point
  readonly to: Point
}

export function paintEditing(pen: CanvasRenderingContext2D, scene: Scene, editor: Editor, band: Band | null): void {
  if (editor.marked && !band) paintMarked(pen, scene, editor.marked, editor.isDrum)
  paintChosen(pen, scene, editor)
  if (band) paintBand(pen, scene, band)
  else if (!editor.selected.size) paintCaret(pen, scene, editor)
}

function paintChosen(pen: CanvasRenderingContext2D, scene: Scene, { selected }: Editor): void {
  const { view, palette, tracks } = scene
  const box = { x: 0, y: 0, width: 0, height: 0 }
  pen.strokeStyle = css(palette.ink)
  pen.fillStyle = css(palette.ink, 0.22)
  pen.lineWidth = 1.5
  for (const { index, isDrum } of tracks) {
    index.between(view.tick(-20), view.tick(view.width + 2), (note) => {
      if (!selected.has(note) && !note.locked) return
      noteBox(scene, note, isDrum, box)
      if (!isDrum && box.y > view.pitchHeight) return
      if (note.locked) paintLock(pen, box)
      if (!selected.has(note)) return
      pen.beginPath()
      pen.roundRect(box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1, 3.5)
      pen.fill()
      pen.stroke()
    })
  }
}

/** The time that is marked, over the rows of the track that is worked on. */
function paintMarked(pen: CanvasRenderingContext2D, { view, palette }: Scene, [from, to]: TickRange, isDrum: boolean): void {
  const [left, right] = [view.x(from), view.x(to)]
  const [top, bottom] = isDrum ? [view.pitchHeight, view.height] : [0, view.pitchHeight]
  pen.fillStyle = css(palette.accent, 0.07)
  pen.fillRect(left, top, right - left, bottom - top)
  pen.fillStyle = css(palette.accent, 0.8)
  for (const x of [left, right - 1]) pen.fillRect(Math.round(x), top, 1, bottom - top)
}

/** Strokes across a note that is locked. */
function paintLock(pen: CanvasRenderingContext2D, box: { x: number; y: number; width: number; height: number }): void {
  pen.save()
  pen.beginPath()
  pen.rect(box.x, box.y, box.width, box.height)
  pen.clip()
  pen.beginPath()
  for (let x = box.x - box.height; x < box.x + box.width; x += 5) {
    pen.moveTo(x, box.y + box.height)
    pen.lineTo(x + box.height, box.y)
  }
  pen.stroke()
  pen.restore()
}

function paintBand(pen: CanvasRenderingContext2D, { palette }: Scene, { from, to }: Band): void {
  const [x, y] = [Math.min(from.x, to.x), Math.min(from.y, to.y)]
  const [width, height] = [Math.abs(from.x - to.x), Math.abs(from.y - to.y)]
  pen.fillStyle = css(palette.accent, 0.12)
  pen.fillRect(x, y, width, height)
  pen.strokeStyle = css(palette.accent)
  pen.lineWidth = 1
  pen.strokeRect(x + 0.5, y + 0.5, Math.max(0, width - 1), Math.max(0, height - 1))
}

/** An empty note, dashed, where the next one is written by keys. */
function paintCaret(pen: CanvasRenderingContext2D, scene: Scene, { caret, newLength, isDrum }: Editor): void {
  const note = { onset: caret.tick, duration: newLength, pitch: caret.pitch, velocity: 90 }
  const { x, y, width, height } = noteBox(scene, note, isDrum, { x: 0, y: 0, width: 0, height: 0 })
  if (!isDrum && y > scene.view.pitchHeight) return
  pen.save()
  pen.strokeStyle = css(scene.palette.accent)
  pen.lineWidth = 1.5
  pen.setLineDash([4, 3])
  pen.strokeRect(x + 0.5, y + 0.5, Math.max(6, width) - 1, height - 1)
  pen.restore()
}
