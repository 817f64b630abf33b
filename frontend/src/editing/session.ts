/** Editing on a page: joins the editor to roll, player, grid, bar and lane, keeps the work, and saves it. */
import { ApiError } from '../api.ts'
import type { Point } from '../gestures.ts'
import { focusOf } from '../keys.ts'
import type { NoteGrid } from '../NoteGrid.ts'
import type { PianoRoll } from '../PianoRoll.ts'
import type { Player } from '../Player.ts'
import { placeAt, barsBetween, type Score } from '../score.ts'
import { toast } from '../toast.ts'
import type { Shift } from './changes.ts'
import './EditBar.ts'
import './HandsBar.ts'
import './InfillBar.ts'
import type { EditBar } from './EditBar.ts'
import { EditHand } from './EditHand.ts'
import { editAction, type EditAction } from './editKeys.ts'
import { Editor } from './Editor.ts'
import { Hands } from './Hands.ts'
import { Infill } from './Infill.ts'
import type { Stretch } from './infilling.ts'
import { editBetween, isSame, placeOf } from './edit.ts'
import { type History, NO_HISTORY } from './history.ts'
import { popMenu } from './menu.ts'
import { relocked, reordered, restored, WorkStore } from './store.ts'
import { askTranspose } from './transposeDialog.ts'
import { VelocityLane } from './VelocityLane.ts'
import { gettext } from '../words.ts'

const words = {
  before: gettext('Changes that were not saved'),
  waiting: gettext('You have changes here that were never saved. Redo brings them back.'),
  failed: gettext('It could not be saved. Your changes are kept in this browser.'),
  full: gettext('This browser has no room to keep your changes. Save them soon.'),
  back: gettext('Your changes from before are here again.'),
  menu: { cut: gettext('Cut'), copy: gettext('Copy'), paste: gettext('Paste'), duplicate: gettext('Duplicate'), delete: gettext('Delete'), all: gettext('Select all'), quantise: gettext('Quantise'), lock: gettext('Lock or unlock'), infill: gettext('Play anew') },
}

/** Steps that come together are kept together, ms. */
const KEEP_AFTER = 300

const OF_A_NOTE = new Set<EditAction>([
  'previous', 'next', 'up', 'down', 'octaveUp', 'octaveDown', 'earlier', 'later', 'longer', 'shorter', 'louder', 'softer', 'delete', 'copy', 'cut', 'duplicate', 'lock',
]) // prettier-ignore

export interface EditOptions {
  /** Names the work in the browser's store: the piece's code. */
  readonly code: string
  /** The version of the notes that the player has; '' for a piece that was never saved. */
  readonly etag: string
  /** Sends the notes to the server. Answers with their new version. */
  save(score: Score): Promise<string>
  /** A band is there to play bars anew. */
  readonly mayInfill?: boolean
  /** Nothing is said of work that was found here. */
  readonly quiet?: boolean
  /** "Done" was pressed; without it there is no such button. */
  onDone?(): void
}

export class EditSession {
  readonly editor: Editor
  readonly bar: EditBar
  readonly hands: Hands
  private readonly listeners = new AbortController()
  private readonly lane: VelocityLane
  private readonly infill: Infill
  private store: WorkStore
  private etag: string
  private timer: ReturnType<typeof setTimeout> | null = null
  private saving = false
  private places: readonly number[] | null = null

  constructor(
    private readonly player: Player,
    private readonly roll: PianoRoll,
    private readonly grid: NoteGrid,
    places: { readonly tools: HTMLElement; readonly lane: HTMLElement },
    private readonly options: EditOptions,
  ) {
    const { signal } = this.listeners
    this.etag = options.etag
    this.store = new WorkStore(options.code, localStorage)
    const { score, history, dirty } = this.takeUp(player.score)
    this.editor = new Editor(score, { history, dirty, shift: drumShift(roll), sound: (track, pitch, velocity) => void player.audition(track, pitch, velocity) })
    this.editor.track = player.currentTrack
    this.bar = document.createElement('ostinato-edit-bar')
    this.bar.editor = this.editor
    this.bar.closable = options.onDone !== undefined
    // Letters that play come before letters that mean something else.
    this.hands = new Hands(player, roll, this.editor, signal)
    const handsBar = document.createElement('ostinato-hands-bar')
    handsBar.hands = this.hands
    handsBar.hidden = true
    this.bar.below = handsBar
    this.infill = new Infill(this.editor, player)
    this.infill.addEventListener('change', () => roll.fitPitches(), { signal })
    this.bar.mayInfill = options.mayInfill ?? false
    const infillBar = document.createElement('ostinato-infill-bar')
    infillBar.infill = this.infill
    places.tools.append(this.bar, handsBar, infillBar)
    signal.addEventListener('abort', () => {
      handsBar.remove()
      infillBar.remove()
    })
    this.lane = new VelocityLane(places.lane, roll, this.editor)
    const hand = new EditHand(this.editor, {
      onMenu: (point) => this.popMenu(point),
      onPress: () => this.leaveTried(),
      onTrack: (track) => player.setCurrentTrack(track),
    })
    roll.setHand(hand)
    roll.onPaint = () => this.lane.paint()
    this.listen(signal)
    this.follow(signal)
    if (score !== player.score) this.show()
    this.render()
  }

