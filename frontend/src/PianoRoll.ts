import { listenOnSurface, pinched, type Point, rulerIntent, wheeled } from './gestures.ts'
import { hitTest } from './hitTest.ts'
import { byOnset, type Note, pitchName } from './note.ts'
import { NoteIndex } from './noteIndex.ts'
import { type Mark, type Moment, type Noted, paintKeys, paintMoment, paintPane, paintRuler, type Scene, type TickRange } from './painter.ts'
import { onThemeChange, type Palette, readPalette } from './palette.ts'
import { type Ink, makeInk } from './patterns.ts'
import { Rows } from './rows.ts'
import { barCount, barTicks, type Metre, type Score, type Track } from './score.ts'
import { instrumentName } from './instruments.ts'
import { Tiles } from './tiles.ts'
import { type TrackStyle, trackStyles } from './trackStyle.ts'
import { LEAD, Viewport } from './viewport.ts'
import { counted, gettext, interpolate } from './words.ts'

export type { TickRange }

/** Goes from note to note; told when the notes have changed. */
export interface Walker {
  step(by: 1 | -1): void
  refresh(): void
}

export interface PianoRollOptions {
  /** Called when the ruler is clicked; without it the ruler only shows. */
  onSeek?: (tick: number) => void
  /** Called when the ruler is dragged. */
  onLoop?: (range: TickRange) => void
  /** Called when a key, a drum's name or a note is pressed. */
  onKeyPress?: (pitch: number, track: number, velocity: number) => void
  /** Called when the roll stops following because it was scrolled by hand. */
  onFollow?: (follow: boolean) => void
  /** The strip of keys at the left; default true. */
  keyboard?: boolean
  /** Bar numbers on top; default true. */
  ruler?: boolean
  /** False for a picture that only moves (the home page); default true. */
  interactive?: boolean
}

/** Hands that work on the notes. While the roll has one, presses and drags are its own; two fingers still move the view. */
export interface Hand {
  /** True: the drag that follows is the hand's too, and the view stays where it is. */
  press(scene: Scene, point: Point, event: PointerEvent): boolean
  drag(scene: Scene, point: Point, event: PointerEvent): void
  release(scene: Scene, point: Point): void
  /** Two fingers came, or the browser took the pointer away: what was begun is taken back. */
  cancel(): void
  /** The right button. */
  menu(scene: Scene, point: Point): void
  /** What the pointer looks like there, as CSS says it. */
  cursor(scene: Scene, point: Point): string
  /** A bar's number in the ruler was pressed. */
  ruler(tick: number, extend: boolean): void
  /** Whether there is anything to paint within the view. */
  shows(scene: Scene): boolean
  /** Over the notes, whenever anything has moved. */
  paint(pen: CanvasRenderingContext2D, scene: Scene): void
}

/** What the roll keeps of a track: where its notes are and how they look. */
interface RollTrack {
  index: NoteIndex
  readonly track: Track
  ink: Ink
  audible: boolean
  aside: boolean
  readonly isDrum: boolean
}

/** Height of the ruler, px; a finger needs more. */
const RULER = 26
const COARSE_RULER = 36
/** The playhead stands at this share of the width while the roll follows. */
const FOLLOW_AT = 0.4
/** A bar is at least this wide when a score is first shown, px. */
const BAR_WIDTH = 104

const style = new CSSStyleSheet()
style.replaceSync(`
  :host { display: block; position: relative; width: 100%; height: 100%; overflow: hidden; contain: strict; border-radius: inherit; background: var(--ground, #0e1013); }
  :host { outline: none; }
  :host(:focus-visible)::after { content: ''; position: absolute; inset: 0; z-index: 2; border: 2px solid var(--accent, #ffb454); border-radius: inherit; pointer-events: none; }
  canvas { position: absolute; display: block; touch-action: pan-y; user-select: none; -webkit-user-select: none; }
  .notes { position: absolute; overflow: hidden; touch-action: pan-y; user-select: none; -webkit-user-select: none; }
  .notes[data-interactive] { cursor: grab; }
  .notes[data-interactive]:active { cursor: grabbing; }
  .pane { position: absolute; left: 0; overflow: hidden; pointer-events: none; }
  .pane + .pane { box-shadow: 0 -1px color-mix(in srgb, var(--line, #2a2f37) 70%, var(--muted, #9aa0a8)); }
  .world { position: absolute; top: 0; left: 0; width: 0; height: 0; will-change: transform; }
  .world canvas { top: 0; left: 0; }
  .overlay { pointer-events: none; }
  .ruler { touch-action: none; cursor: pointer; }
  .keys { cursor: pointer; touch-action: pan-x; }
  ul { position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`)

