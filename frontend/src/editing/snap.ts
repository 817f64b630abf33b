/** The grid that notes are drawn on. */
import { TICKS_PER_QUARTER } from '../note.ts'
import { barsBetween, type Metre, placeAt } from '../score.ts'
import { gettext } from '../words.ts'

/** What the menu offers; 0 is off. */
export const SNAPS: readonly (readonly [name: string, ticks: number])[] = [
  ['1/4', TICKS_PER_QUARTER],
  ['1/8', TICKS_PER_QUARTER / 2],
  ['1/16', TICKS_PER_QUARTER / 4],
  ['1/32', TICKS_PER_QUARTER / 8],
  [gettext('1/4 triplet'), (TICKS_PER_QUARTER * 2) / 3],
  [gettext('1/8 triplet'), TICKS_PER_QUARTER / 3],
  [gettext('1/16 triplet'), TICKS_PER_QUARTER / 6],
  [gettext('Off'), 0],
]

/** Without a grid, a step by keys is a thirty-second. */
export const FREE_STEP = TICKS_PER_QUARTER / 8
/** No note is made shorter than this. */
export const SHORTEST = 15

/** The line of the grid that is nearest to `tick`, or the one before it. The grid begins anew at each bar. */
export function snapped(metres: readonly Metre[], tick: number, grid: number, way: 'nearest' | 'before' = 'nearest'): number {
  const at = Math.max(0, tick)
  if (!grid) return Math.round(at)
  const { start } = placeAt(metres, at)
  const bar = barsBetween(metres, start, start + 1).next().value
  const steps = (at - start) / grid
  const line = start + grid * (way === 'nearest' ? Math.round(steps) : Math.floor(steps + 1e-6))
  // A bar line is a line of every grid.
  const end = bar?.end ?? Infinity
  const ends = line > end || (way === 'nearest' && end - at < Math.abs(at - line))
  return Math.round(ends ? end : line)
}

/** One step by keys. */
export const stepOf = (grid: number): number => grid || FREE_STEP
