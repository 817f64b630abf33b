/** Pieces that sound like this one, fetched when their place comes near. */
import { offerSecond } from './blendPick.ts'
import { bindCardMenu } from './cardMenu.ts'
import { find } from './dom.ts'
import { bindPreviews } from './preview.ts'

/** How many stand on the piece's own page; its link leads to all. */
const SHOWN = 4
const AHEAD = '400px'

export function bindAlike(): void {
  const section = document.getElementById('alike')
  if (!section) return
  const watch = new IntersectionObserver(
    (seen) => {
      if (!seen.some((entry) => entry.isIntersecting)) return
      watch.disconnect()
      void show(section)
    },
    { rootMargin: AHEAD },
  )
  watch.observe(section)
}

/** The first of the page's cards. Where there are none the section goes; where it cannot be had its link stays. */
async function show(section: HTMLElement): Promise<void> {
  try {
    const answer = await fetch(section.dataset.address ?? '', { credentials: 'same-origin' })
    if (!answer.ok) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const cards = [...(page.getElementById('cards')?.children ?? [])].slice(0, SHOWN)
    section.hidden = cards.length === 0
    find('#alike-cards', section).replaceChildren(...cards)
    bindPreviews(section)
    bindCardMenu()
    offerSecond()
  } catch {
    // The link is still there.
  }
}
