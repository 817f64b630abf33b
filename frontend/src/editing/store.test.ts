import { expect, test } from 'vitest'
import type { Score } from '../score.ts'
import { added, locked } from './changes.ts'
import { applyEdit, editBetween, inverse } from './edit.ts'
import { committed, type History, NO_HISTORY } from './history.ts'
import { relocked, reordered, restored, type Shelf, WorkStore } from './store.ts'

const empty: Score = {
  length: 1920,
  tempos: [],
  metres: [],
  tracks: [{ name: 'Piano', role: 'piano', program: 0, isDrum: false, notes: [] }],
}

function shelf(room = Infinity): Shelf {
  const held = new Map<string, string>()
  return {
    getItem: (key) => held.get(key) ?? null,
    removeItem: (key) => void held.delete(key),
    setItem(key, text) {
      if (text.length > room) throw new Error('full')
      held.set(key, text)
    },
  }
}

function drawn(n: number): { score: Score; history: History } {
  let score = empty
  let history = NO_HISTORY
  for (let i = 0; i < n; i++) {
    const next = added(score, 0, { onset: i * 120, duration: 120, pitch: 60, velocity: 80, origin: i % 2 ? 'human' : 'edited' })!.score
    history = committed(history, editBetween(`note ${i}`, score, next)!)
    score = next
  }
  return { score, history }
}

test('score and history come back as they were', () => {
  const { score, history } = drawn(5)
  const store = new WorkStore('abc', shelf())
  expect(store.keep('"v1"', true, score, history)).toBe(true)
  const kept = store.read()!
  expect([kept.base, kept.dirty]).toEqual(['"v1"', true])
  expect(restored(kept, empty)).toEqual({ score, history })
})

test('locks are kept, and found again on the notes as the server has them', () => {
  const { score } = drawn(2)
  const [first, second] = score.tracks[0]!.notes
  const held = locked(score, new Set([first!]), true)!.score
  const store = new WorkStore('abc', shelf())
  store.keep('v', false, held, NO_HISTORY)
  const work = restored(store.read()!, empty).score
  expect(work).toEqual(held)
  expect(relocked(score, work).tracks[0]!.notes).toEqual([{ ...first, locked: true }, second])
})

test('where there is little room, the notes stay and the oldest steps go', () => {
  const { score, history } = drawn(60)
  const store = new WorkStore('abc', shelf(4000))
  expect(store.keep('v', true, score, history)).toBe(true)
  const back = restored(store.read()!, empty)
  expect(back.score).toEqual(score)
  expect(back.history.past.length).toBeLessThan(60)
  expect(back.history.past.at(-1)).toEqual(history.past.at(-1))
})

test('a shelf without room says so, and one with nonsense is empty', () => {
  expect(new WorkStore('abc', shelf(10)).keep('v', true, drawn(3).score, NO_HISTORY)).toBe(false)
  const broken = shelf()
  broken.setItem('ostinato-work-abc', '{"tracks": 3')
  expect(new WorkStore('abc', broken).read()).toBeNull()
})

test('pieces do not share their work', () => {
  const place = shelf()
  new WorkStore('one', place).keep('v', true, empty, NO_HISTORY)
  expect(new WorkStore('two', place).read()).toBeNull()
})

test('work whose tracks are put in another order can be undone there', () => {
  const [drums, piano] = [{ ...empty.tracks[0]!, role: 'drums' }, { ...empty.tracks[0]!, role: 'piano' }]
  const before: Score = { ...empty, tracks: [drums, piano] }
  const { score } = added(before, 1, { onset: 0, duration: 480, pitch: 60, velocity: 80 })!
  const work = reordered(score, committed(NO_HISTORY, editBetween('Add', before, score)!), [1, 0])
  expect(work.score.tracks.map(({ role, notes }) => [role, notes.length])).toEqual([['piano', 1], ['drums', 0]]) // prettier-ignore
  const back = applyEdit(work.score, inverse(work.history.past[0]!))
  expect(back.tracks.map(({ notes }) => notes.length)).toEqual([0, 0])
})
