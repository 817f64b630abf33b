import { expect, test } from 'vitest'
import type { Note } from '../note.ts'
import type { Score } from '../score.ts'
import { added, moved, removed } from './changes.ts'
import { applyEdit, type Edit, editBetween } from './edit.ts'
import { committed, type History, MOST_STEPS, NO_HISTORY, redone, undone } from './history.ts'

const note = (onset: number, pitch = 60): Note => ({ onset, duration: 120, pitch, velocity: 80 })
const empty: Score = {
  length: 1920,
  tempos: [],
  metres: [],
  tracks: [{ name: 'Piano', role: 'piano', program: 0, isDrum: false, notes: [] }],
}

/** A score that was edited, with what was done. */
function worked(): { score: Score; history: History; steps: Score[] } {
  let score = empty
  let history = NO_HISTORY
  const steps = [score]
  const step = (next: Score) => {
    history = committed(history, editBetween('step', score, next)!)
    score = next
    steps.push(next)
  }
  for (let i = 0; i < 8; i++) step(added(score, 0, note(i * 120, 60 + i))!.score)
  step(moved(score, new Set(score.tracks[0]!.notes.slice(0, 3)), 60, 5)!.score)
  step(removed(score, new Set(score.tracks[0]!.notes.slice(4)))!.score)
  step(added(score, 0, note(5000))!.score)
  return { score, history, steps }
}

test('undo goes back through every step, redo forward again, to the very same notes', () => {
  const done = worked()
  let { score, history } = done
  for (const before of done.steps.slice(0, -1).reverse()) {
    const back = undone(history)!
    score = applyEdit(score, back.edit)
    history = back.history
    expect(score).toEqual(before)
  }
  expect(undone(history)).toBeNull()
  for (const after of done.steps.slice(1)) {
    const again = redone(history)!
    score = applyEdit(score, again.edit)
    history = again.history
    expect(score).toEqual(after)
  }
  expect(redone(history)).toBeNull()
})

test('a new step forgets what could be done again', () => {
  const { history } = undone(worked().history)!
  expect(history.future).toHaveLength(1)
  expect(committed(history, history.future[0]!).future).toEqual([])
})

test(`the last ${MOST_STEPS} steps are kept`, () => {
  const step = (i: number): Edit => ({ label: String(i), by: 'person', changes: [], length: [0, i] })
  let history = NO_HISTORY
  for (let i = 0; i < 130; i++) history = committed(history, step(i))
  expect(history.past.map(({ label }) => label)).toEqual(Array.from({ length: 100 }, (_, i) => String(i + 30)))
})

test('what changes nothing is no step', () => {
  const [one] = [added(empty, 0, note(0))!.score]
  expect(editBetween('nothing', one, one)).toBeNull()
  const like = { ...one, tracks: [{ ...one.tracks[0]!, notes: [{ ...one.tracks[0]!.notes[0]! }] }] }
  expect(editBetween('nothing', one, like)).toBeNull()
})
