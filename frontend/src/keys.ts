/** What the page's keys do; templates/keys_dialog.html lists them for people. */
export type KeyAction =
  | 'toggle' | 'stop' | 'noteBack' | 'noteForward' | 'barBack' | 'barForward' | 'loop' | 'mute' | 'solo' | 'trackUp' | 'trackDown'
  | 'zoomIn' | 'zoomOut' | 'fit' | 'follow' | 'scrollLeft' | 'scrollRight' | 'scrollUp' | 'scrollDown'

export interface KeyLike {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/** What has the focus: text takes every key, a control only those that it uses itself. */
export type Focus = 'text' | 'button' | 'choice' | 'page'

const PLAIN: Record<string, KeyAction> = {
  ' ': 'toggle',
  Enter: 'stop',
  Home: 'stop',
  ArrowLeft: 'noteBack',
  ArrowRight: 'noteForward',
  a: 'barBack',
  d: 'barForward',
  l: 'loop',
  m: 'mute',
  n: 'solo',
  w: 'trackUp',
  s: 'trackDown',
  '+': 'zoomIn',
  '=': 'zoomIn',
  '-': 'zoomOut',
  '−': 'zoomOut',
  f: 'fit',
  j: 'follow',
}

const SCROLL: Record<string, KeyAction> = {
  ArrowLeft: 'scrollLeft',
  ArrowRight: 'scrollRight',
  ArrowUp: 'scrollUp',
  ArrowDown: 'scrollDown',
}

/** What a key means, or null when it belongs to the browser or to what has the focus. */
export function keyAction(event: KeyLike, focus: Focus): KeyAction | null {
  if (focus === 'text') return null
  if (event.altKey) return null
  if (event.ctrlKey || event.metaKey) return event.shiftKey || focus === 'choice' ? null : (SCROLL[event.key] ?? null)
  if (event.shiftKey && event.key.toLowerCase() === 's') return 'solo'
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  if (event.shiftKey && key !== '+') return null
  if (focus === 'button' && (key === ' ' || key === 'Enter')) return null
  if (focus === 'choice' && (key === ' ' || key === 'Enter' || key.startsWith('Arrow') || key === 'Home' || key.length === 1)) return null
  return PLAIN[key] ?? null
}

/** What has the focus, through shadow roots. */
export function focusOf(path: readonly EventTarget[]): Focus {
  const target = path[0]
  if (!(target instanceof HTMLElement)) return 'page'
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return 'text'
  if (target instanceof HTMLInputElement) {
    if (target.type === 'range' || target.type === 'radio') return 'choice'
    return target.type === 'checkbox' || target.type === 'button' || target.type === 'submit' ? 'button' : 'text'
  }
  if (target instanceof HTMLSelectElement) return 'choice'
  return target.closest('button, a, summary, [role=button], [role=menuitem]') ? 'button' : 'page'
}
