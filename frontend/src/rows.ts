import { type DrumRow, drumRows } from './drums.ts'
import type { Note } from './note.ts'
import type { Viewport } from './viewport.ts'

/** Where parts usually lie, so that rows do not jump about while a piece is being written. */
const USUAL: Record<string, readonly [low: number, high: number]> = {
  soprano: [60, 81],
  alto: [53, 74],
  tenor: [48, 69],
  bass: [36, 62],
  melody: [58, 84],
  chords: [43, 67],
  piano: [40, 79],
  guitar: [40, 76],
  strings: [52, 84],
}

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

  /** Makes room for parts that are still to be written. */
  expect(roles: Iterable<string>): void {
    for (const role of roles) {
      const usual = USUAL[role]
      if (!usual) continue
      this.low = Math.min(this.low, usual[0])
      this.high = Math.max(this.high, usual[1])
    }
  }

  /** Lowest and highest pitch with air around; two octaves about middle C while nothing is known. */
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
