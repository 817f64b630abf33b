/** Work in progress, kept by the browser: what is not saved yet and all that can be undone outlive a reload. */
import type { Note, Origin } from '../note.ts'
import type { Score } from '../score.ts'
import { type Edit, placeOf } from './edit.ts'
import type { History } from './history.ts'

/** Signs that one piece's work may take; the browser gives a site about five million. */
const ROOM = 2_000_000

type Row = readonly [onset: number, duration: number, pitch: number, velocity: number, origin?: string, locked?: 'k']

interface EditJson {
  readonly label: string
  readonly by: Edit['by']
  readonly length: readonly [number, number]
  readonly changes: readonly (readonly [track: number, removed: readonly Row[], added: readonly Row[]])[]
}

export interface Kept {
  /** The version of the notes on the server that this work began with. */
  readonly base: string
  /** Whether there is something that the server does not have. */
  readonly dirty: boolean
  readonly length: number
  readonly tracks: readonly (readonly Row[])[]
  readonly past: readonly EditJson[]
  readonly future: readonly EditJson[]
}

const LETTERS: Record<Origin, string> = { model: 'm', human: 'h', edited: 'e' }
const ORIGINS: Record<string, Origin> = { m: 'model', h: 'human', e: 'edited' }

export function rowOf(note: Note): Row {
  const { onset, duration, pitch, velocity, origin, locked } = note
  if (locked) return [onset, duration, pitch, velocity, origin ? LETTERS[origin] : '', 'k']
  return origin ? [onset, duration, pitch, velocity, LETTERS[origin]] : [onset, duration, pitch, velocity]
}

function noteOf([onset, duration, pitch, velocity, letter, locked]: Row): Note {
  const origin = letter ? ORIGINS[letter] : undefined
  return { onset, duration, pitch, velocity, ...(origin && { origin }), ...(locked && { locked: true as const }) }
}

const jsonOf = ({ label, by, length, changes }: Edit): EditJson => ({
  label, by, length,
  changes: changes.map(({ track, removed, added }) => [track, removed.map(rowOf), added.map(rowOf)] as const),
}) // prettier-ignore

const editOf = ({ label, by, length, changes }: EditJson): Edit => ({
  label, by, length,
  changes: changes.map(([track, removed, added]) => ({ track, removed: removed.map(noteOf), added: added.map(noteOf) })),
}) // prettier-ignore

export function keptFrom(base: string, dirty: boolean, score: Score, history: History): Kept {
  return {
    base,
    dirty,
    length: score.length,
    tracks: score.tracks.map(({ notes }) => notes.map(rowOf)),
    past: history.past.map(jsonOf),
    future: history.future.map(jsonOf),
  }
}

/** The score and the history that were kept; `score` gives the tracks. */
export function restored(kept: Kept, score: Score): { score: Score; history: History } {
  const tracks = score.tracks.map((track, i) => ({ ...track, notes: (kept.tracks[i] ?? []).map(noteOf) }))
  return { score: { ...score, length: kept.length, tracks }, history: { past: kept.past.map(editOf), future: kept.future.map(editOf) } }
}

/** The score with the locks of the same notes in `work`: the server does not keep them. */
export function relocked(score: Score, work: Score): Score {
  const tracks = score.tracks.map((track, i) => {
    const held = new Set(work.tracks[i]?.notes.filter((note) => note.locked).map(placeOf))
    return held.size ? { ...track, notes: track.notes.map((note): Note => (held.has(placeOf(note)) ? { ...note, locked: true } : note)) } : track
  })
  return { ...score, tracks }
}

/** The same work with its tracks in another order: track `i` comes to `places[i]`. */
export function reordered(score: Score, { past, future }: History, places: readonly number[]): { score: Score; history: History } {
  const moved = (edit: Edit): Edit => ({ ...edit, changes: edit.changes.map((change) => ({ ...change, track: places[change.track]! })) })
  const tracks = [...score.tracks]
  score.tracks.forEach((track, i) => (tracks[places[i]!] = track))
  return { score: { ...score, tracks }, history: { past: past.map(moved), future: future.map(moved) } }
}

/** Where work is kept: the browser's own storage, or a test's. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export class WorkStore {
  private readonly key: string

  constructor(
    code: string,
    private readonly shelf: Shelf,
  ) {
    this.key = `ostinato-work-${code}`
  }

  /** Keeps the work; when there is no room for all, the oldest steps are forgotten first. False when even the notes do not fit. */
  keep(base: string, dirty: boolean, score: Score, history: History): boolean {
    let kept = keptFrom(base, dirty, score, history)
    for (;;) {
      const text = JSON.stringify(kept)
      if (text.length <= ROOM) {
        try {
          this.shelf.setItem(this.key, text)
          return true
        } catch {
          // Full: other pieces' work lies there too.
        }
      }
      if (!kept.past.length && !kept.future.length) return false
      kept = { ...kept, past: kept.past.slice(Math.ceil(kept.past.length / 2)), future: kept.past.length > 1 ? kept.future : [] }
    }
  }

  read(): Kept | null {
    try {
      const kept = JSON.parse(this.shelf.getItem(this.key) ?? 'null') as Kept | null
      return kept && Array.isArray(kept.tracks) && Array.isArray(kept.past) && Array.isArray(kept.future) ? kept : null
    } catch {
      return null
    }
  }

  forget(): void {
    try {
      this.shelf.removeItem(this.key)
    } catch {
      // A browser that keeps nothing has nothing to forget.
    }
  }
}

