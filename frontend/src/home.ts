/** Home: a piece that plays without sound, and the press that opens the studio in the same document. */
import { offerSecond } from './blendPick.ts'
import { bindCardMenu } from './cardMenu.ts'
import { find, movesLittle, pageData } from './dom.ts'
import { PianoRoll } from './PianoRoll.ts'
import { bindPreviews } from './preview.ts'
import { scoreFromJson, type ScoreJson } from './score.ts'
import { SilentPlay } from './silentPlay.ts'
import { Synth } from './synth.ts'

interface HomeData {
  hero: { score: ScoreJson } | null
}

const { hero } = pageData<HomeData>()
let stopHero = () => {}
if (hero) {
  const host = find('#hero-roll')
  const score = scoreFromJson(hero.score)
  const roll = new PianoRoll(host, { keyboard: false, ruler: false, interactive: false })
  roll.setScore(score)
  host.querySelector('.miniature')?.remove()
  if (movesLittle()) roll.fit()
  else stopHero = new SilentPlay(score, host, (tick) => roll.setPlayhead(tick)).stop
}
const stopPreviews = bindPreviews()
bindCardMenu()
offerSecond()

// The studio is fetched while nobody waits, so that the press opens it at once.
const make = find<HTMLAnchorElement>('#make')
let page: Promise<Document> | null = null
const fetchStudio = () => (page ??= fetchPage(new URL(make.href).pathname))
const whenIdle = window.requestIdleCallback ?? ((call: () => void) => setTimeout(call, 300))
whenIdle(() => {
  void fetchStudio().catch(() => (page = null))
  void import('./studioPage.ts')
})

make.addEventListener('click', (e) => {
  if (e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return
  e.preventDefault()
  // Sound is unlocked by this very press; a new document would have to wait for another.
  void Synth.shared().unlock()
  void openStudioHere().catch(() => location.assign(make.href))
})

async function openStudioHere(): Promise<void> {
  const [next, { askAhead, openStudio }] = await Promise.all([fetchStudio(), import('./studioPage.ts')])
  // The generator works while the studio is being put up.
  const asked = askAhead(next)
  asked.catch(() => undefined) // said by the studio, which waits for it below
  stopHero()
  stopPreviews()
  const home = location.pathname
  history.pushState(null, '', new URL(make.href).pathname)
  // Back leads to the home page as it was written by the server.
  window.addEventListener('popstate', () => location.pathname === home && location.reload())
  document.title = next.title
  document.body.className = next.body.className
  find('.site-nav').replaceWith(find('.site-nav', next))
  document.querySelector('.site-foot')?.remove()
  find('main').replaceChildren(...find('main', next).childNodes)
  scrollTo(0, 0)
  await openStudio().generate(asked)
}

async function fetchPage(address: string): Promise<Document> {
  const response = await fetch(address, { headers: { Accept: 'text/html' } })
  if (!response.ok) throw new Error(`${address} answered ${response.status}`)
  return new DOMParser().parseFromString(await response.text(), 'text/html')
}
