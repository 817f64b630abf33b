/** "Reproduce": the site writes the piece again by its recipe, and the page says what came of it. */
import { ApiError, getReproduction, type Reproduction, startReproduction } from './api.ts'
import { find, make } from './dom.ts'
import { onceReached } from './waits.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  failed: gettext('That did not work. Try again in a moment.'),
  more: (n: number) => interpolate(gettext('The first %s differences'), [n]),
}

const LOOK_AGAIN_MS = 700

export function bindReproduce(): void {
  const place = document.querySelector<HTMLElement>('#reproduce')
  if (!place) return // nothing that a model of this site wrote
  const code = place.dataset.piece ?? ''
  const button = find<HTMLButtonElement>('#reproduce-button', place)
  button.hidden = false
  button.addEventListener('click', () => void run())
  // What was found today is shown at once.
  void getReproduction(code).then((known) => known.state === 'done' && show(place, known)).catch(() => undefined)

  async function run(): Promise<void> {
    if (button.getAttribute('aria-busy') === 'true') return
    button.setAttribute('aria-busy', 'true')
    try {
      let state = await startReproduction(code)
      show(place!, state)
      while (state.state === 'waiting' || state.state === 'running') {
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
        state = await onceReached(() => getReproduction(code))
        show(place!, state)
      }
    } catch (error) {
      find('#reproduce-state', place!).replaceChildren(make('p', {}, error instanceof ApiError ? error.message : words.failed))
    } finally {
      button.removeAttribute('aria-busy')
    }
  }
}

function show(place: HTMLElement, { message, differences, identical }: Reproduction): void {
  const list = make('ul', {}, ...differences.map((one) => make('li', {}, one.words)))
  find('#reproduce-state', place).replaceChildren(
    make('p', { class: identical ? 'reproduce-same' : 'reproduce-said' }, message),
    ...(differences.length ? [make('details', {}, make('summary', {}, words.more(differences.length)), list)] : []),
  )
}
