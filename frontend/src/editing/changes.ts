/** What can be done to notes. Pure: a score and the chosen notes in, both out; null when nothing would change. */
import { byOnset, type Note } from '../note.ts'
import { barsBetween, type Metre, type Score } from '../score.ts'
import { merged, placeOf } from './edit.ts'
import { SHORTEST, snapped } from './snap.ts'

export interface Change {
  readonly score: Score
  readonly selected: ReadonlySet<Note>
}

export type Chosen = ReadonlySet<Note>

/** Pitch `by` rows higher; on a drum track rows are not semitones. */
export type Shift = (pitch: number, isDrum: boolean, by: number) => number

export const semitones: Shift = (pitch, isDrum, by) => (isDrum ? pitch : pitch + by)

/** A new note on a track. */
export function added(score: Score, track: number, note: Note): Change | null {
  if (!score.tracks[track]) return null
  return withNotes(score, new Map([[track, [note]]]), new Set())
}

export function removed(score: Score, chosen: Chosen): Change | null {
  if (!chosen.size) return null
  const tracks = score.tracks.map((track) => {
    const notes = track.notes.filter((note) => !chosen.has(note))
    return notes.length === track.notes.length ? track : { ...track, notes }
  })
  return { score: { ...score, tracks }, selected: new Set() }
}

/** Moved by ticks and rows; all together, no farther than the first of them can go. */
export function moved(score: Score, chosen: Chosen, ticks: number, rows: number, shift: Shift = semitones): Change | null {
  if (!chosen.size) return null
  let by = ticks
  for (const note of chosen) by = Math.max(by, -note.onset)
  const up = furthest(score, chosen, rows, shift)
  if (!by && !up) return null
  return replaced(score, chosen, (note, isDrum) => ({ onset: note.onset + by, pitch: shift(note.pitch, isDrum, up) }))
}

/** Moved by semitones without the drums. */
export function transposed(score: Score, chosen: Chosen, by: number): Change | null {
  const pitched = new Set<Note>()
  for (const track of score.tracks) if (!track.isDrum) for (const note of track.notes) if (chosen.has(note)) pitched.add(note)
  const change = moved(score, pitched, 0, by)
  // Drums stay chosen.
  return change && { ...change, selected: new Set([...[...chosen].filter((note) => !pitched.has(note)), ...change.selected]) }
}

/** Longer or shorter by ticks, each at least SHORTEST long. */
export function resized(score: Score, chosen: Chosen, ticks: number): Change | null {
  if (!chosen.size || !ticks) return null
  return replaced(score, chosen, (note) => ({ duration: Math.max(Math.min(SHORTEST, note.duration), note.duration + ticks) }))
}

/** Louder or softer: `velocity` says how loud each becomes, held to 1–127. */
export function struck(score: Score, chosen: Chosen, velocity: (note: Note) => number): Change | null {
  if (!chosen.size) return null
  return replaced(score, chosen, (note) => ({ velocity: Math.max(1, Math.min(127, Math.round(velocity(note)))) }))
}

/** Held against what a network plays anew, or let go. */
export function locked(score: Score, chosen: Chosen, held: boolean): Change | null {
  const selected = new Set<Note>()
  let differs = false
  const tracks = score.tracks.map((track) => {
    if (!track.notes.some((note) => chosen.has(note))) return track
    const notes = track.notes.map((note) => {
      if (!chosen.has(note)) return note
      const { locked: was, ...rest } = note
      const now: Note = (was ?? false) === held ? note : held ? { ...rest, locked: true } : rest
      differs ||= now !== note
      selected.add(now)
      return now
    })
    return { ...track, notes }
  })
  return differs ? { score: { ...score, tracks }, selected } : null
}

/** Onsets to the nearest line of the grid; lengths, when asked, to whole steps of it. */
export function quantised(score: Score, chosen: Chosen, grid: number, { lengths = false } = {}): Change | null {
  if (!chosen.size || !grid) return null
  return replaced(score, chosen, (note) => ({
    onset: snapped(score.metres, note.onset, grid),
    duration: lengths ? Math.max(1, Math.round(note.duration / grid)) * grid : note.duration,
  }))
}

/** What was copied: notes from tick 0 on, each with its track counted from the first track copied. */
export interface Clip {
  readonly length: number
  readonly notes: readonly { readonly track: number; readonly note: Note }[]
}

/** The chosen notes as a clip that begins with their first beat. Null when none is chosen. */
export function clipOf(score: Score, chosen: Chosen, grid: number): Clip | null {
  // A copy is free, whatever was locked.
  const all = score.tracks.flatMap(({ notes }, track) => notes.filter((note) => chosen.has(note)).map(({ locked: _, ...note }) => ({ track, note })))
  if (!all.length) return null
  const start = Math.min(...all.map(({ note }) => snapped(score.metres, note.onset, grid, 'before')))
  const end = Math.max(...all.map(({ note }) => note.onset + note.duration))
  const first = Math.min(...all.map(({ track }) => track))
  return {
    length: grid ? Math.ceil((end - start) / grid) * grid : end - start,
    notes: all.map(({ track, note }) => ({ track: track - first, note: { ...note, onset: note.onset - start } })),
  }
}

