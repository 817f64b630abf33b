import { hitTest, type Hit } from '../hitTest.ts'
import type { Note } from '../note.ts'
import type { Point } from '../gestures.ts'
import type { Scene } from '../painter.ts'
import type { Hand } from '../PianoRoll.ts'
import { barsBetween, placeAt } from '../score.ts'
import * as changes from './changes.ts'
import { type Drag, dragged, type Spot } from './drags.ts'
import type { Editor } from './Editor.ts'
import { type Band, paintEditing } from './paintEditing.ts'
import { snapped, stepOf } from './snap.ts'
import { gettext, interpolate } from '../words.ts'

const words = {
  draw: gettext('Draw a note'),
  move: (n: number) => (n === 1 ? gettext('Move a note') : interpolate(gettext('Move %s notes'), [n])),
  resize: (n: number) => (n === 1 ? gettext('Change the length of a note') : interpolate(gettext('Change the length of %s notes'), [n])),
}

/** A second press on the same note within this time (ms) deletes it. */
const DOUBLE = 350
/** A finger that rests for so long (ms) asks for the menu. */
const LONG = 500
/** Movements shorter than this are none, px. */
const STILL = 5
/** So many chosen notes are looked at one by one to see whether any is in view. */
const FEW = 64

export interface EditHandOptions {
  /** A finger rested on the notes. */
  onMenu(point: Point): void
  /** The notes are about to be worked on. */
  onPress(): void
  /** Another track's note was pressed. */
  onTrack(track: number): void
}

type Begun =
  | { readonly kind: 'band'; readonly from: Point; to: Point; readonly keep: ReadonlySet<Note> }
  | { readonly kind: 'note'; readonly drag: Drag; row: number; moved: boolean; readonly toggled: boolean }

/** The pointer's part of editing: presses and drags on the notes become steps of the editor. */
export class EditHand implements Hand {
  private begun: Begun | null = null
  private from: Point = { x: 0, y: 0 }
  private last: { note: Note; time: number } | null = null
  private resting: ReturnType<typeof setTimeout> | null = null

  constructor(
    private readonly editor: Editor,
    private readonly options: EditHandOptions,
  ) {}

  press(scene: Scene, point: Point, event: PointerEvent): boolean {
    if (event.button === 1) return false
    this.from = point
    const { editor } = this
    this.options.onPress()
    const hit = this.hit(scene, point)
    if (event.pointerType === 'touch') this.rest(point)
    if (hit.kind === 'note' && this.isDouble(hit.note, event.timeStamp)) {
      this.stopResting()
      editor.choose([hit.note], { silently: true })
      editor.remove()
      return true
    }
    if (hit.kind === 'note') this.grasp(scene, hit, point, event)
    else if (editor.mode === 'pencil') this.draw(scene, point)
    else this.begun = { kind: 'band', from: point, to: point, keep: event.shiftKey ? editor.selected : new Set() }
    return true
  }

  drag(scene: Scene, point: Point, event: PointerEvent): void {
    const { begun, editor } = this
    if (Math.hypot(point.x - this.from.x, point.y - this.from.y) > STILL) this.stopResting()
    else if (event.pointerType === 'touch' && begun?.kind === 'note' && !begun.moved) return
    if (begun?.kind === 'band') {
      begun.to = point
      const caught = [...begun.keep, ...this.caught(scene, begun)]
      editor.choose(caught, { silently: true })
    } else if (begun?.kind === 'note') {
      begun.moved = true
      const to = this.spot(scene, point)
      const grid = event.altKey ? 0 : editor.grid
      editor.preview((score) => dragged(score, begun.drag, to, grid, editor.shift))
      // A note that comes to another row is heard.
      if (begun.drag.kind === 'move' && to.row !== begun.row) {
        begun.row = to.row
        const { only } = editor
        if (only) editor.sound(only.pitch, only.velocity)
      }
    }
  }

  release(scene: Scene, _point: Point): void {
    this.stopResting()
    const { begun, editor } = this
    this.begun = null
    if (begun?.kind === 'band') {
      editor.choose(editor.selected)
      this.mark(scene, begun)
    }
    if (begun?.kind !== 'note') return
    const { drag } = begun
    const n = editor.selected.size
    const label = drag.kind === 'draw' ? words.draw : drag.kind === 'move' ? words.move(n) : words.resize(n)
    if (!begun.moved && !begun.toggled && drag.kind !== 'draw') editor.choose([drag.note], { silently: true })
    if (!editor.settle(label)) editor.abandon()
    const { only } = editor
    if (!only) return
    if (drag.kind !== 'move') editor.remember(only.duration)
    editor.choose([only])
    if (drag.kind === 'draw') this.last = null
  }

  cancel(): void {
    this.stopResting()
    this.begun = null
    this.editor.abandon()
  }

  menu(scene: Scene, point: Point): void {
    const hit = this.hit(scene, point)
    if (hit.kind !== 'note') return
    if (!this.editor.selected.has(hit.note)) this.editor.choose([hit.note], { silently: true })
    this.editor.remove()
  }

  cursor(scene: Scene, point: Point): string {
    const hit = this.hit(scene, point)
    if (hit.kind === 'note') return hit.part === 'end' ? 'ew-resize' : 'move'
    return this.editor.mode === 'pencil' ? 'crosshair' : 'default'
  }

