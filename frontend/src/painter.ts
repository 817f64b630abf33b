/** State in, pixels out. Nothing here remembers anything: what is seen is what was passed in. */

import { isBlackKey, type Note, pitchName } from './note.ts'
import type { NoteIndex } from './noteIndex.ts'
import { css, mix, type Palette, type Rgb } from './palette.ts'
import { type Ink, shadeOf } from './patterns.ts'
import type { Rows } from './rows.ts'
import { barsBetween, beatTicks, type Metre } from './score.ts'
import type { Viewport } from './viewport.ts'

type Pen = CanvasRenderingContext2D
export type TickRange = readonly [start: number, end: number]

export interface PaintedTrack {
  readonly index: NoteIndex
  readonly isDrum: boolean
  readonly ink: Ink
  /** False for a track that does not sound now: it is drawn as a ghost. */
  readonly audible: boolean
  /** A track that sounds and is not worked on while another one is: drawn as a ghost too. */
  readonly aside?: boolean
}

export interface Scene {
  readonly view: Viewport
  readonly rows: Rows
  readonly palette: Palette
  readonly tracks: readonly PaintedTrack[]
  /** Tracks from the bottom to the top of the picture. */
  readonly order: readonly number[]
  readonly metres: readonly Metre[]
  /** How far the piece is written, in ticks; Infinity for a finished one. */
  readonly written: number
  /** The device's pixels a CSS pixel. */
  readonly ratio: number
}

/** A part of the note area, px. */
export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export type Pane = 'pitches' | 'drums'

/** Rows, bars and notes of one area of a pane. The area may lie outside what the view shows now. */
export function paintPane(pen: Pen, scene: Scene, pane: Pane, area: Area): void {
  pen.save()
  pen.beginPath()
  pen.rect(area.x, area.y, area.width, area.height)
  pen.clip()
  if (pane === 'pitches') paintPitchRows(pen, scene, area)
  else paintDrumRows(pen, scene, area)
  paintBars(pen, scene, area)
  paintTracks(pen, scene, pane, area)
  pen.restore()
}

function paintPitchRows(pen: Pen, { view, palette, ratio }: Scene, area: Area): void {
  const { ground, surface, line } = palette
  const snap = (px: number) => Math.round(px * ratio) / ratio
  const bottom = area.y + area.height
  pen.fillStyle = css(mix(ground, surface, 0.62))
  pen.fillRect(area.x, area.y, area.width, area.height)
  const top = view.pitch(area.y)
  pen.fillStyle = css(mix(ground, palette.dark ? [0, 0, 0] : palette.raised, palette.dark ? 0.16 : 0.75))
  for (let pitch = top; pitch >= 0 && view.y(pitch) < bottom; pitch--) {
    if (!isBlackKey(pitch)) continue
    const y = snap(view.y(pitch))
    pen.fillRect(area.x, y, area.width, snap(view.y(pitch - 1)) - y)
  }
  pen.fillStyle = css(line, 0.75)
  for (let pitch = top; pitch >= 0 && view.y(pitch) < bottom; pitch--) {
    // Octaves begin at C.
    if (pitch % 12 === 0) pen.fillRect(area.x, snap(view.y(pitch - 1)), area.width, 1 / ratio)
  }
}

function paintDrumRows(pen: Pen, { view, palette }: Scene, area: Area): void {
  for (let row = 0; row < view.drumRows; row++) {
    pen.fillStyle = css(drumGround(palette, row))
    pen.fillRect(area.x, view.drumY(row), area.width, view.drumRowHeight)
  }
}

function drumGround({ ground, surface }: Palette, row: number): Rgb {
  return mix(ground, surface, row % 2 ? 0.62 : 0.2)
}

