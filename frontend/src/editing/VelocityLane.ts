import type { Note } from '../note.ts'
import type { Palette } from '../palette.ts'
import { css, mix } from '../palette.ts'
import type { PianoRoll } from '../PianoRoll.ts'
import * as changes from './changes.ts'
import type { Editor } from './Editor.ts'
import { gettext, interpolate } from '../words.ts'

const words = { strike: (n: number) => (n === 1 ? gettext('Change a velocity') : interpolate(gettext('Change %s velocities'), [n])) }

/** How near the pointer must be to a note's bar, px. */
const NEAR = 8
const EDGE = 4

/**
 * The velocities of the track that is worked on, as bars under its notes. A drag sets those that it passes; one that begins
 * on a chosen note moves all that are chosen. By keys the same is done with Shift, comma and period.
 */
export class VelocityLane {
  readonly canvas = document.createElement('canvas')
  private readonly listeners = new AbortController()
  private readonly observer = new ResizeObserver(() => this.resize())
  private struck = new Map<string, number>()
  private shown: readonly unknown[] = []
  private grabbed: { note: Note; velocity: number } | null = null

  constructor(
    host: HTMLElement,
    private readonly roll: PianoRoll,
    private readonly editor: Editor,
  ) {
    this.canvas.setAttribute('aria-hidden', 'true')
    host.append(this.canvas)
    this.observer.observe(host)
    const { signal } = this.listeners
    this.canvas.addEventListener('pointerdown', (event) => this.press(event), { signal })
    this.canvas.addEventListener('pointermove', (event) => this.drag(event), { signal })
    this.canvas.addEventListener('pointerup', () => this.release(), { signal })
    this.canvas.addEventListener('pointercancel', () => this.cancel(), { signal })
  }

  dispose(): void {
    this.listeners.abort()
    this.observer.disconnect()
    this.canvas.remove()
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.canvas.parentElement!
    const ratio = devicePixelRatio || 1
    this.canvas.width = Math.round(clientWidth * ratio)
    this.canvas.height = Math.round(clientHeight * ratio)
    this.shown = []
    this.paint()
  }

  /** As the roll stands now; called with each frame that it paints, and only works when something has changed. */
  paint(): void {
    if (!this.hasChanged()) return
    const { picture, inset } = this.roll
    const { palette, view, ratio } = picture
    const pen = this.canvas.getContext('2d', { alpha: false })!
    const scale = devicePixelRatio || 1
    const [width, height] = [this.canvas.width / scale, this.canvas.height / scale]
    pen.setTransform(scale, 0, 0, scale, 0, 0)
    pen.fillStyle = css(palette.ground)
    pen.fillRect(0, 0, width, height)
    this.paintScale(pen, palette, inset, width, height)
    pen.save()
    pen.beginPath()
    pen.rect(inset, 0, width - inset, height)
    pen.clip()
    const track = picture.tracks[this.editor.track]
    track?.index.between(view.tick(-8), view.tick(view.width + 8), (note) => {
      const x = inset + Math.round(view.x(note.onset) * ratio) / ratio
      const top = yOf(note.velocity, height)
      const chosen = this.editor.selected.has(note)
      pen.fillStyle = chosen ? css(palette.ink) : track.ink.plain[5]!
      pen.fillRect(x, top, chosen ? 3 : 2, height - top)
      pen.beginPath()
      pen.arc(x + 1.5, top, 3.5, 0, 2 * Math.PI)
      pen.fill()
    })
    pen.restore()
  }

  private hasChanged(): boolean {
    const { score, selected, track } = this.editor
    const { view, palette } = this.roll.picture
    const now = [view.scrollX, view.scale, view.width, this.canvas.width, score, selected, track, palette]
    const changed = now.some((part, i) => part !== this.shown[i])
    this.shown = now
    return changed
  }

