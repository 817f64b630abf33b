/** One piece: played, renamed, published, continued from the bar where the playhead stands. */
import { ApiError, changePiece, deletePiece, keepPiece, type Visibility } from './api.ts'
import { bindDialogs } from './dialogs.ts'
import { find, isTyping, pageData } from './dom.ts'
import { withOrigins } from './origins.ts'
import './playerElement.ts'
import { rename } from './rename.ts'
import { barCount, barsBetween, placeAt, scoreFromJson, type ScoreJson } from './score.ts'
import { bindSharing } from './sharing.ts'
import { toast } from './toast.ts'

const words = {
  continueFromEnd: 'Continue from the end',
  continueAfter: (bar: number) => `Continue after bar ${bar}`,
  badge: { public: 'Public', private: 'Private', unlisted: 'Unlisted' } satisfies Record<Visibility, string>,
  shown: { public: 'It hangs in the gallery now.', private: 'Only you see it now.', unlisted: 'Who has the link sees it now.' },
  failed: 'That did not work. Nothing was changed.',
}

const page = find('#piece')
const code = page.dataset.piece ?? ''
const data = pageData<{ score: ScoreJson; origins?: string[] }>()
const score = withOrigins(scoreFromJson(data.score), data.origins ?? [])
const element = find<HTMLElementTagNameMap['ostinato-player']>('#player')
const { player } = element
element.load(score)
bindDialogs()
bindSharing(code)

// ?bar=9 is a link to a moment.
const wanted = Number(new URLSearchParams(location.search).get('bar'))
for (const bar of barsBetween(score.metres, 0, score.length)) if (bar.number === wanted) player.seek(bar.start)

const bars = barCount(score)
const goOn = find<HTMLAnchorElement>('#continue')
player.addEventListener('position', showContinue)
showContinue()

/** The new bars follow the bar in which the playhead stands; at the very start, or at the end, the whole piece. */
function showContinue(): void {
  const at = player.position
  const bar = at <= 0 || at >= score.length ? bars : placeAt(score.metres, at).bar
  const label = bar === bars ? words.continueFromEnd : words.continueAfter(bar)
  if (goOn.textContent === label) return
  goOn.textContent = label
  goOn.search = new URLSearchParams({ continue: code, bar: String(bar) }).toString()
}

function on(id: string, act: () => void | Promise<void>): void {
  document.getElementById(id)?.addEventListener('click', async () => {
    try {
      await act()
    } catch (error) {
      toast(error instanceof ApiError ? error.message : words.failed)
    }
  })
}

const show = (visibility: Visibility) => async () => {
  const piece = await changePiece(code, { visibility })
  toast(words.shown[piece.visibility])
  const isPublic = piece.visibility === 'public'
  find('#publish').hidden = isPublic
  find('#unpublish').hidden = !isPublic
  find(isPublic ? '#unpublish' : '#publish').focus()
  const badge = document.getElementById('visibility-badge')
  if (!badge) return location.reload() // a draft that is published is kept: more than the badge changes
  badge.textContent = words.badge[piece.visibility]
  badge.classList.toggle('badge-on', isPublic)
}

on('publish', show('public'))
on('unpublish', show('private'))
on('keep', async () => {
  await keepPiece(code)
  location.assign(`${page.dataset.library}#piece-${code}`)
})
on('delete', async () => {
  await deletePiece(code)
  location.assign(`${page.dataset.library}#deleted-${code}`)
})
on('rename', () => {
  const heading = find('#piece-title')
  rename(heading, heading.textContent?.trim() ?? '', async (title) => {
    const piece = await changePiece(code, { title })
    document.title = document.title.replace(/^.* · /, `${piece.title} · `)
    element.pieceTitle = player.title = piece.title
    return piece.title
  })
})

document.addEventListener('keydown', (e) => {
  if (e.key !== '?' || isTyping(e)) return
  e.preventDefault()
  find<HTMLDialogElement>('#keys-dialog').showModal()
})
