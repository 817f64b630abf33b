/** Walking the notes of a score one by one. Pure: a place goes in, the next one comes out. */
import type { Note } from './note.ts'
import { barsBetween, type Metre, placeAt } from './score.ts'

/** A note's place: its track, and its number in the track's order of onset and pitch. */
export interface NotePlace {
  readonly track: number
  readonly place: number
}

export type Tracks = readonly { readonly notes: readonly Note[] }[]

/** The number of the first note of a track with onset ≥ tick; the number of notes when there is none. */
export function firstFrom(notes: readonly Note[], tick: number): number {
  let low = 0
  let high = notes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (notes[middle]!.onset < tick) low = middle + 1
    else high = middle
  }
  return low
}

/** The number of the note whose onset is nearest to `tick`; −1 in an empty track. */
export function nearest(notes: readonly Note[], tick: number): number {
  const after = firstFrom(notes, tick)
  if (!notes.length) return -1
  if (after === 0) return 0
  const before = firstFrom(notes, notes[after - 1]!.onset)
  if (after === notes.length) return before
  return tick - notes[before]!.onset <= notes[after]!.onset - tick ? before : after
}

/** `by` notes on; it stops at the ends. */
export function stepped(tracks: Tracks, { track, place }: NotePlace, by: number): NotePlace {
  const last = Math.max(0, (tracks[track]?.notes.length ?? 0) - 1)
  return { track, place: Math.max(0, Math.min(last, place + by)) }
}

/** The note of another track that is nearest in time. */
export function onTrack(tracks: Tracks, { track, place }: NotePlace, to: number): NotePlace {
  const tick = tracks[track]?.notes[place]?.onset ?? 0
  return { track: to, place: Math.max(0, nearest(tracks[to]?.notes ?? [], tick)) }
}

/** The first note of the next bar that has one, or of this bar or one before. */
export function steppedBar(tracks: Tracks, metres: readonly Metre[], { track, place }: NotePlace, by: 1 | -1): NotePlace {
  const notes = tracks[track]?.notes ?? []
  const note = notes[place]
  if (!note) return { track, place }
  const { start } = placeAt(metres, note.onset)
  if (by > 0) {
    const bar = barsBetween(metres, start, start + 1).next().value
    return stepped(tracks, { track, place: bar ? firstFrom(notes, bar.end) : place }, 0)
  }
  const first = firstFrom(notes, start)
  if (place > first) return { track, place: first }
  const before = notes[first - 1]
  return { track, place: before ? firstFrom(notes, placeAt(metres, before.onset).start) : 0 }
}
