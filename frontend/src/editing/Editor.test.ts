import { expect, test } from 'vitest'
import type { Score } from '../score.ts'
import type { Change } from './changes.ts'
import { Editor } from './Editor.ts'

const note = (onset: number) => ({ onset, duration: 480, pitch: 60, velocity: 80 })
const score: Score = {
  length: 4 * 1920,
  tempos: [],
  metres: [{ tick: 0, numerator: 4, denominator: 4 }],
  tracks: [{ name: 'Piano', role: 'piano', program: 0, isDrum: false, notes: [note(0), note(1920), note(3840)] }],
}

test('bars are marked by keys, one more and one fewer, with the notes in them', () => {
  const editor = new Editor(score)
  editor.placeCaret({ tick: 2000, pitch: 60 })
  editor.markBars(1)
  expect([editor.marked, editor.said]).toEqual([[1920, 3840], 'Bar 2 is marked'])
  editor.markBars(1)
  expect([editor.marked, editor.said]).toEqual([[1920, 5760], 'Bars 2 to 3 are marked'])
  expect([...editor.selected].map(({ onset }) => onset)).toEqual([1920, 3840])
  for (let i = 0; i < 5; i++) editor.markBars(1)
  expect(editor.marked).toEqual([1920, 7680])
  for (let i = 0; i < 5; i++) editor.markBars(-1)
  expect(editor.marked).toEqual([1920, 3840])
  editor.choose([])
  expect(editor.marked).toBeNull()
})

test('a box beyond the end is marked to the end', () => {
  const editor = new Editor(score)
  editor.mark(-10, 99_999)
  expect(editor.marked).toEqual([0, 7680])
})

test('all locked notes are let go, and if one is not, all are locked', () => {
  const editor = new Editor(score)
  const locks = () => editor.score.tracks[0]!.notes.map(({ locked }) => locked ?? false)
  editor.choose([score.tracks[0]!.notes[0]!])
  editor.lock()
  expect(locks()).toEqual([true, false, false])
  editor.chooseAll()
  editor.lock()
  expect(locks()).toEqual([true, true, true])
  editor.lock()
  expect(locks()).toEqual([false, false, false])
  editor.undo()
  expect(locks()).toEqual([true, true, true])
})

const withNote = (from: Score, onset: number): Change => ({
  score: { ...from, tracks: from.tracks.map((track) => ({ ...track, notes: [...track.notes, note(onset)] })) },
  selected: new Set(),
})
const onsets = (editor: Editor) => editor.score.tracks[0]!.notes.map(({ onset }) => onset)

test('what a band plays meanwhile takes no note out of the hand that draws it', () => {
  const editor = new Editor(score)
  editor.preview((from) => withNote(from, 5760), 'model')
  editor.preview((from) => withNote(from, 6240))
  editor.preview((from) => withNote(from, 5760), 'model')
  expect(editor.settle('Draw a note')).toBe(true)
  expect(onsets(editor)).toEqual([0, 1920, 3840, 6240])
  editor.preview((from) => withNote(from, 6720), 'model')
  expect(onsets(editor)).toEqual([0, 1920, 3840, 6240, 6720])
})

test('what a band only tries is no part of a step by hand', () => {
  const editor = new Editor(score)
  editor.preview((from) => withNote(from, 5760), 'model')
  editor.leaveTried()
  editor.add(note(6240))
  expect(onsets(editor)).toEqual([0, 1920, 3840, 6240])
  editor.preview((from) => withNote(from, 6720))
  editor.leaveTried()
  expect(onsets(editor)).toEqual([0, 1920, 3840, 6240, 6720])
})

test('what is only shown is no part of the score that the steps made', () => {
  const editor = new Editor(score)
  editor.preview((from) => withNote(from, 960), 'model')
  expect(editor.score).not.toBe(score)
  expect(editor.settled).toBe(score)
  editor.perform('Accompany', { score: editor.score, selected: new Set() }, 'model')
  expect(editor.settled).toBe(editor.score)
})