  /** The notes as they stand are sent to the server. */
  async save(): Promise<void> {
    if (this.saving || !this.editor.dirty) return
    this.saving = true
    this.bar.trouble = ''
    this.render()
    const { score } = this.editor
    try {
      this.etag = await this.options.save(score)
      // What was done meanwhile is not saved yet.
      if (this.editor.score === score) this.editor.saved()
    } catch (error) {
      this.bar.trouble = error instanceof ApiError ? error.message : words.failed
      toast(this.bar.trouble)
    } finally {
      this.saving = false
      this.keep()
      this.render()
    }
  }

  /** The work goes on under another name: a drawing has become a piece, whose tracks may stand in other `places`. */
  moveTo(code: string, etag: string, places?: readonly number[]): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    this.store.forget()
    this.etag = etag
    this.store = new WorkStore(code, localStorage)
    this.places = places ?? null
    const { score, history } = this.ordered
    this.store.keep(etag, false, score, history)
  }

  /** All that was done here is forgotten. */
  forget(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    this.store.forget()
  }

  stop(): void {
    if (this.listeners.signal.aborted) return
    this.infill.leave()
    if (this.timer) this.keep()
    this.listeners.abort()
    this.roll.setHand(null)
    this.roll.onPaint = null
    this.grid.onCursor = null
    this.lane.dispose()
    this.bar.remove()
  }

  // ——— work that was left here ———

  private takeUp(score: Score): { score: Score; history: History; dirty: boolean } {
    const kept = this.store.read()
    if (!kept) return { score, history: NO_HISTORY, dirty: false }
    const work = restored(kept, score)
    if (kept.base === this.etag) {
      if (kept.dirty && !this.options.quiet) toast(words.back)
      return { score: kept.dirty ? work.score : relocked(score, work.score), history: work.history, dirty: kept.dirty }
    }
    // The piece has changed since: what was never saved can be had back, but is not forced on anybody.
    const edit = kept.dirty ? editBetween(words.before, score, alike(score, work.score)) : null
    if (!edit) return { score, history: NO_HISTORY, dirty: false }
    toast(words.waiting)
    return { score, history: { past: [], future: [edit] }, dirty: false }
  }

  private keepSoon(): void {
    this.timer ??= setTimeout(() => this.keep(), KEEP_AFTER)
  }

  /** Keeps the work now. */
  keep(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    const { score, history } = this.ordered
    if (!this.store.keep(this.etag, this.editor.dirty, score, history)) toast(words.full)
  }

  /** The work with its tracks in the order of what it is kept for. */
  private get ordered(): { readonly score: Score; readonly history: History } {
    const { settled: score, history } = this.editor
    return this.places ? reordered(score, history, this.places) : { score, history }
  }

  // ——— what is joined ———

  private follow(signal: AbortSignal): void {
    const { editor, player, roll, grid } = this
    const on = (type: string, act: () => void) => editor.addEventListener(type, act, { signal })
    on('score', () => this.show())
    on('selection', () => {
      const { only } = editor
      if (only) {
        grid.goTo(editor.track, only)
        if (grid.hasFocus) roll.setMark({ track: editor.track, note: only })
      }
      roll.touch()
    })
    on('tool', () => roll.touch())
    on('step', () => {
      this.keepSoon()
      this.render()
    })
    on('said', () => grid.announce(editor.said))
    player.addEventListener('strips', () => (editor.track = player.currentTrack), { signal })
    grid.onCursor = ({ track }, note) => {
      editor.track = track
      editor.choose(note ? [note] : [], { silently: true })
    }
    addEventListener(
      'pagehide',
      () => {
        this.infill.leave()
        if (this.timer) this.keep()
      },
      { signal },
    )
  }

  private show(): void {
    this.player.revise(this.editor.score)
    this.roll.revise(this.editor.score)
    this.grid.refresh()
  }

  private render(): void {
    this.bar.state = this.saving ? 'saving' : this.editor.dirty ? 'unsaved' : 'saved'
  }

  private listen(signal: AbortSignal): void {
    const heard = <T>(type: string, act: (detail: T) => void) =>
      this.bar.addEventListener(type, (event) => act((event as CustomEvent<T>).detail), { signal })
    heard<EditAction>('edit-action', (action) => this.act(action))
    heard<number>('edit-track', (track) => this.player.setCurrentTrack(track))
    heard('edit-done', () => this.options.onDone?.())
    // Before the player's own keys: an arrow moves a note here, and goes to one there.
    document.addEventListener(
      'keydown',
      (event) => {
        if (event.defaultPrevented || document.querySelector('dialog[open]')) return
        const focus = focusOf(event.composedPath())
        const taken = focus !== 'text' && this.infill.takes(event)
        const action = taken ? null : editAction(event, focus)
        if (!taken && !action) return
        event.preventDefault()
        event.stopPropagation()
        if (action) this.act(action)
      },
      { signal, capture: true },
    )
  }

  // ——— what is asked for ———

  act(action: EditAction): void {
    const { editor, grid } = this
    this.leaveTried()
    // Who has come to a note in the grid means that note.
    if (!editor.selected.size && grid.hasFocus && grid.note && OF_A_NOTE.has(action)) editor.choose([grid.note], { silently: true })
    const chosen = editor.selected.size > 0
    const acts: Record<EditAction, () => void> = {
      pencil: () => (editor.mode = 'pencil'),
      select: () => (editor.mode = 'select'),
      undo: () => editor.undo(),
      redo: () => editor.redo(),
      all: () => editor.chooseAll(),
      copy: () => editor.copy(),
      cut: () => editor.cut(),
      paste: () => editor.paste(this.player.position),
      duplicate: () => editor.duplicate(),
      delete: () => editor.remove(),
      clear: () => editor.choose([]),
      previous: () => (chosen ? grid.step(-1) : this.moveCaret(-1)),
      next: () => (chosen ? grid.step(1) : this.moveCaret(1)),
      up: () => (chosen ? editor.move(0, 1) : editor.moveCaret(0, 1)),
      down: () => (chosen ? editor.move(0, -1) : editor.moveCaret(0, -1)),
      octaveUp: () => (chosen ? editor.move(0, editor.isDrum ? 1 : 12) : editor.moveCaret(0, editor.isDrum ? 1 : 12)),
      octaveDown: () => (chosen ? editor.move(0, editor.isDrum ? -1 : -12) : editor.moveCaret(0, editor.isDrum ? -1 : -12)),
      earlier: () => editor.move(-1, 0),
      later: () => editor.move(1, 0),
      longer: () => editor.resize(1),
      shorter: () => editor.resize(-1),
      louder: () => editor.strike(1),
      softer: () => editor.strike(-1),
      transpose: () => askTranspose((by) => editor.transpose(by)),
      quantise: () => editor.quantise(),
      write: () => editor.write(),
      save: () => void this.save(),
      infill: () => this.options.mayInfill && void this.infill.start(this.stretch),
      lock: () => editor.lock(),
      markMore: () => editor.markBars(1),
      markLess: () => editor.markBars(-1),
    }
    acts[action]()
    this.reveal()
  }

  /** What a band only tries stays out of every other step. */
  private leaveTried(): void {
    this.infill.leave()
    this.editor.leaveTried()
  }

  /** What is played anew: what is marked or chosen, else the loop, else the bar of the place for writing. */
  private get stretch(): Stretch {
    const { editor, player } = this
    const { metres, length } = editor.score
    const { start } = placeAt(metres, Math.min(editor.caret.tick, length - 1))
    const bar = barsBetween(metres, start, start + 1).next().value
    const [from, to] = editor.marked ?? player.loop ?? [start, bar?.end ?? start]
    const chosen = editor.marked ? null : editor.region
    return chosen ? { ...chosen, to: Math.min(chosen.to, length) } : { from, to: Math.min(to, length), tracks: [editor.track] }
  }

  /** The place for writing is the place to play and to paste from. */
  private moveCaret(steps: number): void {
    this.editor.moveCaret(steps, 0)
    if (this.player.state === 'stopped' || this.player.state === 'paused') this.player.seek(this.editor.caret.tick)
  }

  /** What the keys work on is in view. */
  private reveal(): void {
    const { only, caret, isDrum, selected } = this.editor
    const at = only ?? (selected.size ? null : { onset: caret.tick, duration: 1, pitch: caret.pitch, velocity: 1 })
    if (at) this.roll.reveal(at, isDrum)
  }

  private popMenu(point: Point): void {
    const names = ['cut', 'copy', 'paste', 'duplicate', 'delete', 'all', 'quantise', 'lock', ...(this.options.mayInfill ? (['infill'] as const) : [])] as const
    const items = names.map((name) => ({ label: words.menu[name], act: () => this.act(name) }))
    popMenu(this.roll, { x: point.x + this.roll.inset, y: point.y }, items)
  }
}

/** The second score with the first one's notes where they are the same, so that only real differences are a change. */
function alike(score: Score, other: Score): Score {
  const tracks = other.tracks.map((track, i) => {
    const known = new Map(score.tracks[i]?.notes.map((note) => [placeOf(note), note]))
    return { ...track, notes: track.notes.map((note) => (isSame(known.get(placeOf(note)) ?? note, note) ? (known.get(placeOf(note)) ?? note) : note)) }
  })
  return { ...other, tracks }
}

/** On a drum track, rows are the named drums of the picture; above the first and below the last there is none. */
function drumShift(roll: PianoRoll): Shift {
  return (pitch, isDrum, by) => {
    if (!isDrum) return pitch + by
    if (!by) return pitch
    const { rows } = roll.picture
    return rows.drums[rows.drumRow(pitch) - by]?.pitch ?? -1
  }
}