/** A clip laid in at a tick. One of several tracks goes to tracks from `track` on, as far as there are any of its kind. */
export function pasted(score: Score, clip: Clip, tick: number, track: number): Change | null {
  const single = new Set(clip.notes.map((one) => one.track)).size === 1
  const byTrack = new Map<number, Note[]>()
  for (const { track: offset, note } of clip.notes) {
    const to = single ? track : track + offset
    if (!score.tracks[to]) continue
    byTrack.set(to, [...(byTrack.get(to) ?? []), { ...note, onset: note.onset + tick }])
  }
  return byTrack.size ? withNotes(score, byTrack, new Set()) : null
}

/** The chosen notes once more, behind themselves. */
export function duplicated(score: Score, chosen: Chosen, grid: number): Change | null {
  const clip = clipOf(score, chosen, grid)
  if (!clip) return null
  const byTrack = new Map<number, Note[]>()
  score.tracks.forEach(({ notes }, track) => {
    const copies = notes.filter((note) => chosen.has(note)).map(({ locked: _, ...note }) => ({ ...note, onset: note.onset + clip.length }))
    if (copies.length) byTrack.set(track, copies)
  })
  return withNotes(score, byTrack, new Set())
}

/** Whole tracks of notes replaced, as a network does. Undefined leaves a track as it is. */
export function rewritten(score: Score, tracks: readonly (readonly Note[] | undefined)[]): Change {
  const next = score.tracks.map((track, i) => (tracks[i] ? { ...track, notes: [...tracks[i]].sort(byOnset) } : track))
  return { score: grown({ ...score, tracks: next }), selected: new Set() }
}

/** The notes that begin within [from, to) on the tracks that are meant, and lie between two pitches when those are given. */
export function within(score: Score, from: number, to: number, tracks: readonly number[], pitches?: (pitch: number, isDrum: boolean) => boolean): Set<Note> {
  const found = new Set<Note>()
  for (const track of tracks) {
    const { notes, isDrum } = score.tracks[track] ?? { notes: [], isDrum: false }
    for (const note of notes) {
      if (note.onset + note.duration > from && note.onset < to && (!pitches || pitches(note.pitch, isDrum))) found.add(note)
    }
  }
  return found
}

/** Where a network's note was changed by a person, both wrote it. */
function touched(note: Note): Pick<Note, 'origin'> {
  return note.origin ? { origin: note.origin === 'human' ? 'human' : 'edited' } : {}
}

function furthest(score: Score, chosen: Chosen, rows: number, shift: Shift): number {
  const fits = (by: number) =>
    score.tracks.every(({ notes, isDrum }) =>
      notes.every((note) => {
        if (!chosen.has(note)) return true
        const pitch = shift(note.pitch, isDrum, by)
        return pitch >= 0 && pitch <= 127
      }),
    )
  let by = rows
  while (by && !fits(by)) by -= Math.sign(by)
  return by
}

function replaced(score: Score, chosen: Chosen, change: (note: Note, isDrum: boolean) => Partial<Note>): Change | null {
  const fresh = new Map<number, Note[]>()
  let differs = false
  const unchanged = new Set<Note>()
  score.tracks.forEach(({ notes, isDrum }, track) => {
    for (const note of notes) {
      if (!chosen.has(note)) continue
      const parts = change(note, isDrum)
      const same = (Object.keys(parts) as (keyof Note)[]).every((key) => parts[key] === note[key])
      if (same) {
        unchanged.add(note)
        continue
      }
      differs = true
      fresh.set(track, [...(fresh.get(track) ?? []), { ...note, ...touched(note), ...parts }])
    }
  })
  if (!differs) return null
  const gone = new Set([...chosen].filter((note) => !unchanged.has(note)))
  return withNotes(score, fresh, gone, unchanged)
}

/** Lays notes into their tracks in the place of `gone`. What they fall on makes room. */
function withNotes(score: Score, fresh: ReadonlyMap<number, readonly Note[]>, gone: Chosen, keep: Chosen = new Set()): Change {
  const selected = new Set<Note>(keep)
  const tracks = score.tracks.map((track, i) => {
    const put = fresh.get(i)
    if (!put) return track
    const notes = tidied(merged(track.notes.filter((note) => !gone.has(note)), put), new Set(put))
    // By their place: one that was cut short to make room is still the one that was put there.
    const places = new Set(put.map(placeOf))
    for (const note of notes) if (places.has(placeOf(note))) selected.add(note)
    return { ...track, notes }
  })
  return { score: grown({ ...score, tracks }), selected }
}

/**
 * No two notes of one pitch sound together, as the server has it: a note ends where its pitch is struck again, and of two
 * struck together the newer stays.
 */
export function tidied(notes: readonly Note[], newer: Chosen): Note[] {
  const kept: Note[] = []
  const last = new Map<number, number>()
  for (const note of notes) {
    const at = last.get(note.pitch)
    const before = at === undefined ? null : kept[at]!
    if (before && before.onset === note.onset) {
      if (newer.has(note) || !newer.has(before)) kept[at!] = note
      continue
    }
    if (before && before.onset + before.duration > note.onset) kept[at!] = { ...before, ...touched(before), duration: note.onset - before.onset }
    last.set(note.pitch, kept.length)
    kept.push(note)
  }
  return kept
}

/** The score made longer, to the end of a bar, where notes reach beyond it. */
export function grown(score: Score): Score {
  let end = 0
  for (const { notes } of score.tracks) for (const note of notes) end = Math.max(end, note.onset + note.duration)
  return end <= score.length ? score : { ...score, length: endOfBarAt(score.metres, end) }
}

function endOfBarAt(metres: readonly Metre[], tick: number): number {
  return barsBetween(metres, tick - 1, tick).next().value?.end ?? tick
}
