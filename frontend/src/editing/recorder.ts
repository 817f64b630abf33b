/** What is played by hand, as notes. It is told ticks, so that a test needs no clock. */
import type { Note } from '../note.ts'
import { SHORTEST, snapped, stepOf } from './snap.ts'
import type { Metre } from '../score.ts'

export class Recorder {
  private readonly held = new Map<number, { onset: number; velocity: number }>()
  private readonly notes: Note[] = []

  /** From this tick on what is played is kept. */
  constructor(private readonly from: number) {}

  press(pitch: number, velocity: number, tick: number): void {
    this.release(pitch, tick)
    this.held.set(pitch, { onset: Math.round(tick), velocity })
  }

  release(pitch: number, tick: number): void {
    const begun = this.held.get(pitch)
    if (!begun) return
    this.held.delete(pitch)
    // Struck a moment before the first beat, in the count-in, it is meant for the beat.
    const onset = Math.max(this.from, begun.onset)
    const duration = Math.round(tick) - onset
    if (begun.onset >= this.from - EARLY && duration >= 1) {
      this.notes.push({ onset, duration: Math.max(SHORTEST, duration), pitch, velocity: Math.max(1, Math.min(127, begun.velocity)) })
    }
  }

  /** Everything that was played; what is still held ends now. */
  finish(tick: number): Note[] {
    for (const pitch of [...this.held.keys()]) this.release(pitch, tick)
    return this.notes
  }
}

/** How early, in ticks, a note may come for the first beat: a sixteenth. */
const EARLY = 120

/** Played notes on the grid: onsets to the nearest line, lengths to whole steps. */
export function onGrid(notes: readonly Note[], metres: readonly Metre[], grid: number): Note[] {
  const step = stepOf(grid)
  return notes.map((note) => ({
    ...note,
    onset: snapped(metres, note.onset, step),
    duration: Math.max(1, Math.round(note.duration / step)) * step,
  }))
}
