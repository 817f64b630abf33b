import { type DrumRow, drumRows } from './drums.ts'
import type { Note } from './note.ts'
import type { Viewport } from './viewport.ts'

/** The rows that a score's notes lie on: pitches for melodic tracks, named rows for drums. */
export class Rows {
  drums: readonly DrumRow[] = []
  private drumRowOf = new Map<number, number>()
  private used = new Set<number>()
  private low = Infinity
  private high = -Infinity

  constructor(
    readonly hasDrums: boolean,
    readonly hasPitches: boolean,
  ) {
    if (hasDrums) this.sortDrums()
  }

  /** Takes note of what a track plays. True when rows or the range have changed. */
  add(notes: readonly Note[], isDrum: boolean): boolean {
    let changed = false
    for (const { pitch } of notes) {
      if (isDrum) {
        changed ||= !this.drumRowOf.has(pitch)
        this.used.add(pitch)
      } else if (pitch < this.low || pitch > this.high) {
        this.low = Math.min(this.low, pitch)
        this.high = Math.max(this.high, pitch)
        changed = true
      }
    }
    if (changed && isDrum) this.sortDrums()
    return changed
  }

  /** Lowest and highest pitch with air around; two octaves about middle C while nothing has come. */
  get range(): readonly [low: number, high: number] {
    if (this.low > this.high) return [48, 79]
    const air = Math.max(2, Math.ceil((18 - (this.high - this.low)) / 2))
    return [Math.max(0, this.low - air), Math.min(127, this.high + air)]
  }

  drumRow(pitch: number): number {
    return this.drumRowOf.get(pitch) ?? 0
  }

  /** The top of a note's row, px. */
  y(view: Viewport, pitch: number, isDrum: boolean): number {
    return isDrum ? view.drumY(this.drumRow(pitch)) : view.y(pitch)
  }

  private sortDrums(): void {
    const { rows, rowOf } = drumRows(this.used)
    this.drums = rows
    this.drumRowOf = rowOf
  }
}
