/** Helpers for a piece that arrives bit by bit. */
import type { TrackNoteRow } from './jobSocket.ts'
import { type Note, noteFromRow } from './note.ts'
import { barsBetween, type Score } from './score.ts'

/** The notes of one message by track: as many lists as there are tracks, most of them often empty. */
export function byTrack(rows: readonly TrackNoteRow[], tracks: number): Note[][] {
  const lists = Array.from({ length: tracks }, (): Note[] => [])
  for (const [track, ...row] of rows) lists[track]?.push(noteFromRow(row))
  return lists
}

/** The tick at which a bar ends, counted from 1; 0 before the first, the piece's end after the last. */
export function endOfBar(score: Score, bar: number): number {
  if (bar <= 0) return 0
  for (const { number, end } of barsBetween(score.metres, 0, score.length)) if (number === bar) return end
  return score.length
}
