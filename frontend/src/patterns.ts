import { css, mix, type Palette, type Rgb } from './palette.ts'
import type { Pattern, TrackStyle } from './trackStyle.ts'

/** Velocities are shown in this many shades. */
export const SHADES = 6
/** Side of a pattern's tile, CSS pixels. */
const TILE = 8

/** What one track's notes are filled with. */
export interface Ink {
  /** Plain colours from soft to loud, for notes too small for a pattern. */
  readonly plain: readonly string[]
  /** The same with the track's pattern; null where the pattern is plain. */
  readonly fills: readonly (CanvasPattern | null)[]
  /** A border, for the pattern that is one. */
  readonly borders: readonly string[] | null
  /** The bright left end that marks where a note begins. */
  readonly onset: string
  /** A note that sounds now. */
  readonly lit: string
  readonly halo: string
  readonly ghost: string
}

/** Inks for one track. `ratio` is the device's pixels a CSS pixel. */
export function makeInk(style: TrackStyle, palette: Palette, ratio: number): Ink {
  const colour = palette.tracks[style.slot - 1]!
  const bright: Rgb = palette.dark ? [255, 255, 255] : [0, 0, 0]
  // Soft notes lean to the ground, loud ones stand as they are: visible, never shouting.
  const shades = Array.from({ length: SHADES }, (_, i) => mix(colour, palette.ground, 0.36 * (1 - i / (SHADES - 1))))
  const outline = style.pattern === 'outline' || style.pattern === 'locked'
  return {
    plain: shades.map((shade) => css(shade)),
    fills: shades.map((shade) => (style.pattern === 'solid' ? null : tile(style.pattern, shade, palette, ratio))),
    borders: outline ? shades.map((shade) => css(palette.dark ? mix(shade, bright, 0.18) : shade)) : null,
    onset: css(mix(colour, bright, palette.dark ? 0.5 : 0.4), outline ? 0.9 : 0.75),
    lit: css(mix(colour, bright, palette.dark ? 0.62 : 0.25)),
    halo: css(palette.dark ? mix(colour, bright, 0.2) : colour, palette.dark ? 0.32 : 0.24),
    ghost: css(mix(colour, palette.ground, 0.45), palette.dark ? 0.42 : 0.5),
  }
}

/** The shade for a velocity 1–127. */
export function shadeOf(velocity: number): number {
  return Math.min(SHADES - 1, Math.max(0, Math.floor(((velocity - 24) / 96) * SHADES)))
}

/** A square that repeats seamlessly: the track's colour with marks in a darker one. */
function tile(pattern: Pattern, colour: Rgb, palette: Palette, ratio: number): CanvasPattern | null {
  const side = Math.max(4, Math.round(TILE * ratio))
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = side
  const pen = canvas.getContext('2d')!
  const mark = css(mix(colour, palette.ground, palette.dark ? 0.34 : 0.3))
  pen.fillStyle = pattern === 'outline' || pattern === 'locked' ? css(mix(colour, palette.ground, palette.dark ? 0.46 : 0.62)) : css(colour)
  pen.fillRect(0, 0, side, side)
  drawMarks(pen, pattern, side, pattern === 'locked' ? css(colour) : mark)
  return pen.createPattern(canvas, 'repeat')
}

function drawMarks(pen: CanvasRenderingContext2D, pattern: Pattern, side: number, mark: string): void {
  pen.strokeStyle = pen.fillStyle = mark
  pen.lineWidth = side * 0.22
  const line = (x1: number, y1: number, x2: number, y2: number) => {
    pen.beginPath()
    pen.moveTo(x1 * side, y1 * side)
    pen.lineTo(x2 * side, y2 * side)
    pen.stroke()
  }
  if (pattern === 'stripe') {
    line(-0.25, 0.25, 0.25, -0.25)
    line(-0.25, 1.25, 1.25, -0.25)
    line(0.75, 1.25, 1.25, 0.75)
  } else if (pattern === 'hatch') {
    pen.lineWidth = side * 0.14
    line(-0.1, -0.1, 1.1, 1.1)
    line(-0.1, 1.1, 1.1, -0.1)
  } else if (pattern === 'locked') {
    pen.lineWidth = side * 0.32
    line(-0.25, 0.75, 0.25, 1.25)
    line(-0.25, -0.25, 1.25, 1.25)
    line(0.75, -0.25, 1.25, 0.25)
  } else if (pattern === 'dots') {
    for (const [x, y] of [[0.25, 0.25], [0.75, 0.75]] as const) {
      pen.beginPath()
      pen.arc(x * side, y * side, side * 0.16, 0, 2 * Math.PI)
      pen.fill()
    }
  }
}
