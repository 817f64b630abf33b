/** The page where one slides from one piece to another, or wanders between four. */
import { ApiError, askBlend, getBlend, keepPoint, sentenceOf, type Blend } from './api.ts'
import { draggedPoints } from './blendPath.ts'
import { BlendWalk } from './blendWalk.ts'
import { bindDialogs } from './dialogs.ts'
import { find, make, pageData } from './dom.ts'
import { LatentPad } from './latentPad.ts'
import { LatentSlider } from './latentSlider.ts'
import './playerElement.ts'
import { barCount, placeAt, scoreFromJson } from './score.ts'
import { toast } from './toast.ts'
import { onceReached } from './waits.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  ready: (points: number) => interpolate(gettext('%s points are ready. Slide, with the pointer or the arrow keys.'), [points]),
  padReady: gettext('The pad is ready. Drag over it, or go with the arrow keys.'),
  redraws: (share: number) => interpolate(gettext('The model redraws %s %% of its notes.'), [Math.round(share * 100)]),
  failed: gettext('The blend could not be made. Your pieces are as they were. Try again in a moment.'),
  record: gettext('Record what I drag'),
  stop: gettext('Stop and keep what I dragged'),
  recording: gettext('Recording: play, and drag while it plays.'),
  nothing: gettext('Nothing was played while you recorded.'),
}

/** How often the answer is asked for, ms. */
const ASK = 150

/** Points on each side of the pad. */
const SIDE = 9

interface BlendData {
  pieces: { code: string; title: string }[]
}

bindDialogs()
const chosen = pageData<BlendData>().pieces
const line = document.querySelector<HTMLElement>('#blend-line')
if (line && (chosen.length === 2 || chosen.length === 4)) void walk(chosen).catch(showFailure)

async function walk(pieces: readonly { code: string; title: string }[]): Promise<void> {
  let blend = await askBlend(pieces.map((piece) => piece.code), pieces.length === 4 ? SIDE : null)
  while (blend.status === 'queued' || blend.status === 'running') {
    await new Promise((resolve) => setTimeout(resolve, ASK))
    const { code } = blend
    blend = await onceReached(() => getBlend(code))
  }
  if (blend.status !== 'done') throw new ApiError(0, blend.error?.code ?? 'failed', blend.error?.message ?? words.failed)
  show(blend, pieces.map((piece) => piece.title))
}

function show(blend: Blend, titles: readonly string[]): void {
  const points = blend.path.points.map(({ shares, score }) => ({ shares, score: scoreFromJson(score) }))
  find('#blend-stage').hidden = false
  const isPad = titles.length === 4
  line!.textContent = isPad ? words.padReady : words.ready(points.length)
  const element = find<HTMLElementTagNameMap['ostinato-player']>('#player')
  const walked = new BlendWalk(element, points)
  if (isPad) {
    new LatentPad(walked, find('#blend-stage'), titles)
  } else {
    new LatentSlider(walked, find('#blend-slider'), find('#blend-share'), titles)
    find('#blend-ticks').append(...points.map((_, i) => make('option', { value: String(i) })))
  }
  blend.path.redrawn.forEach((share, i) => (find(`#redrawn-${'abcd'[i]}`).textContent = words.redraws(share)))
  if (blend.path.changes.length) {
    find('#blend-changes').hidden = false
    find('#blend-changes ul').append(...blend.path.changes.map((sentence) => make('li', {}, sentence)))
  }
  find('#blend-keep').addEventListener('click', () => void keep(blend.code, [walked.index]))
  bindRecording(blend.code, element, walked)
}

/** While it is on, each bar that is heard remembers the point it was heard at. */
function bindRecording(code: string, element: HTMLElementTagNameMap['ostinato-player'], walk: BlendWalk): void {
  const button = find<HTMLButtonElement>('#blend-record')
  let heard: Map<number, number> | null = null
  let first = 0
  element.player.addEventListener('position', () => {
    if (heard && element.player.state === 'playing') heard.set(placeAt(walk.now.score.metres, element.player.position).bar, walk.index)
  })
  button.addEventListener('click', () => {
    if (!heard) {
      heard = new Map()
      first = walk.index
      line!.textContent = words.recording
    } else {
      const points = draggedPoints(heard, barCount(walk.now.score), first)
      if (heard.size) void keep(code, points)
      else toast(words.nothing)
      heard = null
    }
    button.textContent = heard ? words.stop : words.record
    button.setAttribute('aria-pressed', String(heard !== null))
  })
}

let keeping = false

/** Pressed twice it keeps one piece. */
async function keep(code: string, points: readonly number[]): Promise<void> {
  if (keeping) return
  keeping = true
  try {
    const piece = await keepPoint(code, points)
    location.assign(piece.url)
  } catch (error) {
    toast(sentenceOf(error, words.failed))
  } finally {
    keeping = false
  }
}

function showFailure(error: unknown): void {
  line!.textContent = sentenceOf(error, words.failed)
}
