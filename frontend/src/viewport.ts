/** Ticks and pitches ⇄ CSS pixels of the note area. Immutable: every movement makes a new one. */

const MIN_ROW = 3
const MAX_ROW = 28
const N_PITCHES = 128
/** 240 px for a quarter note: closer has no use. */
const MAX_SCALE = 0.5
/** The end of the piece may be scrolled in to this share of the width, so that a playhead can stand there. */
const END_AT = 0.6
/** Room at the left of the first note, px. */
export const LEAD = 6

export interface ViewportFields {
  /** The note area, px. */
  readonly width: number
  readonly height: number
  /** Ticks of the piece. */
  readonly length: number
  /** Pixels a tick. */
  readonly scale: number
  /** How far the content is scrolled, px; `scrollY` counts from the top of pitch 127. */
  readonly scrollX: number
  readonly scrollY: number
  /** Pixels a semitone. */
  readonly rowHeight: number
  /** Named rows of drums below the pitches; 0 without drums. */
  readonly drumRows: number
  /** False for a piece of drums alone: its rows take the whole height. */
  readonly hasPitches: boolean
}

export class Viewport implements ViewportFields {
  readonly width!: number
  readonly height!: number
  readonly length!: number
  readonly scale!: number
  readonly scrollX!: number
  readonly scrollY!: number
  readonly rowHeight!: number
  readonly drumRows!: number
  readonly hasPitches!: boolean

  constructor(fields: ViewportFields) {
    Object.assign(this, clamp(fields))
  }

  with(change: Partial<ViewportFields>): Viewport {
    return new Viewport({ ...this, ...change })
  }

  x(tick: number): number {
    return LEAD + tick * this.scale - this.scrollX
  }

  tick(x: number): number {
    return (x - LEAD + this.scrollX) / this.scale
  }

  /** The top of a pitch's row. */
  y(pitch: number): number {
    return (N_PITCHES - 1 - pitch) * this.rowHeight - this.scrollY
  }

  pitch(y: number): number {
    return Math.max(0, Math.min(N_PITCHES - 1, N_PITCHES - 1 - Math.floor((y + this.scrollY) / this.rowHeight)))
  }

  /** Height of the pane of pitches; the drums lie below it. */
  get pitchHeight(): number {
    return pitchHeight(this)
  }

  get drumRowHeight(): number {
    return drumRowHeight(this)
  }

  /** The top of a drum row, counted from 0 at the top. */
  drumY(row: number): number {
    return this.pitchHeight + row * this.drumRowHeight
  }

  /** The drum row at y, or -1 among the pitches. */
  drumRow(y: number): number {
    if (!this.drumRows || y < this.pitchHeight) return -1
    return Math.min(this.drumRows - 1, Math.floor((y - this.pitchHeight) / this.drumRowHeight))
  }

  scrolled(dx: number, dy: number): Viewport {
    return this.with({ scrollX: this.scrollX + dx, scrollY: this.scrollY + dy })
  }

  /** Time closer or farther; the tick under x stays under x. */
  zoomed(factor: number, x: number): Viewport {
    const tick = this.tick(x)
    const scale = clampScale(this.scale * factor, this)
    return this.with({ scale, scrollX: LEAD + tick * scale - x })
  }

  /** Rows higher or lower; the pitch under y stays under y. */
  zoomedRows(factor: number, y: number): Viewport {
    const rowHeight = Math.max(MIN_ROW, Math.min(MAX_ROW, this.rowHeight * factor))
    return this.with({ rowHeight, scrollY: ((y + this.scrollY) / this.rowHeight) * rowHeight - y })
  }

  /** The tick at the left edge of `x` px from the left, everything else as it is. */
  scrolledTo(tick: number, x: number): Viewport {
    return this.with({ scrollX: LEAD + tick * this.scale - x })
  }

  /** Scrolled no farther than is needed to have a tick, and a pitch where one is given, well in view. */
  revealing(tick: number, pitch: number | null): Viewport {
    const x = this.x(tick)
    const y = pitch === null ? 0 : this.y(pitch)
    const sideways = x < 0 || x > this.width * 0.85 ? x - this.width * 0.3 : 0
    const upward = pitch !== null && (y < 0 || y + this.rowHeight > this.pitchHeight) ? y - this.pitchHeight / 2 : 0
    return sideways || upward ? this.scrolled(sideways, upward) : this
  }

  /** The same view scrolled to the very start: its pixels are the content's pixels. */
  atOrigin(): Viewport {
    return this.with({ scrollX: 0, scrollY: 0 })
  }

  /** The whole piece from left to right. */
  fittedTime(): Viewport {
    return this.with({ scale: wholeScale(this), scrollX: 0 })
  }

  /** Rows from `low` to `high` fill the height, with a little air; never so high that few notes look coarse. */
  fittedPitches(low: number, high: number, maxRow = 18): Viewport {
    const height = this.pitchHeight
    if (height <= 0) return this
    const rowHeight = Math.max(MIN_ROW, Math.min(maxRow, height / (high - low + 1)))
    const middle = (N_PITCHES - 1 - (low + high) / 2 + 0.5) * rowHeight
    return this.with({ rowHeight, scrollY: middle - height / 2 })
  }
}

function clamp(fields: ViewportFields): ViewportFields {
  const scale = clampScale(fields.scale, fields)
  const rowHeight = Math.max(MIN_ROW, Math.min(MAX_ROW, fields.rowHeight))
  const content = fields.length * scale + LEAD
  const maxX = content <= fields.width ? 0 : content - fields.width * END_AT
  const maxY = N_PITCHES * rowHeight - pitchHeight(fields)
  return {
    ...fields,
    scale,
    rowHeight,
    scrollX: Math.max(0, Math.min(maxX, fields.scrollX)),
    scrollY: Math.max(0, Math.min(maxY, fields.scrollY)),
  }
}

function wholeScale({ width, length }: Pick<ViewportFields, 'width' | 'length'>): number {
  return length > 0 && width > 0 ? Math.min(MAX_SCALE, (width - 2 * LEAD) / length) : 0.1
}

function clampScale(scale: number, fields: ViewportFields): number {
  return Math.max(wholeScale(fields) / 2, Math.min(MAX_SCALE, scale))
}

function drumRowHeight({ height, drumRows, hasPitches }: ViewportFields): number {
  if (!drumRows) return 0
  const share = hasPitches ? 0.38 : 1
  return Math.max(6, Math.min(hasPitches ? 15 : 30, Math.floor((height * share) / drumRows)))
}

function pitchHeight(fields: ViewportFields): number {
  return fields.hasPitches ? Math.max(0, fields.height - drumRowHeight(fields) * fields.drumRows) : 0
}
