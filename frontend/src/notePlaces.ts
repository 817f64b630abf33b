/** Which notes of a piece somebody means, as pages and forms write them: "track:onset:pitch", joined by commas. */
import type { Note } from './note.ts'
import { type Noted, noteKey } from './painter.ts'

export interface NotePlace {
  readonly track: number
  readonly onset: number
  readonly pitch: number
}

/** As many as the server takes (gallery/models/opinions.py). */
export const MOST_PLACES = 64

export const placeOf = (track: number, { onset, pitch }: Note): NotePlace => ({ track, onset, pitch })

const isSame = (a: NotePlace, b: NotePlace) => a.track === b.track && a.onset === b.onset && a.pitch === b.pitch

export const holds = (places: readonly NotePlace[], place: NotePlace) => places.some((other) => isSame(other, place))

/** With the place where it was not there, without it where it was. */
export function toggled(places: readonly NotePlace[], place: NotePlace): readonly NotePlace[] {
  return holds(places, place) ? places.filter((other) => !isSame(other, place)) : [...places, place]
}

export function parsePlaces(text: string): readonly NotePlace[] {
  if (!text) return []
  return text.split(',').map((part) => {
    const [track = 0, onset = 0, pitch = 0] = part.split(':').map(Number)
    return { track, onset, pitch }
  })
}

export const writePlaces = (places: readonly NotePlace[]) => places.map(({ track, onset, pitch }) => `${track}:${onset}:${pitch}`).join(',')

export const firstOnset = (places: readonly NotePlace[]) => Math.min(...places.map(({ onset }) => onset))

/** As the roll wants them. */
export function notedOf(places: readonly NotePlace[]): Noted {
  const noted = new Map<number, Set<number>>()
  for (const place of places) noted.set(place.track, (noted.get(place.track) ?? new Set()).add(noteKey(place)))
  return noted
}