  private paintScale(pen: CanvasRenderingContext2D, palette: Palette, inset: number, width: number, height: number): void {
    pen.fillStyle = css(palette.line)
    pen.fillRect(0, 0, width, 1)
    pen.fillStyle = css(palette.line, 0.5)
    for (const velocity of [32, 64, 96]) pen.fillRect(inset, Math.round(yOf(velocity, height)), width - inset, 1)
    pen.fillStyle = css(mix(palette.muted, palette.ground, 0.1))
    pen.font = `500 10px ${palette.font}`
    pen.textAlign = 'right'
    pen.textBaseline = 'middle'
    for (const velocity of [127, 64]) pen.fillText(String(velocity), inset - 5, Math.max(8, yOf(velocity, height)))
  }

  private press(event: PointerEvent): void {
    const note = this.noteAt(event.offsetX)
    if (event.button !== 0) return
    this.canvas.setPointerCapture(event.pointerId)
    this.struck = new Map()
    this.grabbed = note && this.editor.selected.size > 1 && this.editor.selected.has(note) ? { note, velocity: note.velocity } : null
    this.drag(event, true)
  }

  private drag(event: PointerEvent, first = false): void {
    if (!first && !this.canvas.hasPointerCapture(event.pointerId)) return
    const velocity = velocityAt(event.offsetY, this.canvas.clientHeight)
    const { grabbed, editor } = this
    if (grabbed) {
      const by = velocity - grabbed.velocity
      editor.preview((score) => changes.struck(score, this.chosenIn(score.tracks[editor.track]?.notes ?? []), (note) => note.velocity + by))
      return
    }
    const note = this.noteAt(event.offsetX)
    if (note) for (const one of this.chord(note)) this.struck.set(nameOf(one), velocity)
    if (!this.struck.size) return
    editor.preview((score) => {
      const passed = (score.tracks[editor.track]?.notes ?? []).filter((one) => this.struck.has(nameOf(one)))
      return changes.struck(score, new Set(passed), (one) => this.struck.get(nameOf(one))!)
    })
  }

  private release(): void {
    const { editor } = this
    if (!editor.isPreviewing) return
    const done = editor.settle(words.strike(editor.selected.size))
    if (!done) return editor.abandon()
    const { only } = editor
    if (only) editor.sound(only.pitch, only.velocity)
  }

  private cancel(): void {
    this.editor.abandon()
  }

  /** The chosen notes as they were when the drag began: the preview makes new ones each time. */
  private chosenIn(notes: readonly Note[]): Set<Note> {
    const places = new Set([...this.editor.selected].map(nameOf))
    return new Set(notes.filter((note) => places.has(nameOf(note))))
  }

  private noteAt(x: number): Note | null {
    const { view, tracks } = this.roll.picture
    const at = x - this.roll.inset
    let best: Note | null = null
    let far = NEAR
    tracks[this.editor.track]?.index.between(view.tick(at - NEAR), view.tick(at + NEAR), (note) => {
      const distance = Math.abs(view.x(note.onset) - at)
      if (distance <= far) [best, far] = [note, distance]
    })
    return best
  }

  /** Notes struck with this one; where some of them are chosen, those alone. */
  private chord(note: Note): Note[] {
    const notes: Note[] = []
    this.roll.picture.tracks[this.editor.track]?.index.between(note.onset, note.onset + 1, (one) => one.onset === note.onset && notes.push(one))
    const chosen = notes.filter((one) => this.editor.selected.has(one))
    return chosen.length ? chosen : notes
  }
}

/** Velocities change while a drag goes on; place and pitch do not. */
const nameOf = (note: Note): string => `${note.onset} ${note.pitch}`

function yOf(velocity: number, height: number): number {
  return EDGE + (1 - velocity / 127) * (height - EDGE)
}

export function velocityAt(y: number, height: number): number {
  return Math.max(1, Math.min(127, Math.round(127 * (1 - (y - EDGE) / (height - EDGE)))))
}
