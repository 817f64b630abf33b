import { TICKS_PER_QUARTER } from './note.ts'
import type { Tempo } from './score.ts'

interface Piece {
  readonly tick: number
  readonly seconds: number
  readonly bpm: number
}

const DEFAULT_BPM = 120

/** Ticks ⇄ seconds for a list of tempos, from the first tick at 0 s. */
export class TempoMap {
  private readonly pieces: readonly Piece[]

  constructor(tempos: readonly Tempo[]) {
    const pieces: Piece[] = []
    const sorted = tempos.filter((tempo) => tempo.bpm > 0).sort((a, b) => a.tick - b.tick)
    let bpm = sorted[0]?.bpm ?? DEFAULT_BPM
    pieces.push({ tick: 0, seconds: 0, bpm })
    for (const tempo of sorted) {
      const last = pieces[pieces.length - 1]!
      if (tempo.tick <= 0) {
        bpm = tempo.bpm
        pieces[0] = { tick: 0, seconds: 0, bpm }
      } else if (tempo.bpm !== last.bpm) {
        pieces.push({ tick: tempo.tick, seconds: last.seconds + (tempo.tick - last.tick) * secondsPerTick(last.bpm), bpm: tempo.bpm })
      }
    }
    this.pieces = pieces
  }

  seconds(tick: number): number {
    const piece = this.find((p) => p.tick <= tick)
    return piece.seconds + (tick - piece.tick) * secondsPerTick(piece.bpm)
  }

  tick(seconds: number): number {
    const piece = this.find((p) => p.seconds <= seconds)
    return piece.tick + (seconds - piece.seconds) / secondsPerTick(piece.bpm)
  }

  bpm(tick: number): number {
    return this.find((p) => p.tick <= tick).bpm
  }

  /** The last piece that has begun; before the start, the first. */
  private find(begun: (piece: Piece) => boolean): Piece {
    let low = 0
    let high = this.pieces.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (begun(this.pieces[middle]!)) low = middle
      else high = middle - 1
    }
    return this.pieces[low]!
  }
}

function secondsPerTick(bpm: number): number {
  return 60 / (bpm * TICKS_PER_QUARTER)
}

/** 83.4 → "1:23". */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/**
 * Beats a minute from taps: the mean distance of the last taps (ms), null while there are fewer than two.
 * A pause of more than two seconds starts over.
 */
export function tappedBpm(taps: readonly number[]): number | null {
  let first = taps.length - 1
  while (first > 0 && taps[first]! - taps[first - 1]! < 2000 && taps.length - first < 8) first--
  const beats = taps.length - 1 - first
  if (beats < 1) return null
  return (60_000 * beats) / (taps[taps.length - 1]! - taps[first]!)
}
