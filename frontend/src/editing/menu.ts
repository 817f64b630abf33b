/** A small menu over the roll, where a finger rested. */
import type { Point } from '../gestures.ts'
import type { PianoRoll } from '../PianoRoll.ts'
import { gettext } from '../words.ts'

export interface MenuItem {
  readonly label: string
  act(): void
}

const words = { menu: gettext('Notes') }

const style = new CSSStyleSheet()
style.replaceSync(`
  :host { position: absolute; z-index: 3; }
  [role=menu] { display: grid; min-width: 9rem; padding: 4px; border: 1px solid var(--line); border-radius: 8px; background: var(--raised);
    box-shadow: var(--shadow, 0 8px 24px rgb(0 0 0 / 0.4)); }
  button { min-height: 44px; padding: 0 12px; border: 0; border-radius: 6px; background: none; color: var(--ink); font: inherit; text-align: start; }
  button:focus-visible, button:hover { background: color-mix(in srgb, var(--accent) 16%, transparent); outline: none; }
`)

/** Opens it at a point of the roll; a choice, Escape or a press elsewhere closes it. */
export function popMenu(roll: PianoRoll, { x, y }: Point, items: readonly MenuItem[]): void {
  const host = document.createElement('div')
  const root = host.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = [style]
  const menu = document.createElement('div')
  menu.setAttribute('role', 'menu')
  menu.setAttribute('aria-label', words.menu)
  const listeners = new AbortController()
  const close = () => {
    listeners.abort()
    host.remove()
  }
  for (const { label, act } of items) {
    const button = document.createElement('button')
    button.setAttribute('role', 'menuitem')
    button.textContent = label
    button.addEventListener('click', () => {
      close()
      act()
    })
    menu.append(button)
  }
  root.append(menu)
  roll.cover(host)
  const { width, height } = roll.viewport
  host.style.left = `${Math.max(4, Math.min(x, width + roll.inset - menu.offsetWidth - 4))}px`
  host.style.top = `${Math.max(4, Math.min(y, height - menu.offsetHeight - 4))}px`
  menu.addEventListener('keydown', (event) => {
    const buttons = [...menu.children] as HTMLElement[]
    const at = buttons.indexOf(root.activeElement as HTMLElement)
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (event.key === 'Escape') close()
    else if (by) buttons[(at + by + buttons.length) % buttons.length]!.focus()
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  const elsewhere = (event: Event) => !event.composedPath().includes(host) && close()
  document.addEventListener('pointerdown', elsewhere, { signal: listeners.signal, capture: true })
  ;(menu.firstElementChild as HTMLElement).focus()
}
