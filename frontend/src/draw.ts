/** An empty roll: what is drawn here is kept by the browser until it is saved as a piece. */
import { Accompaniment } from './accompany.ts'
import { keepDrawing } from './api.ts'
import { blankScore, FIRST_TRACK, type Frame } from './blankScore.ts'
import { bindDialogs, bindKeysDialog } from './dialogs.ts'
import { find } from './dom.ts'
import type { Editor } from './editing/Editor.ts'
import './playerElement.ts'
import { FASTEST, SLOWEST } from './Player.ts'
import type { Score } from './score.ts'

declare global {
  interface DocumentEventMap {
    /** A drawing can be worked on: its score is `detail.editor.score`. Told anew when tempo or metre have changed. */
    'ostinato-draw': CustomEvent<{ readonly editor: Editor }>
  }
}

/** The name of the drawing in the browser's store; a piece's code has no such sign. */
const DRAWING = '~drawing'
const FRAME = 'ostinato-drawing-frame'

const element = find<HTMLElementTagNameMap['ostinato-player']>('#player')
const tempo = find<HTMLInputElement>('#draw-tempo')
const metre = find<HTMLSelectElement>('#draw-metre')
bindDialogs()
bindKeysDialog()
// Not there where no band is installed.
const button = document.querySelector<HTMLButtonElement>('#accompany')
const accompaniment = button && new Accompaniment(element, button, find('#accompany-line'))

/** Sends the drawing and goes on with it on the page of its piece, with all that can be undone. */
async function save(score: Score): Promise<string> {
  const played = await accompaniment?.keep(score)
  const { piece, version } = played ?? (await keepDrawing(score))
  accompaniment?.forget()
  element.session?.moveTo(piece.code, version, played?.places)
  location.assign(`${piece.url}?edit`)
  return version
}

async function open(quiet: boolean): Promise<void> {
  element.load(blankScore({ bpm: Number(tempo.value), metre: metre.value }))
  element.player.setCurrentTrack(FIRST_TRACK)
  const { editor } = await element.edit({ code: DRAWING, etag: '', save, quiet, mayInfill: button !== null })
  document.dispatchEvent(new CustomEvent('ostinato-draw', { detail: { editor } }))
}

function takeFrame(): void {
  try {
    const kept = JSON.parse(localStorage.getItem(FRAME) ?? 'null') as Frame | null
    if (kept) [tempo.value, metre.value] = [String(kept.bpm), kept.metre]
  } catch {
    // Without it the page begins with its own.
  }
}

find('#frame').addEventListener('change', () => {
  const bpm = Math.max(SLOWEST, Math.min(FASTEST, Math.round(Number(tempo.value)) || 110))
  tempo.value = String(bpm)
  localStorage.setItem(FRAME, JSON.stringify({ bpm, metre: metre.value } satisfies Frame))
  // The notes stay: the session keeps them when it ends, and the next one takes them up.
  element.session?.keep()
  void open(true)
})
find('#frame').addEventListener('submit', (event) => event.preventDefault())
find('#afresh').addEventListener('click', () => {
  element.session?.forget()
  accompaniment?.forget()
  void open(true)
})

takeFrame()
void open(false)