function paintBars(pen: Pen, { view, palette, metres, written, ratio }: Scene, area: Area): void {
  const { line } = palette
  const hair = 1 / ratio
  const snap = (px: number) => Math.round(px * ratio) / ratio
  const right = area.x + area.width
  const from = Math.max(0, view.tick(area.x) - 1)
  const end = view.length
  const to = Math.min(view.tick(right) + 1, end + 1)
  for (const bar of barsBetween(metres, from, to)) {
    const beat = beatTicks(bar.metre) * view.scale
    if (beat < 9) continue
    const parts = beat >= 64 ? 4 : beat >= 36 ? 2 : 1
    const step = beatTicks(bar.metre) / parts
    for (let tick = bar.start + step, part = 1; tick < Math.min(bar.end, end); tick += step, part++) {
      pen.fillStyle = css(line, part % parts === 0 ? 0.72 : 0.3)
      pen.fillRect(snap(view.x(tick)), area.y, hair, area.height)
    }
  }
  const every = barEvery(view, metres)
  pen.fillStyle = css(mix(line, palette.muted, 0.22))
  for (const bar of barsBetween(metres, from, to)) {
    // Zoomed far out, bar lines would close to a wall: every fourth or sixteenth stands for its group.
    if ((bar.number - 1) % every === 0) pen.fillRect(snap(view.x(bar.start)), area.y, Math.max(hair, snap(1)), area.height)
  }
  // What is not written yet, and what lies behind the end, stays in the dark.
  const lit = Math.min(written, end)
  const edge = Math.max(area.x, snap(view.x(lit)))
  if (edge >= right) return
  pen.fillStyle = css(palette.ground, lit < end ? 0.62 : 0.8)
  pen.fillRect(edge, area.y, right - edge, area.height)
}

/** Only every n-th bar line and number is drawn when bars are narrow. */
export function barEvery(view: Viewport, metres: readonly Metre[]): number {
  const metre = metres[0] ?? { tick: 0, numerator: 4, denominator: 4 }
  const width = beatTicks(metre) * metre.numerator * view.scale
  let every = 1
  while (width * every < 26) every *= every === 1 ? 2 : every === 2 ? 2 : 4
  return every
}

/** A note's rectangle on the picture, on whole device pixels. */
export interface NoteBox {
  x: number
  y: number
  width: number
  height: number
}

export function noteBox(scene: Pick<Scene, 'view' | 'rows' | 'ratio'>, note: Note, isDrum: boolean, box: NoteBox): NoteBox {
  const { view, rows, ratio } = scene
  const snap = (px: number) => Math.round(px * ratio) / ratio
  const x = snap(view.x(note.onset))
  const top = snap(rows.y(view, note.pitch, isDrum))
  if (isDrum) return drumBox(view, note, x, top, box)
  const row = view.rowHeight
  const gap = row >= 7 ? 1 : 0.5
  const full = snap(view.x(note.onset + note.duration)) - x
  box.x = x
  // A sliver between notes shows that the second is struck anew.
  box.width = Math.max(2, full > 5 ? full - 1 : full - 0.5)
  box.y = top + gap / 2
  box.height = Math.max(2, Math.floor(row * ratio) / ratio - gap)
  return box
}

/** A drum has no length to speak of: strokes are beads, louder ones larger, never wider than a sixteenth. */
function drumBox(view: Viewport, note: Note, x: number, top: number, box: NoteBox): NoteBox {
  const row = view.drumRowHeight
  const room = 120 * view.scale - 1
  const size = Math.min(row - 2, 14) * (0.68 + 0.32 * Math.min(1, note.velocity / 110))
  const bead = room >= size * 0.75
  box.x = x
  box.width = bead ? size : Math.max(2, Math.min(room, size * 0.5))
  box.height = bead ? size : row - 3
  box.y = top + (row - box.height) / 2
  return box
}

function paintTracks(pen: Pen, scene: Scene, pane: Pane, area: Area): void {
  const { view, tracks, order, written } = scene
  // A bead is wider than its note is long.
  const from = view.tick(area.x - 16)
  const to = Math.min(written, view.tick(area.x + area.width + 2))
  const box: NoteBox = { x: 0, y: 0, width: 0, height: 0 }
  for (const ghosts of [true, false]) {
    for (const track of order) {
      const painted = tracks[track]!
      if (painted.isDrum !== (pane === 'drums') || isGhost(painted) !== ghosts) continue
      anchor(scene, painted.ink)
      painted.index.between(from, to, (note) => {
        noteBox(scene, note, painted.isDrum, box)
        if (box.y < area.y + area.height && box.y + box.height > area.y) paintNote(pen, painted, note, box)
      })
    }
  }
}