function put(element: HTMLElement, left: number, top: number, width: number, height: number): void {
  element.style.left = `${left}px`
  element.style.top = `${top}px`
  element.style.width = `${width}px`
  element.style.height = `${height}px`
}

/**
 * Shows a score on canvases inside `host`, whose size it follows, and says where it was pressed.
 * It owns the canvases, never the notes: what it is given stays unchanged.
 */
export class PianoRoll {
  private readonly listeners = new AbortController()
  private readonly root = document.createElement('div')
  private readonly notes = document.createElement('div')
  private readonly pitchTiles = new Tiles()
  private readonly drumTiles = new Tiles()
  private readonly overlay: HTMLCanvasElement
  private readonly ruler: HTMLCanvasElement
  private readonly keys: HTMLCanvasElement
  private readonly summary = document.createElement('ul')
  private readonly observer = new ResizeObserver(() => this.resize())
  private readonly calm = matchMedia('(prefers-reduced-motion: reduce)')

  private palette: Palette
  private score: Score = { length: 0, tempos: [], metres: [], tracks: [] }
  private tracks: RollTrack[] = []
  private order: number[] = []
  private rows = new Rows(false, true)
  private view = new Viewport({ width: 0, height: 0, length: 0, scale: 0.1, scrollX: 0, scrollY: 0, rowHeight: 10, drumRows: 0, hasPitches: true })
  private ratio = 1
  private current = 0
  private locked: ReadonlySet<number> = new Set()

  private playhead: number | null = null
  private movedAt = -Infinity
  private loop: TickRange | null = null
  private loopOn = true
  private following = true
  private live = false
  /** How far the piece is written, and how far the moving edge has come, in ticks. */
  private written = Infinity
  private edge = Infinity

  private frame = 0
  private lastTime = 0
  /** The view that the tiles were painted for. */
  private painted: Viewport | null = null
  private overlayEmpty = true
  private rulerDirty = true
  private keysShown = ''
  private labelDirty = true
  private pressed: { pitch: number; isDrum: boolean; track: number } | null = null
  private mark: Mark | null = null
  private noted: Noted | null = null
  private pins: readonly number[] = []
  private hand: Hand | null = null
  private held = false
  private rowsByHand = false
  private timeByHand = false
  private throwSpeed = 0

  /** The grid beside the picture, once it is there. */
  walker: Walker | null = null
  /** Told of each frame that is painted, for what is drawn beside the roll. */
  onPaint: (() => void) | null = null

  constructor(
    host: HTMLElement,
    private readonly options: PianoRollOptions = {},
  ) {
    const shadow = this.root.attachShadow({ mode: 'open' })
    shadow.adoptedStyleSheets = [style]
    const canvas = (name: string) => {
      const element = document.createElement('canvas')
      element.className = name
      shadow.append(element)
      return element
    }
    this.notes.className = 'notes'
    this.notes.append(this.pitchTiles.element, this.drumTiles.element)
    shadow.append(this.notes)
    this.overlay = canvas('overlay')
    this.ruler = canvas('ruler')
    this.keys = canvas('keys')
    this.notes.setAttribute('role', 'img')
    for (const hidden of [this.overlay, this.ruler, this.keys]) hidden.setAttribute('aria-hidden', 'true')
    this.summary.setAttribute('aria-label', gettext('Tracks in the piano roll'))
    shadow.append(this.summary)
    this.ruler.hidden = options.ruler === false
    this.keys.hidden = options.keyboard === false
    host.append(this.root)
    this.palette = readPalette(this.root)

    const { signal } = this.listeners
    onThemeChange(() => this.retheme(), signal)
    this.observer.observe(this.root)
    if (options.interactive !== false) this.listen()
    this.resize()
  }

