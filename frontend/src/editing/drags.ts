/** What a drag on the notes comes to. Pure: what was pressed, where the pointer is now, and a change. */
import type { Note } from '../note.ts'
import type { Metre, Score } from '../score.ts'
import * as changes from './changes.ts'
import type { Change, Shift } from './changes.ts'
import { SHORTEST, snapped, stepOf } from './snap.ts'

/** A point of the notes: a time, and a row counted upward. */
export interface Spot {
  readonly tick: number
  readonly row: number
}

export type Drag =
  | { readonly kind: 'draw'; readonly track: number; readonly note: Note; readonly from: Spot }
  | { readonly kind: 'move' | 'resize'; readonly note: Note; readonly chosen: ReadonlySet<Note>; readonly from: Spot }

/** The change that a drag to `to` makes of the score that it began with. */
export function dragged(score: Score, drag: Drag, to: Spot, grid: number, shift: Shift): Change | null {
  const { metres } = score
  switch (drag.kind) {
    case 'draw': {
      const duration = drawnLength(metres, drag.note, to.tick - drag.from.tick, to.tick, grid)
      return changes.added(score, drag.track, { ...drag.note, duration })
    }
    case 'move': {
      const onset = snapped(metres, drag.note.onset + to.tick - drag.from.tick, grid)
      // Nearer than half a step to where it was, a note that lies off the grid stays as it is.
      const by = Math.abs(to.tick - drag.from.tick) < stepOf(grid) / 2 && grid ? 0 : onset - drag.note.onset
      return changes.moved(score, drag.chosen, by, to.row - drag.from.row, shift)
    }
    case 'resize': {
      const end = drag.note.onset + drag.note.duration
      const wanted = snapped(metres, end + to.tick - drag.from.tick, grid)
      const least = grid ? Math.max(grid, SHORTEST) : SHORTEST
      return changes.resized(score, drag.chosen, Math.max(drag.note.onset + Math.min(least, drag.note.duration), wanted) - end)
    }
  }
}

/** A click draws a note of the usual length; a drag to the right says how long it is. */
function drawnLength(metres: readonly Metre[], note: Note, by: number, tick: number, grid: number): number {
  const step = stepOf(grid)
  if (by < step / 2) return note.duration
  return Math.max(step, snapped(metres, tick, grid) - note.onset)
}