/** Ties patterns to the content, so that they travel with the notes. */
function anchor({ view, ratio }: Scene, ink: Ink): void {
  const x = Math.round(view.x(0) * ratio) / ratio
  const y = Math.round(view.y(127) * ratio) / ratio
  const matrix = new DOMMatrix([1 / ratio, 0, 0, 1 / ratio, x, y])
  for (const fill of ink.fills) fill?.setTransform(matrix)
}

function isGhost({ audible, aside }: PaintedTrack): boolean {
  return !audible || aside === true
}

function paintNote(pen: Pen, painted: PaintedTrack, note: Note, box: NoteBox): void {
  const { ink, isDrum } = painted
  const { x, y, width, height } = box
  const shade = shadeOf(note.velocity)
  const small = isDrum ? width < 3 : width < 5 || height < 3.5
  if (isGhost(painted)) {
    pen.fillStyle = ink.ghost
    if (small) pen.fillRect(x, y, width, height)
    else fillRound(pen, x, y, width, height, radius(width, height, isDrum))
    return
  }
  if (small) {
    pen.fillStyle = ink.plain[shade]!
    pen.fillRect(x, y, width, height)
    return
  }
  const r = radius(width, height, isDrum)
  pen.fillStyle = ink.fills[shade] ?? ink.plain[shade]!
  fillRound(pen, x, y, width, height, r)
  if (ink.borders) {
    pen.strokeStyle = ink.borders[shade]!
    pen.lineWidth = 1.25
    pen.beginPath()
    pen.roundRect(x + 0.625, y + 0.625, width - 1.25, height - 1.25, Math.max(0, r - 0.625))
    pen.stroke()
  }
  if (!isDrum && width >= 9 && height >= 5) {
    pen.fillStyle = ink.onset
    fillRound(pen, x, y, 2.5, height, [r, 0, 0, r])
  }
}

function radius(width: number, height: number, isDrum: boolean): number {
  return isDrum ? Math.min(width, height) / 2 : Math.min(3.5, height * 0.32, width / 2)
}

function fillRound(pen: Pen, x: number, y: number, width: number, height: number, r: number | number[]): void {
  pen.beginPath()
  pen.roundRect(x, y, width, height, r)
  pen.fill()
}

export interface Moment {
  /** Null while nothing is played. */
  readonly playhead: number | null
  readonly loop: TickRange | null
  /** The moving edge of a piece that is being written, in ticks; null when there is none. */
  readonly edge: number | null
  /** The note that the cursor of the keys is on. */
  readonly mark: Mark | null
  /** Notes that somebody chose, or wrote about. */
  readonly noted: Noted | null
  /** Where people wrote about the piece, in ticks. */
  readonly pins: readonly number[]
}

/** Notes of a piece: of each track, by its number, onset and pitch as `noteKey` joins them. */
export type Noted = ReadonlyMap<number, ReadonlySet<number>>

export const noteKey = ({ onset, pitch }: Pick<Note, 'onset' | 'pitch'>): number => onset * 128 + pitch

export interface Mark {
  readonly track: number
  readonly note: Note
}

/** What moves over the picture: the loop, the soft edge, the notes that sound, the playhead. */
export function paintMoment(pen: Pen, scene: Scene, { playhead, loop, edge, mark, noted }: Moment): void {
  const { view, palette } = scene
  pen.clearRect(0, 0, view.width, view.height)
  if (loop) paintLoop(pen, scene, loop)
  if (edge !== null) paintEdge(pen, scene, edge)
  if (noted) paintNoted(pen, scene, noted)
  if (mark) paintMark(pen, scene, mark)
  if (playhead === null) return
  paintSounding(pen, scene, playhead)
  const x = Math.round(view.x(playhead) * scene.ratio) / scene.ratio
  if (x < -2 || x > view.width + 2) return
  pen.fillStyle = css(palette.accent, 0.16)
  pen.fillRect(x - 2, 0, 5, view.height)
  pen.fillStyle = css(palette.accent)
  pen.fillRect(x - 0.5, 0, 1.5, view.height)
}

