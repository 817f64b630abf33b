/** What people do with a piece and with one another: live forms, the bars of comments, what others do meanwhile. */
import { find, findAll } from './dom.ts'
import { bindLiveForms, renew } from './liveForms.ts'
import { listenForNotices } from './notices.ts'
import { barsBetween, placeAt } from './score.ts'

const PARTS = ['rating', 'comments', 'strip', 'family']

bindLiveForms(refresh)
refresh()

const piece = document.getElementById('piece')
if (piece) {
  listenForNotices((notice) => {
    if (notice.piece === piece.dataset.piece) void renew(PARTS, refresh)
  })
}

// A bar's mark leads to that bar of the player on this page.
document.addEventListener('click', (e) => {
  const link = (e.target as Element).closest<HTMLAnchorElement>('a[data-bar]')
  const element = document.querySelector('ostinato-player')
  if (!link || !element || e.ctrlKey || e.metaKey || e.shiftKey) return
  const { player } = element
  const score = player.score
  if (!score) return
  const bar = [...barsBetween(score.metres, 0, score.length)].find(({ number }) => number === Number(link.dataset.bar))
  if (!bar) return
  e.preventDefault()
  player.seek(bar.start)
  history.replaceState(history.state, '', link.search)
  element.scrollIntoView({ block: 'nearest' })
})

/** After a part was renewed: put the marks in their places, offer the bar that plays. */
function refresh(): void {
  // The policy allows no style attribute in the page, so that the places are set here.
  for (const mark of findAll('.strip-mark')) mark.style.insetInlineStart = `${Number(mark.dataset.x) / 10}%`
  const here = document.getElementById('comment-here')
  const element = document.querySelector('ostinato-player')
  if (!here || !element) return
  here.hidden = false
  here.onclick = () => {
    const { player } = element
    const field = find<HTMLInputElement>('#comment-bar')
    if (player.score) field.value = String(placeAt(player.score.metres, player.position).bar)
    field.focus()
  }
}
