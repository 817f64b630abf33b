/** The points between two pieces, and how the music goes over from one point to another. */
import { beatTicks, placeAt, type Score } from './score.ts'

export interface BlendPoint {
  /** Of each piece; 1 in all. */
  readonly shares: readonly number[]
  readonly score: Score
}

/** The bar line or beat at or after `tick`: where the music may change. */
export function nextBeat(score: Score, tick: number): number {
  const { start, metre } = placeAt(score.metres, tick)
  const beat = beatTicks(metre)
  return start + Math.ceil((tick - start) / beat) * beat
}

/**
 * What is played from now on: `from` until `tick`, `to` after it. A note that has begun is heard to its end, unless the
 * same key is struck again; so nothing is cut off and nothing hangs.
 */
export function changeAt(from: Score, to: Score, tick: number): Score {
  return {
    ...to,
    tracks: to.tracks.map((track, number) => ({
      ...track,
      notes: [...(from.tracks[number]?.notes ?? []).filter((note) => note.onset < tick), ...track.notes.filter((note) => note.onset >= tick)],
    })),
  }
}

/** One point for each bar, from where the slider stood when that bar was heard; bars in between go on as before. */
export function draggedPoints(heard: ReadonlyMap<number, number>, bars: number, first: number): number[] {
  let point = first
  return Array.from({ length: bars }, (_, bar) => (point = heard.get(bar + 1) ?? point))
}

/** "75 % Mill Jig, 25 % Slow River" */
export function shareWords(shares: readonly number[], titles: readonly string[]): string {
  const figures = percents(titles.map((_, i) => shares[i] ?? 0))
  return titles.map((title, i) => `${figures[i]} % ${title}`).join(', ')
}

/** Whole percents that make 100 together: what rounding down leaves over goes to those that lost the most by it. */
function percents(shares: readonly number[]): number[] {
  const down = shares.map((share) => Math.floor(100 * share + 1e-9))
  const lost = (i: number) => 100 * shares[i]! - down[i]!
  const left = 100 - down.reduce((sum, figure) => sum + figure, 0)
  const raised = new Set(shares.map((_, i) => i).sort((a, b) => lost(b) - lost(a) || a - b).slice(0, left))
  return down.map((figure, i) => figure + Number(raised.has(i)))
}

/** The number of a point of a square, row after row; a place between points, or outside, is that of the nearest. */
export function padIndex(x: number, y: number, side: number): number {
  const held = (at: number) => Math.max(0, Math.min(side - 1, Math.round(at)))
  return held(y) * side + held(x)
}

/** Column and row of a point of a square. */
export function padPlace(index: number, side: number): readonly [x: number, y: number] {
  return [index % side, Math.floor(index / side)]
}