function paintLoop(pen: Pen, { view, palette }: Scene, [start, end]: TickRange): void {
  const a = view.x(start)
  const b = view.x(end)
  pen.fillStyle = css(palette.ground, palette.dark ? 0.45 : 0.55)
  if (a > 0) pen.fillRect(0, 0, a, view.height)
  if (b < view.width) pen.fillRect(b, 0, view.width - b, view.height)
  pen.fillStyle = css(palette.accent, 0.5)
  pen.fillRect(Math.round(a), 0, 1, view.height)
  pen.fillRect(Math.round(b), 0, 1, view.height)
}

/** Width of the glow behind the edge, px. */
const GLOW = 120

function paintEdge(pen: Pen, scene: Scene, edge: number): void {
  const { view, palette } = scene
  const x = view.x(edge)
  if (x < 0 || x - GLOW > view.width) return
  const glow = pen.createLinearGradient(x - GLOW, 0, x, 0)
  glow.addColorStop(0, css(palette.accent, 0))
  glow.addColorStop(1, css(palette.accent, palette.dark ? 0.13 : 0.16))
  pen.fillStyle = glow
  pen.fillRect(x - GLOW, 0, GLOW, view.height)
  // Notes that have just come are still bright; they settle as the edge moves on.
  const box: NoteBox = { x: 0, y: 0, width: 0, height: 0 }
  const from = view.tick(x - GLOW)
  for (const track of scene.order) {
    const { index, isDrum, ink, audible } = scene.tracks[track]!
    if (!audible) continue
    pen.fillStyle = ink.lit
    index.between(from, edge, (note) => {
      if (note.onset < from) return
      noteBox(scene, note, isDrum, box)
      if (!isDrum && box.y > view.pitchHeight) return
      pen.globalAlpha = 0.75 * Math.max(0, 1 - (x - box.x) / GLOW)
      fillRound(pen, box.x, box.y, box.width, box.height, radius(box.width, box.height, isDrum))
    })
  }
  pen.globalAlpha = 1
}

/** Notes that somebody chose, or wrote about, lit and with an edge. */
function paintNoted(pen: Pen, scene: Scene, noted: Noted): void {
  const { view, palette, tracks } = scene
  const box: NoteBox = { x: 0, y: 0, width: 0, height: 0 }
  pen.strokeStyle = css(palette.ink)
  pen.fillStyle = css(palette.accent, 0.45)
  pen.lineWidth = 2
  for (const [track, keys] of noted) {
    const shown = tracks[track]
    shown?.index.between(view.tick(-20), view.tick(view.width + 2), (note) => {
      if (!keys.has(noteKey(note))) return
      noteBox(scene, note, shown.isDrum, box)
      if (!shown.isDrum && box.y > view.pitchHeight) return
      pen.beginPath()
      pen.roundRect(box.x - 1, box.y - 1, box.width + 2, box.height + 2, 4)
      pen.fill()
      pen.stroke()
    })
  }
}

/** A ring around one note, away from its edge so that it shows on every colour. */
function paintMark(pen: Pen, scene: Scene, { track, note }: Mark): void {
  const painted = scene.tracks[track]
  if (!painted) return
  const { x, y, width, height } = noteBox(scene, note, painted.isDrum, { x: 0, y: 0, width: 0, height: 0 })
  pen.lineWidth = 2
  pen.strokeStyle = css(scene.palette.accent)
  pen.beginPath()
  pen.roundRect(x - 3, y - 3, width + 6, height + 6, 6)
  pen.stroke()
}