  /** Shows a score from its beginning. A live one is still being written: its notes come by `append`. */
  setScore(score: Score, { live = false } = {}): void {
    this.score = score
    this.live = live
    this.written = this.edge = live ? 0 : Infinity
    this.rows = new Rows(
      score.tracks.some((track) => track.isDrum),
      score.tracks.length === 0 || score.tracks.some((track) => !track.isDrum),
    )
    this.tracks = score.tracks.map((track) => ({
      index: new NoteIndex(track.notes),
      track,
      ink: null as unknown as Ink,
      audible: true,
      aside: false,
      isDrum: track.isDrum,
    }))
    for (const { track } of this.tracks) this.rows.add(track.notes, track.isDrum)
    if (live) this.rows.expect(score.tracks.map((track) => track.role))
    this.makeInks()
    this.playhead = live ? null : this.playhead === null ? null : 0
    this.loop = this.mark = this.noted = null
    this.current = 0
    this.sortTracks()
    this.timeByHand = this.rowsByHand = false
    this.lay()
    this.labelDirty = true
    this.repaint()
  }

  /** More notes of one track; everything before `until` (ticks) has been written now. */
  append(track: number, notes: readonly Note[], until: number): void {
    const shown = this.tracks[track]
    if (!shown) return
    shown.index.add(notes)
    if (this.rows.add(notes, shown.isDrum)) this.lay()
    if (this.live) this.written = Math.max(this.written, until)
    let [from, to] = [Infinity, -Infinity]
    for (const note of notes) {
      from = Math.min(from, note.onset)
      to = Math.max(to, note.onset + note.duration)
    }
    if (from < this.edge) this.soil(from, to)
    this.labelDirty = true
    this.wake()
  }

  /** The same piece with other notes, as it is edited: the view stays where it is. */
  revise(score: Score): void {
    let [from, to] = [Infinity, -Infinity]
    this.tracks.forEach((shown, i) => {
      const notes = score.tracks[i]?.notes
      if (!notes || notes === shown.track.notes) return
      const [was, is] = [new Set(shown.index.notes), new Set(notes)]
      for (const note of [...shown.index.notes.filter((old) => !is.has(old)), ...notes.filter((now) => !was.has(now))]) {
        from = Math.min(from, note.onset)
        to = Math.max(to, note.onset + note.duration)
      }
      this.tracks[i] = { ...shown, track: score.tracks[i]!, index: new NoteIndex([...notes].sort(byOnset)) }
      if (this.rows.add(notes, shown.isDrum) && shown.isDrum) this.lay()
    })
    const longer = score.length !== this.score.length
    this.score = score
    if (longer) {
      this.setView(this.view.with({ length: score.length }))
      this.repaint()
    } else if (from < to) this.soil(from, to)
    this.labelDirty = true
    this.wake()
  }

  /** All pitches that there are now come into view, unless they were scrolled by hand. */
  fitPitches(): void {
    this.setView(this.fitRows(this.view))
  }

  /** Gives the roll into hands that work on it, or takes it back. */
  setHand(hand: Hand | null): void {
    this.hand = hand
    this.held = false
    this.notes.style.touchAction = this.keys.style.touchAction = hand ? 'none' : ''
    this.notes.style.cursor = ''
    this.setAside()
    this.repaint()
  }

  /** Paints what lies over the notes anew. */
  touch(): void {
    this.wake()
  }

  /** No more notes will come: the soft edge runs out. `length` in ticks, when the piece ended early. */
  complete(length = this.score.length): void {
    this.live = false
    this.written = Infinity
    if (length !== this.score.length) {
      this.score = { ...this.score, length }
      this.setView(this.view.with({ length }))
      this.repaint()
    }
    this.labelDirty = true
    this.wake()
  }

  /** Where the music is, in ticks; null takes the playhead away. */
  setPlayhead(tick: number | null): void {
    if (tick === this.playhead) return
    const from = this.playhead
    this.playhead = tick
    this.movedAt = performance.now()
    if (tick !== null && this.following) this.followTo(tick, from)
    this.rulerDirty = true
    this.wake()
  }

