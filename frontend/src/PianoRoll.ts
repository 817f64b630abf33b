import type { Note } from './note.ts'
import type { Score } from './score.ts'

export type TickRange = readonly [start: number, end: number]

export interface PianoRollOptions {
  /** Called when the ruler is clicked; without it the roll cannot seek. */
  onSeek?: (tick: number) => void
  /** Called when the ruler is dragged, or with null when the loop is taken away. */
  onLoop?: (range: TickRange | null) => void
  /** Called when a key (or a drum's name) at the left is pressed. */
  onKeyPress?: (pitch: number, track: number) => void
  /** The strip of keys at the left; default true. */
  keyboard?: boolean
  /** Bar numbers on top; default true. */
  ruler?: boolean
  /** False for a picture that only moves (the home page); default true. */
  interactive?: boolean
}

/** Shows a score on canvases inside `host`, whose size it follows. It owns the canvases, never the notes. */
export interface PianoRollApi {
  follow: boolean
  setScore(score: Score): void
  /** More notes of one track; everything before `until` (ticks) has been written now. */
  append(track: number, notes: readonly Note[], until: number): void
  /** No more notes will come: the soft edge goes. */
  complete(): void
  setPlayhead(tick: number): void
  setLoop(range: TickRange | null): void
  /** Tracks that do not sound now are drawn as ghosts. */
  setAudible(audible: readonly boolean[]): void
  setCurrentTrack(track: number): void
  fit(): void
  zoomBy(factor: number): void
  dispose(): void
}
