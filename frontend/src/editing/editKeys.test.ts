import { expect, test } from 'vitest'
import type { KeyLike } from '../keys.ts'
import { editAction } from './editKeys.ts'

const press = (key: string, change: Partial<KeyLike> = {}): KeyLike => ({
  key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...change,
})

test('the keys of the table', () => {
  const meant = ['1', '2', 'T', 'q', 'i', 'K', 'Delete', 'Backspace', 'Escape', 'ArrowLeft', 'ArrowUp'].map((key) => editAction(press(key), 'page'))
  expect(meant).toEqual(['pencil', 'select', 'transpose', 'quantise', 'infill', 'lock', 'delete', 'delete', 'clear', 'previous', 'up'])
})

test('Shift and an arrow: an octave, or the length', () => {
  const shifted = ['ArrowUp', 'ArrowDown', 'ArrowRight'].map((key) => editAction(press(key, { shiftKey: true }), 'page'))
  expect(shifted).toEqual(['octaveUp', 'octaveDown', 'longer'])
})

test('Shift with the letters that go a bar on or back marks bars', () => {
  expect(['D', 'A'].map((key) => editAction(press(key, { shiftKey: true }), 'page'))).toEqual(['markMore', 'markLess'])
})

test('undo and redo in both ways', () => {
  expect(editAction(press('z', { ctrlKey: true }), 'page')).toBe('undo')
  expect(editAction(press('Z', { metaKey: true, shiftKey: true }), 'page')).toBe('redo')
  expect(editAction(press('y', { ctrlKey: true }), 'page')).toBe('redo')
})

test('comma and period by their place: earlier and later, with Shift softer and louder', () => {
  expect(editAction(press(';', { code: 'Comma', shiftKey: true }), 'page')).toBe('softer')
  expect(editAction(press('.', { code: 'Period' }), 'page')).toBe('later')
})

test('text keeps its keys, a menu its arrows and letters', () => {
  expect(editAction(press('z', { ctrlKey: true }), 'text')).toBeNull()
  expect(editAction(press('ArrowUp'), 'choice')).toBeNull()
  expect(editAction(press('t'), 'choice')).toBeNull()
  expect(editAction(press('Delete'), 'choice')).toBe('delete')
})

test("the player's own keys stay the player's", () => {
  for (const key of [' ', 'Enter', 'a', 'd', 'l', 'm', 'w']) expect(editAction(press(key), 'page')).toBeNull()
})