  /** Shows the loop; `on` false shows where it would be. */
  setLoop(range: TickRange | null, on = true): void {
    this.loop = range
    this.loopOn = on
    this.rulerDirty = true
    this.wake()
  }

  /** Tracks that do not sound now are drawn as ghosts. */
  setAudible(audible: readonly boolean[]): void {
    this.tracks.forEach((track, i) => (track.audible = audible[i] ?? true))
    this.repaint()
  }

  /** The current track lies on top. */
  setCurrentTrack(track: number): void {
    this.current = track
    this.setAside()
    this.sortTracks()
    this.repaint()
  }

  get follow(): boolean {
    return this.following
  }

  set follow(follow: boolean) {
    this.following = follow
    if (follow && this.playhead !== null) this.followTo(this.playhead, null)
  }

  /** The whole piece, all its pitches. */
  fit(): void {
    this.rowsByHand = false
    this.timeByHand = true
    this.setView(this.fitRows(this.view.fittedTime()))
  }

  /** Closer (factor > 1) or farther, about the playhead when it is in view, else about the middle. */
  zoomBy(factor: number): void {
    const x = this.playhead === null ? -1 : this.view.x(this.playhead)
    this.timeByHand = true
    this.setView(this.view.zoomed(factor, x >= 0 && x <= this.view.width ? x : this.view.width / 2))
  }

  /** Scrolls by pixels: time to the right, pitch downward. */
  scrollBy(dx: number, dy: number): void {
    if (dx) this.leaveFollow()
    if (dy) this.rowsByHand = true
    this.setView(this.view.scrolled(dx, dy))
  }

  /** Scrolls as far as is needed to see a note. */
  reveal(note: Note, isDrum: boolean): void {
    const view = this.view.revealing(note.onset, isDrum ? null : note.pitch)
    if (view.scrollX !== this.view.scrollX) this.timeByHand = true
    if (view.scrollY !== this.view.scrollY) this.rowsByHand = true
    this.setView(view)
  }

  /** The note that the cursor of the keys is on; null takes the cursor away. */
  setMark(mark: Mark | null): void {
    this.mark = mark
    this.wake()
  }

  /** Notes that stand out, because somebody chose them or wrote about them. */
  setNoted(noted: Noted | null): void {
    this.noted = noted?.size ? noted : null
    this.wake()
  }

  /** Marks in the ruler where people wrote about the piece, in ticks. */
  setPins(pins: readonly number[]): void {
    this.pins = pins
    this.rulerDirty = true
    this.wake()
  }

  /** Lays an element over the picture, until it is removed. */
  cover(element: HTMLElement): void {
    this.root.shadowRoot!.append(element)
  }

  /** The tracks with the notes that are shown now, in order of onset and pitch. */
  get parts(): readonly { readonly name: string; readonly isDrum: boolean; readonly notes: readonly Note[] }[] {
    return this.tracks.map(({ track, isDrum, index }) => ({ name: track.name, isDrum, notes: index.notes }))
  }

  get metres(): readonly Metre[] {
    return this.score.metres
  }

  /** Everything that is painted, as it stands now. */
  get picture(): Scene {
    return this.scene()
  }

  /** Where the notes begin, px from the left of the roll: the keys stand before them. */
  get inset(): number {
    return this.notes.offsetLeft
  }

  /** What the view shows now, for tests and for whoever draws beside it. */
  get viewport(): Viewport {
    return this.view
  }

  get accessibleName(): string {
    const notes = this.tracks.reduce((sum, track) => sum + track.index.length, 0)
    return interpolate(gettext('Piano roll, %s, %s, %s'), [counted(notes, 'note'), counted(this.tracks.length, 'track'), counted(barCount(this.score), 'bar')])
  }

  dispose(): void {
    this.listeners.abort()
    this.observer.disconnect()
    cancelAnimationFrame(this.frame)
    this.root.remove()
  }

  // ——— layout ———

