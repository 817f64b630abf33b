/** One piece: played, renamed, published, continued from the bar where the playhead stands. */
import { ApiError, changePiece, deletePiece, keepPiece } from './api.ts'
import { bindAlike } from './alike.ts'
import { bindDialogs, bindKeysDialog } from './dialogs.ts'
import { find, pageData } from './dom.ts'
import { countPlay } from './listening.ts'
import { withOrigins } from './origins.ts'
import { bindEditing } from './pieceEdit.ts'
import './playerElement.ts'
import { rename } from './rename.ts'
import { barCount, barsBetween, placeAt, scoreFromJson, type ScoreJson } from './score.ts'
import { bindScoreView } from './scoreView.ts'
import { bindSharing } from './sharing.ts'
import { toast } from './toast.ts'
import { bindVary } from './vary.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  continueFromEnd: gettext('Continue from the end'),
  continueAfter: (bar: number) => interpolate(gettext('Continue after bar %s'), [bar]),
  failed: gettext('That did not work. Nothing was changed.'),
}

const page = find('#piece')
const code = page.dataset.piece ?? ''
const data = pageData<{ score: ScoreJson; origins?: string[]; notes_etag?: string; may_infill?: boolean }>()
const score = withOrigins(scoreFromJson(data.score), data.origins ?? [])
const element = find<HTMLElementTagNameMap['ostinato-player']>('#player')
const { player } = element
element.load(score)
countPlay(player, code)
bindDialogs()
bindKeysDialog()
bindEditing(element, code, data.notes_etag ?? '', data.may_infill ?? false)
bindSharing(code)
bindScoreView(element)
bindVary(code)
bindAlike()

// ?bar=9 is a link to a moment.
const wanted = Number(new URLSearchParams(location.search).get('bar'))
for (const bar of barsBetween(score.metres, 0, score.length)) if (bar.number === wanted) player.seek(bar.start)

const bars = barCount(score)
// Not there where the author keeps all rights.
const goOn = document.querySelector<HTMLAnchorElement>('#continue')
player.addEventListener('position', showContinue)
showContinue()

/** The new bars follow the bar in which the playhead stands; at the very start, or at the end, the whole piece. */
function showContinue(): void {
  const at = player.position
  const bar = at <= 0 || at >= score.length ? bars : placeAt(score.metres, at).bar
  const label = bar === bars ? words.continueFromEnd : words.continueAfter(bar)
  if (!goOn || goOn.textContent === label) return
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

