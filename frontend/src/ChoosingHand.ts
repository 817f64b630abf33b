/** A hand that points at notes and changes nothing: a press takes a note or leaves it, a drag takes all within a box. */
import type { Point } from './gestures.ts'
import { hitTest } from './hitTest.ts'
import { type NotePlace, placeOf } from './notePlaces.ts'
import { noteBox, type Scene } from './painter.ts'
import { css } from './palette.ts'
import type { Hand } from './PianoRoll.ts'

/** A press that moves less than this is no drag, px. */
const STILL = 5

export class ChoosingHand implements Hand {
  private from: Point | null = null
  private to: Point | null = null

  constructor(
    private readonly onToggle: (place: NotePlace) => void,
    private readonly onCatch: (places: readonly NotePlace[]) => void,
    private readonly repaint: () => void,
  ) {}

  press(_scene: Scene, point: Point, event: PointerEvent): boolean {
    if (event.button > 0) return false
    this.from = point
    return true
  }

  drag(_scene: Scene, point: Point): void {
    if (!this.from) return
    if (this.to || Math.hypot(point.x - this.from.x, point.y - this.from.y) > STILL) this.to = point
    this.repaint()
  }

  release(scene: Scene, point: Point): void {
    const { from, to } = this
    this.cancel()
    if (from && to) return this.onCatch(caught(scene, from, to))
    const hit = hitTest(scene, point.x, point.y)
    if (hit.kind === 'note') this.onToggle(placeOf(hit.track, hit.note))
  }

  cancel(): void {
    this.from = this.to = null
    this.repaint()
  }

  menu(): void {}

  ruler(): void {}

  cursor(scene: Scene, { x, y }: Point): string {
    return hitTest(scene, x, y).kind === 'note' ? 'pointer' : 'crosshair'
  }

  shows(): boolean {
    return this.to !== null
  }

  paint(pen: CanvasRenderingContext2D, { palette }: Scene): void {
    const { from, to } = this
    if (!from || !to) return
    pen.fillStyle = css(palette.accent, 0.12)
    pen.strokeStyle = css(palette.accent)
    pen.lineWidth = 1
    const box = [Math.min(from.x, to.x), Math.min(from.y, to.y), Math.abs(from.x - to.x), Math.abs(from.y - to.y)] as const
    pen.fillRect(...box)
    pen.strokeRect(...box)
  }
}

function caught(scene: Scene, from: Point, to: Point): NotePlace[] {
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)]
  const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)]
  const box = { x: 0, y: 0, width: 0, height: 0 }
  return scene.tracks.flatMap(({ index, isDrum, audible }, track) => {
    const places: NotePlace[] = []
    if (audible) {
      index.between(scene.view.tick(left), scene.view.tick(right), (note) => {
        noteBox(scene, note, isDrum, box)
        if (box.y + box.height >= top && box.y <= bottom) places.push(placeOf(track, note))
      })
    }
    return places
  })
}