  private resize(): void {
    const box = this.root.getBoundingClientRect()
    this.ratio = Math.min(3, window.devicePixelRatio || 1)
    const left = this.keys.hidden ? 0 : box.width < 560 ? (this.rows.drums.length ? 60 : 46) : 64
    const top = this.ruler.hidden ? 0 : this.coarse ? COARSE_RULER : RULER
    const width = Math.max(0, Math.round(box.width) - left)
    const height = Math.max(0, Math.round(box.height) - top)
    put(this.notes, left, top, width, height)
    this.place(this.overlay, left, top, width, height)
    this.place(this.ruler, left, 0, width, top)
    this.place(this.keys, 0, top, left, height)
    const first = this.view.width === 0
    const tick = this.view.tick(LEAD)
    this.setView(this.view.with({ width, height }))
    if (first || !this.timeByHand) this.lay()
    if (!first && this.timeByHand) this.setView(this.fitRows(this.view.scrolledTo(tick, LEAD)))
    this.painted = null
    this.rulerDirty = true
    this.keysShown = ''
    this.makeInks()
    // Painted at once: a canvas that was just resized is empty, and an empty frame would flash.
    cancelAnimationFrame(this.frame)
    this.frame = 0
    this.paint(performance.now())
  }

  private place(canvas: HTMLCanvasElement, left: number, top: number, width: number, height: number): void {
    canvas.width = Math.round(width * this.ratio)
    canvas.height = Math.round(height * this.ratio)
    // The canvas covers whole device pixels; stretched by a fraction of one it would blur.
    put(canvas, left, top, canvas.width / this.ratio, canvas.height / this.ratio)
    this.overlayEmpty = true
  }

  /** Rows and time for this score and size, unless a hand has chosen them. */
  private lay(): void {
    const { score, rows } = this
    let view = this.view.with({ length: score.length, drumRows: rows.drums.length, hasPitches: rows.hasPitches })
    if (!this.timeByHand && view.width > 0) {
      view = view.fittedTime()
      const bar = score.metres[0] ? barTicks(score.metres[0]) : 1920
      const scale = (view.width < 560 ? 84 : BAR_WIDTH) / bar
      if (view.scale < scale) view = view.with({ scale })
      if (this.playhead !== null && this.following) view = view.scrolledTo(this.playhead, view.width * FOLLOW_AT)
    }
    this.setView(this.fitRows(view))
  }

  private fitRows(view: Viewport): Viewport {
    return this.rowsByHand ? view : view.fittedPitches(...this.rows.range)
  }

  private setView(view: Viewport): void {
    // On whole device pixels, scrolling moves a picture that stays sharp, and only its edge is drawn anew.
    const whole = (px: number) => Math.round(px * this.ratio) / this.ratio
    this.view = view.with({ scrollX: whole(view.scrollX), scrollY: whole(view.scrollY) })
    this.rulerDirty = true
    this.keysShown = ''
    this.wake()
  }

  private sortTracks(): void {
    this.order = this.tracks.map((_, i) => i).reverse()
    if (this.tracks[this.current]) this.order = [...this.order.filter((i) => i !== this.current), this.current]
  }

  /** Hands work on one track; the others stand back. */
  private setAside(): void {
    this.tracks.forEach((track, i) => (track.aside = this.hand !== null && i !== this.current))
  }

  /** Tracks that a network plays along with and must leave as they are look locked. */
  lock(tracks: ReadonlySet<number>): void {
    if (tracks.size === this.locked.size && [...tracks].every((track) => this.locked.has(track))) return
    this.locked = tracks
    this.makeInks()
    this.repaint()
  }

  private makeInks(): void {
    const styles = trackStyles(this.score.tracks).map((style, i): TrackStyle => (this.locked.has(i) ? { ...style, pattern: 'locked' } : style))
    this.tracks.forEach((track, i) => (track.ink = makeInk(styles[i]!, this.palette, this.ratio)))
  }

  private retheme(): void {
    this.palette = readPalette(this.root)
    this.makeInks()
    this.repaint()
  }

  private followTo(tick: number, from: number | null): void {
    const { view } = this
    const x = view.x(tick)
    if (this.calm.matches) {
      // Without motion the page is turned when the playhead comes to its end.
      if (x < 0 || x > view.width * 0.92) this.setView(view.scrolledTo(tick, view.width * 0.08))
      return
    }
    const jumped = from === null || tick < from || x < 0 || x > view.width
    if (jumped ? x < 0 || x > view.width * FOLLOW_AT : x > view.width * FOLLOW_AT) {
      this.setView(view.scrolledTo(tick, view.width * FOLLOW_AT))
    }
  }

