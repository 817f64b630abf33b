import { expect, test } from 'vitest'
import { keyAction, type KeyLike } from './keys.ts'

const press = (key: string, change: Partial<KeyLike> = {}): KeyLike => ({
  key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...change,
})

test('the keys of the player', () => {
  const meant = [' ', 'Enter', 'Home', 'l', 'L', 'm', 'n', 'w', 's', 'a', 'ArrowRight', '+', '-', 'f'].map((key) => keyAction(press(key), 'page'))
  expect(meant).toEqual([
    'toggle', 'stop', 'stop', 'loop', 'loop', 'mute', 'solo', 'trackUp', 'trackDown', 'barBack', 'noteForward', 'zoomIn', 'zoomOut', 'fit',
  ])
})

test('Shift and S solos too', () => {
  expect(keyAction(press('S', { shiftKey: true }), 'page')).toBe('solo')
})

test('while someone types, no key is ours', () => {
  expect(keyAction(press(' '), 'text')).toBeNull()
  expect(keyAction(press('l'), 'text')).toBeNull()
})

test('on a button, Space and Enter press the button; letters are ours', () => {
  expect(keyAction(press(' '), 'button')).toBeNull()
  expect(keyAction(press('Enter'), 'button')).toBeNull()
  expect(keyAction(press('l'), 'button')).toBe('loop')
})

test('on a slider, the arrows move the slider', () => {
  expect(keyAction(press('ArrowLeft'), 'choice')).toBeNull()
})

test("the browser's own keys stay the browser's", () => {
  expect(keyAction(press('l', { ctrlKey: true }), 'page')).toBeNull()
  expect(keyAction(press('ArrowLeft', { altKey: true }), 'page')).toBeNull()
})

test('Control with an arrow scrolls', () => {
  expect(keyAction(press('ArrowUp', { ctrlKey: true }), 'page')).toBe('scrollUp')
})

test('plus is plus with or without Shift', () => {
  expect(keyAction(press('+', { shiftKey: true }), 'page')).toBe('zoomIn')
  expect(keyAction(press('='), 'page')).toBe('zoomIn')
})
