/** What happened, what is safe, and one button for what comes next. */
import { icon, make } from './dom.ts'
import type { NextStep, Trouble } from './studioWords.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  tryAgainIn: (seconds: number) => interpolate(gettext('Try again in %s s'), [seconds]),
  details: gettext('Details'),
  number: (id: string) => interpolate(gettext('If you ask us about it, say this number: %s'), [id]),
  close: gettext('Close this message'),
}

/** Fills the notice and shows it; `onNext` hears its button. */
export function showTrouble(notice: HTMLElement, trouble: Trouble, onNext: (step: NextStep) => void): void {
  const button = make('button', { type: 'button', class: 'button button-primary' }, trouble.label)
  button.addEventListener('click', () => {
    if (button.getAttribute('aria-disabled') !== 'true') onNext(trouble.next)
  })
  const close = make('button', { type: 'button', class: 'icon-button', 'aria-label': words.close }, icon('x'))
  close.addEventListener('click', () => (notice.hidden = true))
  notice.replaceChildren(
    make('div', {}, make('p', { class: 'notice-title' }, trouble.what), make('p', {}, trouble.safe)),
    make('div', { class: 'button-row' }, button, close),
  )
  if (trouble.requestId) {
    notice.append(make('details', {}, make('summary', {}, words.details), make('p', {}, words.number(trouble.requestId))))
  }
  notice.hidden = false
  if (trouble.wait > 0) countDown(button, trouble)
}

/** The button waits in words until it makes sense to press it. */
function countDown(button: HTMLButtonElement, { wait, label }: Trouble): void {
  const until = performance.now() + wait * 1000
  const tick = () => {
    if (!button.isConnected) return
    const left = Math.ceil((until - performance.now()) / 1000)
    button.setAttribute('aria-disabled', String(left > 0))
    button.textContent = left > 0 ? words.tryAgainIn(left) : label
    if (left > 0) setTimeout(tick, 250)
  }
  tick()
}
