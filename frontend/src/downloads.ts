/** Downloads of sound: the site renders a piece when it is first asked, so the button says how far it is. */
import { ApiError, soundState, type SoundState } from './api.ts'
import { find, findAll, make } from './dom.ts'
import { onceReached } from './waits.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  waiting: gettext('In line to be turned into sound.'),
  rendering: (share: number) => interpolate(gettext('Turning it into sound: %s %'), [Math.round(100 * share)]),
  ready: gettext('Ready: the download begins.'),
  failed: gettext('That did not work. Try again in a moment.'),
}

const LOOK_AGAIN_MS = 400

/** Lets the links of a page that carry `data-sound` wait for their file. They also work without, once it is there. */
export function bindDownloads(code: string, root: ParentNode = document): void {
  for (const link of findAll<HTMLAnchorElement>('a[data-sound]', root)) {
    link.addEventListener('click', (e) => {
      e.preventDefault()
      if (link.getAttribute('aria-busy') !== 'true') void fetchSound(code, link, find('#download-state', root))
    })
  }
}

async function fetchSound(code: string, link: HTMLAnchorElement, place: HTMLElement): Promise<void> {
  link.setAttribute('aria-busy', 'true')
  try {
    const ready = await whenReady(
      () => soundState(code, link.dataset.sound ?? 'wav'),
      (state) => show(place, state),
    )
    location.assign(ready.url)
  } catch (error) {
    place.replaceChildren(make('p', {}, error instanceof Error && error.message ? error.message : words.failed))
  } finally {
    link.removeAttribute('aria-busy')
  }
}

/** Asks until the file is there; every answer is shown. Throws with the site's sentence when it cannot be rendered. */
export async function whenReady(
  ask: () => Promise<SoundState>,
  show: (state: SoundState) => void,
  pause: () => Promise<unknown> = () => new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS)),
): Promise<SoundState> {
  for (;;) {
    const state = await onceReached(ask)
    if (state.state === 'failed') throw new ApiError(422, 'no_sound', state.message || words.failed)
    show(state)
    if (state.state === 'ready') return state
    await pause()
  }
}

function show(place: HTMLElement, { state, share }: SoundState): void {
  const text = state === 'rendering' ? words.rendering(share) : state === 'ready' ? words.ready : words.waiting
  // The bar is there at once and only its value changes, so that it moves instead of blinking.
  const bar = place.querySelector('progress') ?? make('progress', { class: 'meter', max: '1', 'aria-label': words.rendering(0) })
  bar.value = state === 'ready' ? 1 : share
  const line = place.querySelector('p') ?? make('p')
  line.textContent = text
  if (!bar.isConnected) place.replaceChildren(line, bar)
}
