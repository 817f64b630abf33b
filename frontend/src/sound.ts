import type { Patch } from './instruments.ts'

/** What a player plays on: one part a track, each with its instrument and its level. */
export interface Deck {
  /** `time` in seconds of the audio clock, at most a second ahead. */
  noteOn(track: number, pitch: number, velocity: number, time: number): void
  noteOff(track: number, pitch: number, time: number): void
  /** 0–1, without a click. */
  setLevel(track: number, level: number): void
  setPatch(track: number, patch: Patch): void
  /** Forgets what is planned and lets everything die away within `seconds`; new notes may follow at once. */
  silence(seconds: number): void
  dispose(): void
}

/** What makes sound. The player knows no more of it than this, so a test can stand in for it. */
export interface Sound extends EventTarget {
  /** The audio clock, s. It stands still while sound is blocked. */
  readonly now: number
  /** What comes out of the loudspeaker now was planned for this time. */
  readonly heard: number
  /** Call in a click or a key press: browsers start sound only there. */
  unlock(): Promise<void>
  /** 0–1. */
  volume: number
  open(patches: readonly Patch[]): Deck
  /** Why nothing is heard, in a sentence, or null. Changes with the event 'trouble'. */
  readonly trouble: string | null
}
