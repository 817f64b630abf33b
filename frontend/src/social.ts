/** What people do with a piece and with one another: live forms, the bars of comments, what others do meanwhile. */
import { find, findAll } from './dom.ts'
import { bindLiveForms, renew } from './liveForms.ts'
import { listenForNotices } from './notices.ts'
import { NoteChoice } from './noteChoice.ts'
import { firstOnset, notedOf, parsePlaces } from './notePlaces.ts'
import type { PlayerElement } from './playerElement.ts'
import { barsBetween, placeAt, type Score } from './score.ts'

const PARTS = ['rating', 'comments', 'strip', 'family']

const element = document.querySelector('ostinato-player')
const choice = element && new NoteChoice(element)

bindLiveForms((ids, sent) => refresh(sent && ids.includes('comments')))
refresh()
openLinked()

const piece = document.getElementById('piece')
if (piece) {
  listenForNotices((notice) => {
    if (notice.piece === piece.dataset.piece) void renew(PARTS, () => refresh())
  })
}

// A bar's mark, and a comment's, lead to that place of the player on this page.
document.addEventListener('click', (e) => {
  const link = (e.target as Element).closest<HTMLAnchorElement>('a[data-bar]')
  if (!link || !element || e.ctrlKey || e.metaKey || e.shiftKey || !go(element, link)) return
  e.preventDefault()
  history.replaceState(history.state, '', link.search + link.hash)
  element.scrollIntoView({ block: 'nearest' })
})

/** Puts the playhead where people wrote something, and lights up the notes that it is about. False where there is no such bar. */
function go(element: PlayerElement, link: HTMLElement): boolean {
  const { player } = element
  const tick = tickOf(player.score, link)
  if (tick === null) return false
  player.seek(tick)
  // The strip's mark stands for all comments on its bar.
  const all = link.dataset.notes ? [link] : findAll<HTMLElement>(`.comment [data-bar="${link.dataset.bar}"]`)
  element.roll?.setNoted(notedOf(all.flatMap(({ dataset }) => parsePlaces(dataset.notes ?? ''))))
  return true
}

/** Where a comment's place is: its first note, else its bar. */
function tickOf(score: Score, { dataset }: HTMLElement): number | null {
  const places = parsePlaces(dataset.notes ?? '')
  if (places.length) return firstOnset(places)
  return [...barsBetween(score.metres, 0, score.length)].find(({ number }) => number === Number(dataset.bar))?.start ?? null
}

/** A link to a comment opens at its notes. */
function openLinked(): void {
  const link = /^#comment-\w+$/.test(location.hash) && document.querySelector<HTMLElement>(`${location.hash} a[data-notes]`)
  if (link && element) go(element, link)
}

/** After a part was renewed: put the marks in their places, offer the bar that plays, and notes to be chosen. */
function refresh(sent = false): void {
  // The policy allows no style attribute in the page, so that the places are set here.
  for (const mark of findAll('.strip-mark')) mark.style.insetInlineStart = `${Number(mark.dataset.x) / 10}%`
  if (!element) return
  const ticks = findAll('.comment a[data-bar]').map((link) => tickOf(element.player.score, link))
  element.roll?.setPins(ticks.filter((tick) => tick !== null))
  choice?.bind(sent)
  const here = document.getElementById('comment-here')
  if (!here) return
  here.hidden = false
  here.onclick = () => {
    const { player } = element
    const field = find<HTMLInputElement>('#comment-bar')
    if (player.score) field.value = String(placeAt(player.score.metres, player.position).bar)
    field.focus()
  }
}
