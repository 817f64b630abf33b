import { find, icon, make } from './dom.ts'
import { gettext } from './words.ts'

const words = { close: gettext('Close this message') }

const STAYS_MS = 6_000
/** Longer when there is something to press. */
const STAYS_WITH_ACTION_MS = 10_000

export interface ToastAction {
  label: string
  run: () => void
}

/** A line at the foot of the page, read out by screen readers; the newest takes the place of the one before. */
export function toast(text: string, action?: ToastAction): void {
  const region = find('.toasts')
  const box = make('div', { class: 'toast' }, make('span', {}, text))
  const leave = () => box.remove()
  if (action) {
    const button = make('button', { type: 'button', class: 'link-button' }, action.label)
    button.addEventListener('click', () => {
      leave()
      action.run()
    })
    box.append(button)
  }
  const close = make('button', { type: 'button', class: 'icon-button', 'aria-label': words.close }, icon('x'))
  close.addEventListener('click', leave)
  box.append(close)
  region.replaceChildren(box)

  let timer = setTimeout(leave, action ? STAYS_WITH_ACTION_MS : STAYS_MS)
  // It waits for a pointer or a focus that is on it.
  const hold = () => clearTimeout(timer)
  const release = () => {
    hold()
    timer = setTimeout(leave, STAYS_MS)
  }
  box.addEventListener('pointerenter', hold)
  box.addEventListener('focusin', hold)
  box.addEventListener('pointerleave', release)
  box.addEventListener('focusout', release)
}