function paintSounding(pen: Pen, scene: Scene, tick: number): void {
  const box: NoteBox = { x: 0, y: 0, width: 0, height: 0 }
  const { view } = scene
  for (const track of scene.order) {
    const { index, isDrum, ink, audible } = scene.tracks[track]!
    if (!audible) continue
    index.between(tick, tick + 1, (note) => {
      if (note.onset > tick) return
      noteBox(scene, note, isDrum, box)
      if (!isDrum && box.y + box.height > view.pitchHeight + 1) return
      const r = radius(box.width, box.height, isDrum)
      pen.fillStyle = ink.halo
      fillRound(pen, box.x - 3, box.y - 3, box.width + 6, box.height + 6, r + 3)
      pen.fillStyle = ink.lit
      fillRound(pen, box.x, box.y, box.width, box.height, r)
    })
  }
}

/** Half as wide as the mark of a comment, px. */
const PIN = 3.5

/** Bar numbers, metres, the loop and where people wrote, on top. */
export function paintRuler(pen: Pen, scene: Scene, height: number, { playhead, loop, pins }: Moment, loopOn: boolean): void {
  const { view, palette, metres, ratio } = scene
  const hair = 1 / ratio
  const snap = (px: number) => Math.round(px * ratio) / ratio
  pen.fillStyle = css(palette.ground)
  pen.fillRect(0, 0, view.width, height)
  pen.fillStyle = css(palette.line)
  pen.fillRect(0, height - hair, view.width, hair)

  if (loop) {
    const a = view.x(loop[0])
    const b = view.x(loop[1])
    pen.fillStyle = css(palette.accent, loopOn ? 0.2 : 0.07)
    pen.fillRect(a, 0, b - a, height)
    pen.fillStyle = css(palette.accent, loopOn ? 1 : 0.4)
    pen.fillRect(a, height - 3, b - a, 3)
  }

  pen.font = `500 11px ${palette.font}`
  pen.textBaseline = 'middle'
  const every = barEvery(view, metres)
  const from = view.tick(-40)
  let label = -Infinity
  let metre: Metre | null = null
  for (const bar of barsBetween(metres, Math.max(0, from), Math.min(view.tick(view.width), view.length))) {
    const x = snap(view.x(bar.start))
    const changed = metre !== null && bar.metre !== metre
    metre = bar.metre
    const beat = beatTicks(bar.metre) * view.scale
    if (beat >= 14) {
      pen.fillStyle = css(palette.line)
      for (let tick = bar.start + beatTicks(bar.metre); tick < bar.end; tick += beatTicks(bar.metre)) {
        pen.fillRect(snap(view.x(tick)), height - 5, hair, 5)
      }
    }
    if ((bar.number - 1) % every !== 0 && !changed) continue
    pen.fillStyle = css(mix(palette.line, palette.muted, 0.5))
    pen.fillRect(x, height - 10, Math.max(hair, snap(1)), 10)
    if (x < label) continue
    pen.fillStyle = css(palette.muted)
    const text = String(bar.number)
    pen.fillText(text, x + 4, height / 2 - 2)
    label = x + pen.measureText(text).width + 12
    if (changed || bar.start === 0) {
      const sign = `${bar.metre.numerator}/${bar.metre.denominator}`
      pen.fillStyle = css(palette.muted, 0.6)
      pen.fillText(sign, label, height / 2 - 2)
      label += pen.measureText(sign).width + 8
    }
  }
  pen.fillStyle = css(palette.accent)
  for (const tick of pins) {
    const x = view.x(tick)
    if (x < -PIN || x > view.width + PIN) continue
    pen.beginPath()
    pen.arc(x, PIN + 1, PIN, 0, 2 * Math.PI)
    pen.fill()
  }
  if (playhead === null) return
  const x = snap(view.x(playhead)) + 0.25
  pen.fillStyle = css(palette.accent)
  pen.beginPath()
  pen.moveTo(x - 5, height - 9)
  pen.lineTo(x + 5, height - 9)
  pen.lineTo(x, height)
  pen.fill()
}