  private leaveFollow(): void {
    this.timeByHand = true
    // Only what moves can be left: before play is pressed one may look around freely.
    if (!this.following || performance.now() - this.movedAt > 250) return
    this.following = false
    this.options.onFollow?.(false)
  }

  // ——— painting ———

  /** Everything is painted anew with the next frame. */
  private repaint(): void {
    this.painted = null
    this.rulerDirty = true
    this.keysShown = ''
    this.wake()
  }

  /** A span of time, in ticks, is out of date. */
  private soil(from: number, to: number): void {
    // In pixels of the content, with room for beads and rounding.
    const px = (tick: number) => LEAD + tick * this.view.scale
    for (const tiles of [this.pitchTiles, this.drumTiles]) tiles.soil(px(from) - 4, px(to) + 16)
  }

  private wake(): void {
    this.frame ||= requestAnimationFrame((time) => {
      this.frame = 0
      this.paint(time)
    })
  }

  private scene(): Scene {
    const { view, rows, palette, tracks, order, ratio } = this
    return { view, rows, palette, tracks, order, metres: this.score.metres, written: this.edge, ratio }
  }

  private paint(time: number): void {
    const elapsed = Math.min(100, time - this.lastTime)
    this.lastTime = time
    if (this.view.width <= 0 || this.view.height <= 0) return
    this.moveEdge(elapsed)
    this.coast(elapsed)
    const scene = this.scene()
    this.paintPicture(scene)
    const moving = this.edge < this.score.length
    const edge = moving && this.edge > 0 && !this.calm.matches ? this.edge : null
    const moment: Moment = { playhead: this.playhead, loop: this.loopOn ? this.loop : null, edge, mark: this.mark, noted: this.noted, pins: this.pins }
    const empty = !this.hand?.shows(scene) && moment.loop === null && moment.edge === null && moment.mark === null && moment.noted === null && !this.isInView(moment.playhead)
    // A transparent canvas costs as much empty as full: it is only touched when it changes.
    if (!empty || !this.overlayEmpty) paintMoment(this.pen(this.overlay), scene, moment)
    if (!empty) this.hand?.paint(this.pen(this.overlay), scene)
    this.overlayEmpty = empty
    if (this.rulerDirty && !this.ruler.hidden) {
      paintRuler(this.pen(this.ruler), scene, this.ruler.height / this.ratio, { ...moment, loop: this.loop }, this.loopOn)
      this.rulerDirty = false
    }
    if (!this.keys.hidden) this.paintKeyboard(scene)
    if (this.labelDirty) this.label()
    this.onPaint?.()
  }

  /** Whether anything of the playhead, or of the notes that it lights, can be seen. */
  private isInView(tick: number | null): boolean {
    return tick !== null && this.view.x(tick) > -this.view.width && this.view.x(tick) < this.view.width + 20
  }

