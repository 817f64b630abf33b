/** What a new draw did to the parts of a band, compared note by note. */
import { sameNotes } from './band.ts'
import { BAND, type Role, roleName } from './roles.ts'
import type { Score } from './score.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  unchanged: [
    '',
    gettext('The other track is unchanged, note for note.'),
    gettext('The other two tracks are unchanged, note for note.'),
    gettext('The other three tracks are unchanged, note for note.'),
    gettext('The other four tracks are unchanged, note for note.'),
  ],
  onlyUnchanged: (part: string) => interpolate(gettext('%s: unchanged, note for note. The rest is new.'), [part]),
  allNew: gettext('Every part hears this draw, and all five are new.'),
  new: (parts: string) => interpolate(gettext('New: %s.'), [parts]),
  same: (parts: string) => interpolate(gettext('%s came out as before. Draw again.'), [parts]),
  broken: (parts: string) => interpolate(gettext('Not as promised: %s changed as well.'), [parts]),
}

/** `kept`: every part that the draw does not reach is as it was. */
export interface Verdict {
  readonly sentence: string
  readonly kept: boolean
}

export function verdict(before: Score, after: Score, reached: readonly Role[]): Verdict {
  const changed = BAND.filter((role) => !sameNotes(notesOf(before, role), notesOf(after, role)))
  const strayed = changed.filter((role) => !reached.includes(role))
  if (strayed.length) return { sentence: words.broken(named(strayed)), kept: false }
  if (!changed.length) return { sentence: words.same(named(reached)), kept: true }
  const still = BAND.filter((role) => !changed.includes(role))
  const [only, ...more] = still
  if (only === undefined) return { sentence: words.allNew, kept: false }
  if (!more.length) return { sentence: words.onlyUnchanged(roleName(only)), kept: true }
  return { sentence: `${words.new(named(changed))} ${words.unchanged[still.length]}`, kept: true }
}

/** A score whose unchanged tracks are the very ones of before, so that only new notes are drawn and planned anew. */
export function keepingTracks(before: Score, after: Score): Score {
  const kept = (i: number) => {
    const [was, is] = [before.tracks[i], after.tracks[i]!]
    return was && was.role === is.role && sameNotes(was.notes, is.notes) ? was : is
  }
  return { ...after, tracks: after.tracks.map((_, i) => kept(i)) }
}

const named = (roles: readonly Role[]) => roles.map(roleName).join(', ')

const notesOf = (score: Score, role: Role) => score.tracks.find((track) => track.role === role)?.notes ?? []
