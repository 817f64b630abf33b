/** The page where one slides from one piece to another. */
import { ApiError, askBlend, getBlend, keepPoint, type Blend } from './api.ts'
import { draggedPoints } from './blendPath.ts'
import { bindDialogs } from './dialogs.ts'
import { find, make, pageData } from './dom.ts'
import { LatentSlider } from './latentSlider.ts'
import './playerElement.ts'
import { barCount, placeAt, scoreFromJson } from './score.ts'
import { toast } from './toast.ts'

const words = {
  ready: (points: number) => `${points} points are ready. Slide, with the pointer or the arrow keys.`,
  redraws: (share: number) => `The model redraws ${Math.round(share * 100)} % of its notes.`,
  failed: 'The blend could not be made. Your pieces are as they were. Try again in a moment.',
  record: 'Record what I drag',
  stop: 'Stop and keep what I dragged',
  recording: 'Recording: play, and drag while it plays.',
  nothing: 'Nothing was played while you recorded.',
}

/** How often the answer is asked for, ms. */
const ASK = 150

interface BlendData {
  pieces: ({ code: string; title: string } | null)[]
}

bindDialogs()
const chosen = pageData<BlendData>().pieces.filter((piece) => piece !== null)
const line = document.querySelector<HTMLElement>('#blend-line')
if (line && chosen.length >= 2) void walk(chosen.slice(0, 2)).catch(showFailure)

async function walk(pieces: readonly { code: string; title: string }[]): Promise<void> {
  let blend = await askBlend(pieces.map((piece) => piece.code))
  while (blend.status === 'queued' || blend.status === 'running') {
    await new Promise((resolve) => setTimeout(resolve, ASK))
    blend = await getBlend(blend.code)
  }
  if (blend.status !== 'done') throw new ApiError(0, blend.error?.code ?? 'failed', blend.error?.message ?? words.failed)
  show(blend, pieces.map((piece) => piece.title))
}

function show(blend: Blend, titles: readonly string[]): void {
  const points = blend.path.points.map(({ shares, score }) => ({ shares, score: scoreFromJson(score) }))
  find('#blend-stage').hidden = false
  line!.textContent = words.ready(points.length)
  const element = find<HTMLElementTagNameMap['ostinato-player']>('#player')
  const slider = new LatentSlider(element, find('#blend-slider'), find('#blend-share'), points, titles)
  find('#blend-ticks').append(...points.map((_, i) => make('option', { value: String(i) })))
  blend.path.redrawn.forEach((share, i) => (find(`#redrawn-${'ab'[i]}`).textContent = words.redraws(share)))
  if (blend.path.changes.length) {
    find('#blend-changes').hidden = false
    find('#blend-changes ul').append(...blend.path.changes.map((sentence) => make('li', {}, sentence)))
  }
  find('#blend-keep').addEventListener('click', () => void keep(blend.code, [slider.index]))
  bindRecording(blend.code, element, slider)
}

/** While it is on, each bar that is heard remembers the point it was heard at. */
function bindRecording(code: string, element: HTMLElementTagNameMap['ostinato-player'], slider: LatentSlider): void {
  const button = find<HTMLButtonElement>('#blend-record')
  let heard: Map<number, number> | null = null
  let first = 0
  element.player.addEventListener('position', () => {
    if (heard && element.player.state === 'playing') heard.set(placeAt(slider.now.score.metres, element.player.position).bar, slider.index)
  })
  button.addEventListener('click', () => {
    if (!heard) {
      heard = new Map()
      first = slider.index
      line!.textContent = words.recording
    } else {
      const points = draggedPoints(heard, barCount(slider.now.score), first)
      if (heard.size) void keep(code, points)
      else toast(words.nothing)
      heard = null
    }
    button.textContent = heard ? words.stop : words.record
    button.setAttribute('aria-pressed', String(heard !== null))
  })
}

async function keep(code: string, points: readonly number[]): Promise<void> {
  try {
    const piece = await keepPoint(code, points)
    location.assign(piece.url)
  } catch (error) {
    toast(error instanceof ApiError ? error.message : words.failed)
  }
}

function showFailure(error: unknown): void {
  line!.textContent = error instanceof ApiError ? error.message : words.failed
}
