/** Lists of cards: they let themselves be heard, go on as one scrolls, and stand where they stood on the way back. */
import { offerSecond } from './blendPick.ts'
import { bindCardMenu } from './cardMenu.ts'
import { find } from './dom.ts'
import { bindPreviews } from './preview.ts'

/** The next page is fetched when the end comes as near as this. */
const AHEAD = '1200px'
const KEPT = 'gallery-place:'

const cards = document.getElementById('cards')
restore()
bindCardMenu()
offerSecond()
let unbind = bindPreviews()
const watch = new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && void more(), { rootMargin: AHEAD })
watchMore()

function watchMore(): void {
  const link = document.getElementById('more')
  if (link && cards) watch.observe(link)
}

/** Fetches the page that the link leads to and puts its cards under ours. A failure leaves the link to be pressed. */
async function more(): Promise<void> {
  const nav = document.getElementById('more')
  if (!nav || !cards || nav.ariaBusy === 'true') return
  nav.ariaBusy = 'true'
  watch.unobserve(nav)
  try {
    const answer = await fetch(find<HTMLAnchorElement>('a', nav).href, { credentials: 'same-origin' })
    if (!answer.ok) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    unbind()
    cards.append(...(page.getElementById('cards')?.children ?? []))
    unbind = bindPreviews()
    offerSecond()
    const next = page.getElementById('more')
    if (next) nav.replaceWith(next)
    else nav.remove()
    watchMore()
  } catch {
    // The link is still there.
  } finally {
    nav.ariaBusy = null
  }
}

/** What was loaded is kept with the page's address, for whoever opens a piece and comes back. */
window.addEventListener('pagehide', () => {
  if (!cards) return
  const place = { top: scrollY, cards: cards.innerHTML, more: document.getElementById('more')?.outerHTML ?? '' }
  try {
    sessionStorage.setItem(KEPT + location.pathname + location.search, JSON.stringify(place))
  } catch {
    // Full: the list begins at its beginning then.
  }
})

function restore(): void {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  const kept = sessionStorage.getItem(KEPT + location.pathname + location.search)
  if (!cards || navigation?.type !== 'back_forward' || !kept) return
  const place = JSON.parse(kept) as { top: number; cards: string; more: string }
  // Our own markup of a minute ago, from this tab's own storage.
  cards.innerHTML = place.cards
  document.getElementById('more')?.remove()
  cards.insertAdjacentHTML('afterend', place.more)
  requestAnimationFrame(() => scrollTo({ top: place.top, behavior: 'instant' }))
}
