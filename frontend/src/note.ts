/** Ticks in a quarter note, everywhere in the product. */
export const TICKS_PER_QUARTER = 480

/** Who wrote a note: a network, a person, or a network and then a person. */
export type Origin = 'model' | 'human' | 'edited'

/** One note, as the server's NOTE: onset and duration in ticks, pitch 0–127 (60 is C4), velocity 1–127. */
export interface Note {
  readonly onset: number
  readonly duration: number
  readonly pitch: number
  readonly velocity: number
  /** Where it is known. */
  readonly origin?: Origin
  /** A person holds it: what a network plays anew leaves it as it is. */
  readonly locked?: true
}

/** A note as the API and the sockets write it. */
export type NoteRow = readonly [onset: number, duration: number, pitch: number, velocity: number]

export function noteFromRow([onset, duration, pitch, velocity]: NoteRow): Note {
  return { onset, duration, pitch, velocity }
}

/** The order of a track: by onset, then by pitch. */
export function byOnset(a: Note, b: Note): number {
  return a.onset - b.onset || a.pitch - b.pitch
}

const NAMES = ['C', 'C♯', 'D', 'E♭', 'E', 'F', 'F♯', 'G', 'A♭', 'A', 'B♭', 'B'] as const
const BLACK = new Set([1, 3, 6, 8, 10])

/** 60 → "C4", 61 → "C♯4". */
export function pitchName(pitch: number): string {
  return `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`
}

export function isBlackKey(pitch: number): boolean {
  return BLACK.has(pitch % 12)
}
