/** What was done, to be undone and done again. Pure: a history in, a history out. */
import { type Edit, inverse } from './edit.ts'

/** Steps that are kept. */
export const MOST_STEPS = 100

export interface History {
  readonly past: readonly Edit[]
  /** The last of them is the next to be done again. */
  readonly future: readonly Edit[]
}

export const NO_HISTORY: History = { past: [], future: [] }

/** After a new step nothing can be done again. */
export function committed({ past }: History, edit: Edit): History {
  return { past: [...past, edit].slice(-MOST_STEPS), future: [] }
}

/** The history one step back, and the edit that leads there; null at the beginning. */
export function undone({ past, future }: History): { history: History; edit: Edit } | null {
  const last = past.at(-1)
  return last ? { history: { past: past.slice(0, -1), future: [...future, last] }, edit: inverse(last) } : null
}

/** The history one step forward again; null when nothing was undone. */
export function redone({ past, future }: History): { history: History; edit: Edit } | null {
  const next = future.at(-1)
  return next ? { history: { past: [...past, next], future: future.slice(0, -1) }, edit: next } : null
}
