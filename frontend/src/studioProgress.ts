/** How far a job is, on the page: the line in words, the bars that light up, the button that generates or stops. */
import { find, icon } from './dom.ts'
import { barsWritten, isOpen, type Progress, progressLine } from './studioWords.ts'
import { gettext } from './words.ts'

const words = { generate: gettext('Generate'), stop: gettext('Stop') }

export function showProgress(root: HTMLElement, progress: Progress): void {
  const open = isOpen(progress)
  root.dataset.open = open ? 'yes' : 'no'
  find('#empty', root).hidden = true
  if (open) find('#actions', root).hidden = true
  showLine(find('#words', root), progress)
  showButton(find<HTMLButtonElement>('#generate', root), progress)
  showBars(find('#bars-written', root), progress)
}

function showLine(line: HTMLElement, progress: Progress): void {
  const text = progressLine(progress)
  // Said once: the line is read out whenever it changes.
  if (line.textContent === text) return
  const waits = isOpen(progress) && progress.phase !== 'writing'
  line.replaceChildren(...(waits ? [steppingFigure()] : []), text)
}

function showButton(button: HTMLButtonElement, progress: Progress): void {
  const open = isOpen(progress)
  if (button.classList.toggle('is-stop', open) !== (button.dataset.shows === 'stop') || !button.dataset.shows) {
    button.replaceChildren(...(open ? [icon('square'), words.stop] : [words.generate]))
    button.dataset.shows = open ? 'stop' : 'generate'
  }
  button.setAttribute('aria-disabled', String(progress.phase === 'stopping' || progress.phase === 'sending'))
}

function showBars(strip: HTMLElement, progress: Progress): void {
  const { bars, barsDone, phase } = progress
  if (strip.childElementCount !== bars) strip.replaceChildren(...Array.from({ length: bars }, () => document.createElement('i')))
  const writing = phase === 'writing' || phase === 'warming'
  for (const [i, bar] of [...strip.children].entries()) {
    bar.className = i < barsDone ? 'is-written' : writing && i === barsDone ? 'is-next' : ''
  }
  strip.setAttribute('aria-valuemax', String(bars))
  strip.setAttribute('aria-valuenow', String(barsDone))
  strip.setAttribute('aria-valuetext', barsWritten(progress))
}

/** The site's mark, its four notes stepping through while something runs. */
function steppingFigure(): Element {
  const figure = find('.wordmark .figure').cloneNode(true) as Element
  figure.setAttribute('class', 'figure figure-stepping')
  return figure
}
