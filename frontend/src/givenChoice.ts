/** What is given to a band: tracks in their roles and some bars. Pure: what is wrong with a choice, and what must come back of it. */
import { sameNotes } from './band.ts'
import { byOnset, type Note } from './note.ts'
import { BAND } from './roles.ts'
import { barsBetween, type Score } from './score.ts'
import { gettext, interpolate, ngettext } from './words.ts'

export interface GivenTrack {
  readonly track: number
  readonly role: string
}

export interface Choice {
  readonly tracks: readonly GivenTrack[]
  readonly first: number
  readonly last: number
}

/** What a band can take of a piece. runs: first and last bar of each stretch in 4/4. */
export interface Offer {
  readonly bars: number
  readonly most: number
  readonly runs: readonly (readonly [first: number, last: number])[]
}

/** Why a band cannot play along with this, or null. */
export function troubleWith({ tracks, first, last }: Choice, { bars, most, runs }: Offer): string | null {
  if (!tracks.length) return gettext('Tick a track to play along with.')
  if (new Set(tracks.map(({ role }) => role)).size === BAND.length) return gettext('All five roles are given. Leave one for the band to play.')
  if (!(first >= 1 && first <= last && last <= bars)) return interpolate(gettext('The piece has bars 1 to %s.'), [bars])
  if (last - first >= most) return interpolate(gettext('At most %s bars at a time.'), [most])
  if (runs.some(([from, to]) => from <= first && last <= to)) return null
  return interpolate(gettext('The band plays in 4/4 only. Bars in 4/4: %s.'), [runs.map(([from, to]) => (from < to ? `${from}–${to}` : from)).join(', ')])
}

/** Whether two of the given tracks play one part: what both strike at once is then written once. */
export function isShared(tracks: readonly GivenTrack[]): boolean {
  return new Set(tracks.map(({ role }) => role)).size < tracks.length
}

/** Where bars begin and end, in ticks: from the first's beginning to the last's end, or the score's. */
export function ticksOf(score: Score, first: number, last: number): [from: number, to: number] {
  let [from, to] = [0, score.length]
  for (const { number, start, end } of barsBetween(score.metres, 0, score.length)) {
    if (number === first) from = start
    if (number === last) to = Math.min(end, score.length)
  }
  return [from, to]
}

/** A track's notes that begin in [from, to), counted from there and cut at its end: as a band gets them. */
export function notesIn(notes: readonly Note[], from: number, to: number): Note[] {
  return notes
    .filter(({ onset }) => onset >= from && onset < to)
    .map((note) => ({ ...note, onset: note.onset - from, duration: Math.min(note.duration, to - note.onset) }))
    .sort(byOnset)
}

/** Whether the given notes of `source` came back one by one in what a band made, and a sentence about it. */
export function whatCameOf({ tracks, first, last }: Choice, source: Score, made: Score): { sentence: string; stayed: boolean } {
  const [from, to] = ticksOf(source, first, last)
  const given = new Map<string, Note[]>()
  for (const { track, role } of tracks) given.set(role, [...(given.get(role) ?? []), ...notesIn(source.tracks[track]!.notes, from, to)].sort(byOnset))
  const n = [...given.values()].reduce((sum, notes) => sum + notes.length, 0)
  const stayed = [...given].every(([role, notes]) => sameNotes(notes, made.tracks.find((track) => track.role === role)?.notes ?? []))
  if (stayed) return { sentence: interpolate(ngettext('%s given note is unchanged.', '%s given notes are unchanged.', n), [n]), stayed }
  // A band leaves every note of a track that has its role to itself: only a newer piece has others.
  return { sentence: isShared(tracks) ? gettext('Tracks that share a role became one part.') : gettext('The piece has changed since this page was opened.'), stayed }
}