  ruler(tick: number, extend: boolean): void {
    const { metres } = this.editor.score
    const { start } = placeAt(metres, tick)
    const bar = barsBetween(metres, start, start + 1).next().value
    if (bar) this.editor.chooseBar(bar.start, bar.end, extend)
  }

  shows({ view }: Scene): boolean {
    const { selected, caret, marked } = this.editor
    if (this.begun || selected.size > FEW) return true
    const isInView = (from: number, to: number) => view.x(to) > -4 && view.x(from) < view.width + 4
    if (marked && isInView(...marked)) return true
    if (!selected.size) return isInView(caret.tick, caret.tick + this.editor.newLength)
    for (const { onset, duration } of selected) if (isInView(onset, onset + duration)) return true
    return false
  }

  paint(pen: CanvasRenderingContext2D, scene: Scene): void {
    const band: Band | null = this.begun?.kind === 'band' ? this.begun : null
    paintEditing(pen, scene, this.editor, band)
  }

  /** The note of the track that is worked on under a point; in select mode one of another track too. */
  private hit(scene: Scene, { x, y }: Point): Hit {
    const own = hitTest({ ...scene, order: [this.editor.track] }, x, y)
    return own.kind === 'note' || this.editor.mode === 'pencil' ? own : hitTest(scene, x, y)
  }

  private grasp(scene: Scene, hit: Extract<Hit, { kind: 'note' }>, point: Point, event: PointerEvent): void {
    const { editor } = this
    if (hit.track !== editor.track) this.options.onTrack(hit.track)
    const { note } = hit
    const toggles = event.shiftKey || event.ctrlKey || event.metaKey
    if (toggles) {
      const rest = [...editor.selected].filter((one) => one !== note)
      editor.choose(editor.selected.has(note) ? rest : [...rest, note])
      if (!editor.selected.has(note)) return
    } else if (!editor.selected.has(note)) editor.choose([note], { silently: true })
    editor.sound(note.pitch, note.velocity)
    const from = this.spot(scene, point)
    this.begun = {
      kind: 'note',
      drag: { kind: hit.part === 'end' ? 'resize' : 'move', note, chosen: editor.selected, from },
      row: from.row,
      moved: false,
      toggled: toggles,
    }
  }

  private draw(scene: Scene, point: Point): void {
    const { editor } = this
    const from = this.spot(scene, point)
    const pitch = pitchAt(scene, point, editor.isDrum)
    if (pitch === null) return
    const onset = snapped(editor.score.metres, from.tick, editor.grid, 'before')
    const note: Note = { onset, duration: editor.newLength, pitch, velocity: 90, origin: 'human' }
    const drag: Drag = { kind: 'draw', track: editor.track, note, from }
    editor.preview((score) => dragged(score, drag, from, editor.grid, editor.shift))
    editor.sound(pitch)
    this.begun = { kind: 'note', drag, row: from.row, moved: true, toggled: false }
  }

  /** The time that a box covers, in whole steps of the grid. A mere press marks nothing. */
  private mark({ view }: Scene, { from, to }: { from: Point; to: Point }): void {
    if (Math.abs(from.x - to.x) <= STILL) return
    const { metres } = this.editor.score
    const start = snapped(metres, view.tick(Math.min(from.x, to.x)), this.editor.grid, 'before')
    const last = snapped(metres, view.tick(Math.max(from.x, to.x)), this.editor.grid, 'before')
    this.editor.mark(start, last + stepOf(this.editor.grid))
  }

  private caught(scene: Scene, { from, to }: { from: Point; to: Point }): Set<Note> {
    const { view, rows } = scene
    const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)]
    const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)]
    return changes.within(this.editor.score, view.tick(left), view.tick(right), [this.editor.track], (pitch, isDrum) => {
      const y = rows.y(view, pitch, isDrum)
      return y + (isDrum ? view.drumRowHeight : view.rowHeight) > top && y < bottom
    })
  }

  private spot(scene: Scene, { x, y }: Point): Spot {
    const { view } = scene
    const row = this.editor.isDrum ? -Math.floor((y - view.pitchHeight) / Math.max(1, view.drumRowHeight)) : view.pitch(y)
    return { tick: Math.max(0, view.tick(x)), row }
  }

  private isDouble(note: Note, time: number): boolean {
    const last = this.last
    this.last = { note, time }
    return last !== null && last.note === note && time - last.time < DOUBLE
  }

  private rest(point: Point): void {
    this.stopResting()
    this.resting = setTimeout(() => {
      const { begun } = this
      // A press that drew a note meant the menu after all.
      this.begun = null
      if (begun?.kind === 'note') this.editor.abandon()
      this.options.onMenu(point)
    }, LONG)
  }

  private stopResting(): void {
    if (this.resting) clearTimeout(this.resting)
    this.resting = null
  }
}

/** The pitch that is drawn at a point; null where the track has no rows: drums are drawn among drums. */
function pitchAt({ view, rows }: Scene, { y }: Point, isDrum: boolean): number | null {
  const row = view.drumRow(y)
  if (isDrum) return row < 0 ? null : (rows.drums[row]?.pitch ?? null)
  return row < 0 ? view.pitch(y) : null
}