  private pen(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    const pen = canvas.getContext('2d', { alpha: canvas === this.overlay })!
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0)
    return pen
  }

  /** Moves the tiles to where the view is, and paints those that are missing or out of date. */
  private paintPicture(scene: Scene): void {
    const { view, painted } = this
    const same =
      painted && painted.scale === view.scale && painted.rowHeight === view.rowHeight && painted.length === view.length &&
      painted.drumRows === view.drumRows && painted.height === view.height // prettier-ignore
    if (!same) {
      this.pitchTiles.clear()
      this.drumTiles.clear()
    }
    const pitches = view.pitchHeight
    this.pitchTiles.resize(view.width, pitches, this.ratio)
    this.drumTiles.resize(view.width, view.height - pitches, this.ratio)
    this.drumTiles.element.style.top = `${pitches}px`
    // Tiles count from the content's corner; painters count from the view's. One still view is both.
    const still = { ...scene, view: view.atOrigin() }
    const more = this.pitchTiles.show(view.scrollX, view.scrollY, (pen, area) => paintPane(pen, still, 'pitches', area))
    const drums = this.drumTiles.show(view.scrollX, 0, (pen, area) => {
      pen.translate(0, -pitches)
      paintPane(pen, still, 'drums', { ...area, y: pitches })
    })
    this.painted = view
    if (more || drums) this.wake()
  }

  private paintKeyboard(scene: Scene): void {
    const sounding = new Map<number, number>()
    const drums = new Map<number, number>()
    const light = (pitch: number, isDrum: boolean, track: number) =>
      isDrum ? drums.set(this.rows.drumRow(pitch), track) : sounding.set(pitch, track)
    const tick = this.playhead
    if (tick !== null) {
      for (const track of this.order) {
        const { index, isDrum, audible } = this.tracks[track]!
        if (audible) index.between(tick, tick + 1, (note) => note.onset <= tick && light(note.pitch, isDrum, track))
      }
    }
    if (this.pressed && this.tracks[this.pressed.track]) light(this.pressed.pitch, this.pressed.isDrum, this.pressed.track)
    const shown = `${[...sounding].join()} ${[...drums].join()}`
    if (shown === this.keysShown) return
    this.keysShown = shown
    paintKeys(this.pen(this.keys), scene, this.keys.width / this.ratio, sounding, drums)
  }

  /** The edge glides after what is written; what it has passed is painted into the picture. */
  private moveEdge(elapsed: number): void {
    const goal = Math.min(this.written, this.score.length)
    if (this.edge >= goal) {
      if (!this.live && this.edge !== Infinity) {
        this.edge = Infinity
        this.painted = null
      }
      return
    }
    const from = this.edge
    const step = (goal - from) * (1 - Math.exp(-elapsed / 160)) + elapsed * 0.5
    this.edge = this.calm.matches ? goal : Math.min(goal, from + step)
    this.soil(from, this.score.length)
    this.wake()
  }

  /** A flick goes on for a moment. */
  private coast(elapsed: number): void {
    if (Math.abs(this.throwSpeed) < 0.02) return
    this.setView(this.view.scrolled(-this.throwSpeed * elapsed, 0))
    this.throwSpeed *= Math.exp(-elapsed / 260)
  }

  private label(): void {
    this.labelDirty = false
    this.notes.setAttribute('aria-label', this.accessibleName)
    this.summary.replaceChildren(
      ...this.tracks.map(({ track, index, isDrum }) => {
        const item = document.createElement('li')
        let [low, high] = [127, 0]
        for (const { pitch } of index.notes) [low, high] = [Math.min(low, pitch), Math.max(high, pitch)]
        const range = isDrum || !index.length ? '' : interpolate(gettext(', %s to %s'), [pitchName(low), pitchName(high)])
        item.textContent = `${track.name}, ${instrumentName(track)}, ${counted(index.length, 'note')}${range}`
        return item
      }),
    )
    this.walker?.refresh()
  }

  // ——— hands ———

  private listen(): void {
    const { signal } = this.listeners
    this.root.tabIndex = 0
    this.root.setAttribute('role', 'group')
    this.root.setAttribute('aria-label', gettext('Piano roll view: plus and minus zoom, F fits, Control with arrows scrolls'))
    this.notes.dataset.interactive = ''
    this.notes.addEventListener(
      'wheel',
      (event) => {
        const before = this.view
        const box = this.notes.getBoundingClientRect()
        const view = wheeled(before, event, event.clientX - box.left, event.clientY - box.top)
        const turned = view.scale !== before.scale || view.scrollX !== before.scrollX || view.scrollY !== before.scrollY || view.rowHeight !== before.rowHeight
        // At its end the roll lets the page scroll; a zoom never zooms the page.
        if (turned || event.ctrlKey || event.metaKey) event.preventDefault()
        if (!turned) return
        if (view.scrollY !== before.scrollY || view.rowHeight !== before.rowHeight) this.rowsByHand = true
        if (view.scale !== before.scale) this.timeByHand = true
        else if (view.scrollX !== before.scrollX) this.leaveFollow()
        this.setView(view)
      },
      { signal, passive: false },
    )
    listenOnSurface(
      this.notes,
      {
        press: (point, event) => {
          const { x, y } = point
          this.throwSpeed = 0
          if (this.hand) return void (this.held = this.hand.press(this.scene(), point, event))
          const hit = hitTest(this.scene(), x, y)
          if (hit.kind === 'note') this.options.onKeyPress?.(hit.note.pitch, hit.track, hit.note.velocity)
        },
        drag: (dx, dy, point, event) => {
          if (this.held) this.hand?.drag(this.scene(), point, event)
          else this.scrollBy(-dx, this.coarse && !this.hand ? 0 : -dy)
        },
        release: (speed, point, lost) => {
          if (this.held) {
            this.held = false
            if (lost) this.hand?.cancel()
            else this.hand?.release(this.scene(), point)
            return
          }
          this.throwSpeed = this.calm.matches ? 0 : speed
          this.wake()
        },
        pinch: (before, after) => {
          if (this.held) this.hand?.cancel()
          this.held = false
          this.timeByHand = this.rowsByHand = true
          this.setView(pinched(this.view, before, after))
        },
      },
      signal,
    )
    const at = (event: MouseEvent): Point => {
      const box = this.notes.getBoundingClientRect()
      return { x: event.clientX - box.left, y: event.clientY - box.top }
    }
    this.notes.addEventListener(
      'contextmenu',
      (event) => {
        if (!this.hand) return
        event.preventDefault()
        // A long press of a finger is the hand's to notice: not every browser tells of it here.
        if ((event as PointerEvent).pointerType !== 'touch') this.hand.menu(this.scene(), at(event))
      },
      { signal },
    )
    this.notes.addEventListener(
      'pointermove',
      (event) => {
        if (this.hand && !event.buttons) this.notes.style.cursor = this.hand.cursor(this.scene(), at(event))
      },
      { signal },
    )
    this.listenOnRuler(signal)
    this.listenOnKeys(signal)
  }

  /** A finger's up and down is the page's scrolling. */
  private get coarse(): boolean {
    return matchMedia('(pointer: coarse)').matches
  }

  private listenOnRuler(signal: AbortSignal): void {
    let from: number | null = null
    const { ruler } = this
    ruler.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button !== 0) return
        from = event.offsetX
        ruler.setPointerCapture(event.pointerId)
      },
      { signal },
    )
    const intent = (event: PointerEvent) => rulerIntent(this.view, this.score.metres, from!, event.offsetX)
    ruler.addEventListener(
      'pointermove',
      (event) => {
        if (from === null || !this.options.onLoop) return
        const meant = intent(event)
        if (meant.kind === 'loop') this.setLoop(meant.range)
      },
      { signal },
    )
    ruler.addEventListener(
      'pointerup',
      (event) => {
        if (from === null) return
        const meant = intent(event)
        from = null
        if (meant.kind === 'seek') {
          this.options.onSeek?.(meant.tick)
          this.hand?.ruler(meant.tick, event.shiftKey)
        } else this.options.onLoop?.(meant.range)
      },
      { signal },
    )
    ruler.addEventListener('pointercancel', () => (from = null), { signal })
  }

  private listenOnKeys(signal: AbortSignal): void {
    const { keys } = this
    const press = (event: PointerEvent) => {
      const y = event.offsetY
      const row = this.view.drumRow(y)
      const isDrum = row >= 0
      const pitch = isDrum ? this.rows.drums[row]!.pitch : this.view.pitch(y)
      if (this.pressed?.pitch === pitch && this.pressed.isDrum === isDrum) return
      const fits = (i: number) => this.tracks[i]?.isDrum === isDrum
      const track = fits(this.current) ? this.current : this.tracks.findIndex((_, i) => fits(i))
      this.pressed = { pitch, isDrum, track }
      if (track >= 0) this.options.onKeyPress?.(pitch, track, 90)
      this.wake()
    }
    const release = () => {
      this.pressed = null
      this.wake()
    }
    keys.addEventListener(
      'pointerdown',
      (event) => {
        keys.setPointerCapture(event.pointerId)
        press(event)
      },
      { signal },
    )
    // Sliding over the keys plays each of them.
    keys.addEventListener('pointermove', (event) => this.pressed && press(event), { signal })
    keys.addEventListener('pointerup', release, { signal })
    keys.addEventListener('pointercancel', release, { signal })
  }
}