/** The keyboard and the drums' names, at the left. `sounding` maps lit keys to their track. */
export function paintKeys(pen: Pen, scene: Scene, width: number, sounding: ReadonlyMap<number, number>, drums: ReadonlyMap<number, number>): void {
  const { view, rows, palette, ratio } = scene
  const snap = (px: number) => Math.round(px * ratio) / ratio
  const hair = 1 / ratio
  const white = palette.dark ? mix(palette.ground, palette.ink, 0.2) : mix(palette.surface, palette.ink, 0.02)
  const black = palette.dark ? mix(palette.ground, [0, 0, 0], 0.35) : mix(palette.surface, palette.ink, 0.82)
  const seam = palette.dark ? palette.ground : palette.line
  pen.fillStyle = css(palette.ground)
  pen.fillRect(0, 0, width, view.height)

  pen.save()
  pen.beginPath()
  pen.rect(0, 0, width, view.pitchHeight)
  pen.clip()
  const top = view.pitch(0)
  const bottom = view.pitch(view.pitchHeight)
  const row = view.rowHeight
  pen.fillStyle = css(white)
  pen.fillRect(0, 0, width, view.pitchHeight)
  for (let pitch = top; pitch >= bottom; pitch--) {
    const track = sounding.get(pitch)
    if (track !== undefined && !isBlackKey(pitch)) {
      pen.fillStyle = scene.tracks[track]!.ink.plain[5]!
      pen.fillRect(0, view.y(pitch), width, row)
    }
    // White keys meet in the middle of a black one, and between E and F, B and C.
    const below = pitch % 12
    pen.fillStyle = css(seam)
    if (below === 0 || below === 5) pen.fillRect(0, snap(view.y(pitch) + row) - hair, width, hair)
    else if (isBlackKey(pitch)) pen.fillRect(0, snap(view.y(pitch) + row / 2), width, hair)
  }
  const short = Math.round(width * 0.6)
  for (let pitch = top; pitch >= bottom; pitch--) {
    if (!isBlackKey(pitch)) continue
    const track = sounding.get(pitch)
    pen.fillStyle = track === undefined ? css(black) : scene.tracks[track]!.ink.plain[5]!
    const y = snap(view.y(pitch))
    fillRound(pen, 0, y, short, Math.max(1, snap(view.y(pitch) + row) - y), [0, 2, 2, 0])
  }
  pen.textBaseline = 'middle'
  pen.textAlign = 'right'
  pen.font = `500 ${Math.min(10, Math.max(8, row))}px ${palette.font}`
  for (let pitch = top; pitch >= bottom; pitch--) {
    if (pitch % 12 !== 0 || row * 12 < 20) continue
    pen.fillStyle = sounding.has(pitch) ? css(palette.ground) : css(palette.dark ? mix(palette.muted, palette.ink, 0.3) : palette.muted)
    pen.fillText(pitchName(pitch), width - 5, view.y(pitch) + row / 2 + 0.5)
  }
  pen.restore()

  if (view.drumRows) {
    const height = view.drumRowHeight
    pen.textAlign = 'right'
    pen.textBaseline = 'middle'
    pen.font = `500 ${Math.min(11, Math.max(8, height - 3))}px ${palette.font}`
    rows.drums.forEach(({ name }, i) => {
      const y = view.drumY(i)
      const track = drums.get(i)
      pen.fillStyle = css(drumGround(palette, i))
      pen.fillRect(0, y, width, height)
      pen.fillStyle = track === undefined ? css(palette.muted) : scene.tracks[track]!.ink.lit
      if (height >= 8) pen.fillText(name, width - 5, y + height / 2 + 0.5, width - 8)
    })
    pen.fillStyle = css(mix(palette.line, palette.muted, 0.3))
    if (view.hasPitches) pen.fillRect(0, snap(view.pitchHeight), width, 1)
  }
  pen.fillStyle = css(palette.line)
  pen.fillRect(width - hair, 0, hair, view.height)
  pen.textAlign = 'left'
}
