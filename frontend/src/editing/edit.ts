/** One step of editing: which notes went and which came. Pure: a score in, a score out. */
import { byOnset, type Note } from '../note.ts'
import type { Score } from '../score.ts'

export interface TrackChange {
  readonly track: number
  readonly removed: readonly Note[]
  readonly added: readonly Note[]
}

export interface Edit {
  /** What was done, for people: "Move 3 notes". */
  readonly label: string
  /** A network's step can be undone like any other. */
  readonly by: 'person' | 'model'
  readonly changes: readonly TrackChange[]
  /** The score's length in ticks, before and after. */
  readonly length: readonly [before: number, after: number]
}

/** The score after the edit. Notes to remove are found by onset and pitch, of which a track has no two alike. */
export function applyEdit(score: Score, edit: Edit): Score {
  const tracks = [...score.tracks]
  for (const { track, removed, added } of edit.changes) {
    const old = tracks[track]
    if (!old) continue
    const gone = new Set(removed.map(placeOf))
    const notes = old.notes.filter((note) => !gone.has(placeOf(note)))
    tracks[track] = { ...old, notes: merged(notes, added) }
  }
  return { ...score, tracks, length: edit.length[1] }
}

/** The edit that takes this one back. */
export function inverse(edit: Edit): Edit {
  const changes = edit.changes.map(({ track, removed, added }) => ({ track, removed: added, added: removed }))
  return { ...edit, changes, length: [edit.length[1], edit.length[0]] }
}

/** The step between two scores with the same tracks; notes that stayed are the same objects. Null when nothing differs. */
export function editBetween(label: string, before: Score, after: Score, by: Edit['by'] = 'person'): Edit | null {
  const changes: TrackChange[] = []
  after.tracks.forEach(({ notes }, track) => {
    const old = before.tracks[track]?.notes ?? []
    if (old === notes) return
    const [was, is] = [new Set(old), new Set(notes)]
    const removed = old.filter((note) => !is.has(note))
    const added = notes.filter((note) => !was.has(note))
    // A note that was replaced by its like is no change.
    if (removed.length !== added.length || removed.some((note, i) => !isSame(note, added[i]!))) changes.push({ track, removed, added })
  })
  if (!changes.length && before.length === after.length) return null
  return { label, by, changes, length: [before.length, after.length] }
}

export function isSame(a: Note, b: Note): boolean {
  return a.onset === b.onset && a.duration === b.duration && a.pitch === b.pitch && a.velocity === b.velocity && a.origin === b.origin && a.locked === b.locked
}

/** A number that onset and pitch have to themselves. */
export function placeOf({ onset, pitch }: Note): number {
  return onset * 128 + pitch
}

/** Two lists of notes as one, in order; the first is in order already. */
export function merged(notes: readonly Note[], added: readonly Note[]): Note[] {
  if (!added.length) return [...notes]
  const fresh = [...added].sort(byOnset)
  const all: Note[] = []
  let at = 0
  for (const note of notes) {
    while (at < fresh.length && byOnset(fresh[at]!, note) < 0) all.push(fresh[at++]!)
    all.push(note)
  }
  while (at < fresh.length) all.push(fresh[at++]!)
  return all
}
