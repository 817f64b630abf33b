/** What the keys do while notes are edited; templates/edit_keys.html lists them for people. */
import type { Focus, KeyLike } from '../keys.ts'

export type EditAction =
  | 'pencil' | 'select' | 'undo' | 'redo' | 'all' | 'copy' | 'cut' | 'paste' | 'duplicate' | 'delete' | 'clear'
  | 'previous' | 'next' | 'up' | 'down' | 'octaveUp' | 'octaveDown' | 'earlier' | 'later' | 'longer' | 'shorter'
  | 'louder' | 'softer' | 'transpose' | 'quantise' | 'write' | 'save' | 'infill' | 'lock' | 'markMore' | 'markLess' // prettier-ignore

const PLAIN: Record<string, EditAction> = {
  '1': 'pencil',
  '2': 'select',
  ArrowLeft: 'previous',
  ArrowRight: 'next',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Delete: 'delete',
  Backspace: 'delete',
  Escape: 'clear',
  t: 'transpose',
  q: 'quantise',
  e: 'write',
  i: 'infill',
  k: 'lock',
  Insert: 'write',
}

const SHIFTED: Record<string, EditAction> = {
  ArrowUp: 'octaveUp',
  ArrowDown: 'octaveDown',
  ArrowLeft: 'shorter',
  ArrowRight: 'longer',
  d: 'markMore',
  a: 'markLess',
}

const CONTROL: Record<string, EditAction> = {
  z: 'undo',
  y: 'redo',
  a: 'all',
  c: 'copy',
  x: 'cut',
  v: 'paste',
  d: 'duplicate',
  s: 'save',
}

/** What a key means to the editor, or null when it belongs to the player, the browser or what has the focus. */
export function editAction(event: KeyLike, focus: Focus): EditAction | null {
  if (focus === 'text' || event.altKey) return null
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  if (event.ctrlKey || event.metaKey) {
    if (event.shiftKey) return key === 'z' ? 'redo' : null
    return CONTROL[key] ?? null
  }
  if (focus === 'choice' && (key.startsWith('Arrow') || key.length === 1)) return null
  // By their place, since Shift makes other signs of them on every keyboard.
  if (event.code === 'Comma') return event.shiftKey ? 'softer' : 'earlier'
  if (event.code === 'Period') return event.shiftKey ? 'louder' : 'later'
  return (event.shiftKey ? SHIFTED : PLAIN)[key] ?? null
}
