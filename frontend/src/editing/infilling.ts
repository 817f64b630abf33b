/** A stretch of some tracks filled with other notes, and nothing else touched. Pure: a score in, a score out. */
import type { Note } from '../note.ts'
import { barsBetween, isCommonTime, type Score } from '../score.ts'
import type { Change } from './changes.ts'
import { merged } from './edit.ts'
import { gettext } from '../words.ts'

/** A box of time and tracks: [from, to) in ticks. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly tracks: readonly number[]
}

/** The score with the stretch of each named track filled anew. Locked notes, and all outside it, stay as they are. */
export function infilled(score: Score, { from, to }: Stretch, fresh: ReadonlyMap<number, readonly Note[]>): Change {
  const selected = new Set<Note>()
  const tracks = score.tracks.map((track, i) => {
    const put = fresh.get(i)
    if (!put) return track
    const kept = track.notes.filter((note) => note.locked || note.onset < from || note.onset >= to)
    const fitting = put.flatMap((note) => fitted(note, kept, to) ?? [])
    for (const note of fitting) selected.add(note)
    return { ...track, notes: merged(kept, fitting) }
  })
  return { score: { ...score, tracks }, selected }
}

/** A note that ends where the stretch or the next kept note of its pitch does; null where one sounds already. */
function fitted(note: Note, kept: readonly Note[], to: number): Note | null {
  let end = Math.min(note.onset + note.duration, to)
  for (const { onset, duration, pitch } of kept) {
    if (pitch !== note.pitch || onset >= end || onset + duration <= note.onset) continue
    if (onset <= note.onset) return null
    end = onset
  }
  return end - note.onset === note.duration ? note : { ...note, duration: end - note.onset }
}

/** Why no band can fill a stretch, or null. */
export function troubleIn(score: Score, { from, to, tracks }: Stretch): string | null {
  if (from >= to) return gettext('Select some bars first: press their numbers above the roll, or draw a box around notes.')
  const bars = [...barsBetween(score.metres, from, to)]
  if (bars.some(({ start, end, metre }) => !isCommonTime(metre) || end - start !== COMMON_BAR)) return gettext('The band plays in 4/4 only, and these bars are not.')
  const others = score.tracks.some(({ notes }, i) => !tracks.includes(i) && notes.length)
  return others ? null : gettext('The band plays along with the other tracks, and they are empty.')
}

const COMMON_BAR = 1920
