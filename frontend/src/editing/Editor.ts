import { pitchName, type Note } from '../note.ts'
import { noteSentence, spokenPitch, spokenPlace, velocityWords } from '../noteWords.ts'
import type { TickRange } from '../painter.ts'
import { barsBetween, placeAt, type Score } from '../score.ts'
import * as changes from './changes.ts'
import type { Change, Clip, Shift } from './changes.ts'
import { applyEdit, type Edit, editBetween } from './edit.ts'
import { committed, type History, NO_HISTORY, redone, undone } from './history.ts'
import { snapped, SNAPS, stepOf } from './snap.ts'
import { gettext, interpolate, ngettext } from '../words.ts'

const notes = (n: number) => interpolate(ngettext('%s note', '%s notes', n), [n])

const words = {
  add: (pitch: string) => interpolate(gettext('Add %s'), [pitch]),
  added: (sentence: string) => interpolate(gettext('Added: %s'), [sentence]),
  remove: (n: number) => interpolate(gettext('Delete %s'), [notes(n)]),
  removed: (n: number) => interpolate(gettext('%s deleted'), [notes(n)]),
  move: (n: number) => interpolate(gettext('Move %s'), [notes(n)]),
  movedOne: (sentence: string) => interpolate(gettext('Now %s'), [sentence]),
  moved: (n: number) => interpolate(gettext('%s moved'), [notes(n)]),
  resize: (n: number) => interpolate(gettext('Change the length of %s'), [notes(n)]),
  strike: (n: number) => interpolate(gettext('Change the velocity of %s'), [notes(n)]),
  transpose: (n: number, by: number) => interpolate(gettext('Transpose %s by %s'), [notes(n), `${by > 0 ? '+' : '−'}${Math.abs(by)}`]),
  quantise: (n: number) => interpolate(gettext('Quantise %s'), [notes(n)]),
  paste: (n: number) => interpolate(gettext('Paste %s'), [notes(n)]),
  duplicate: (n: number) => interpolate(gettext('Duplicate %s'), [notes(n)]),
  cut: (n: number) => interpolate(gettext('Cut %s'), [notes(n)]),
  copied: (n: number) => interpolate(gettext('%s copied'), [notes(n)]),
  chosen: (n: number) => (n ? interpolate(gettext('%s selected'), [notes(n)]) : gettext('Nothing selected')),
  undone: (label: string) => interpolate(gettext('Undone: %s'), [label]),
  redone: (label: string) => interpolate(gettext('Done again: %s'), [label]),
  nothingToUndo: gettext('Nothing to undo'),
  nothingToRedo: gettext('Nothing to do again'),
  nothing: gettext('That would change nothing'),
  markedBar: (bar: number) => interpolate(gettext('Bar %s is marked'), [bar]),
  markedBars: (first: number, last: number) => interpolate(gettext('Bars %s to %s are marked'), [first, last]),
  nothingChosen: gettext('Select notes first'),
  lock: (n: number) => interpolate(gettext('Lock %s'), [notes(n)]),
  unlock: (n: number) => interpolate(gettext('Unlock %s'), [notes(n)]),
  locked: (n: number) => interpolate(gettext('%s locked: what is played anew leaves them'), [notes(n)]),
  unlocked: (n: number) => interpolate(gettext('%s free again'), [notes(n)]),
  caret: (place: string, pitch: string) => interpolate(gettext('%s, %s, no note'), [place, pitch]),
  fast: gettext('It is on the grid already'),
}

export type Mode = 'pencil' | 'select'

/** Where the next note is written by keys. */
export interface Caret {
  readonly tick: number
  readonly pitch: number
}

export interface EditorOptions {
  readonly history?: History
  readonly dirty?: boolean
  /** Plays a note at once. */
  readonly sound?: (track: number, pitch: number, velocity: number) => void
  /** How pitches move by rows; on drum tracks rows are not semitones. */
  readonly shift?: Shift
}

/** How much a key makes a note louder or softer. */
const LOUDER = 8
const USUAL_VELOCITY = 90

/**
 * A score while it is edited: what is chosen, what was done. It knows no canvas and no page.
 *
 * Events: 'score' (notes changed), 'selection' (what is chosen, or the caret), 'tool' (mode, grid, track),
 * 'step' (a step was made, undone or done again: time to keep the work), 'said' (`said` has a new sentence).
 */
export class Editor extends EventTarget {
  said = ''
  private score_: Score
  private selected_: ReadonlySet<Note> = new Set()
  private history_: History
  private dirty_: boolean
  private mode_: Mode = 'pencil'
  private grid_ = SNAPS[2]![1]
  private track_ = 0
  private caret_: Caret = { tick: 0, pitch: 60 }
  private clip: Clip | null = null
  private marked_: TickRange | null = null
  /** The score that a drag, or what a network tries, began with. */
  private before: Score | null = null
  private shownBy: Edit['by'] = 'person'
  /** How long the last note was drawn. */
  private usual = 0

  constructor(
    score: Score,
    private readonly options: EditorOptions = {},
  ) {
    super()
    this.score_ = score
    this.history_ = options.history ?? NO_HISTORY
    this.dirty_ = options.dirty ?? false
  }

  get score(): Score {
    return this.score_
  }

  get selected(): ReadonlySet<Note> {
    return this.selected_
  }

  get history(): History {
    return this.history_
  }

  /** Whether something was changed since it was last saved. */
  get dirty(): boolean {
    return this.dirty_
  }

  get caret(): Caret {
    return this.caret_
  }

  get mode(): Mode {
    return this.mode_
  }

  set mode(mode: Mode) {
    this.mode_ = mode
    this.tell('tool')
  }

  /** Ticks of the grid; 0 is off. */
  get grid(): number {
    return this.grid_
  }

  set grid(grid: number) {
    this.grid_ = grid
    this.usual = 0
    this.tell('tool')
  }

  /** The track that is worked on. */
  get track(): number {
    return this.track_
  }

  set track(track: number) {
    if (track === this.track_) return
    this.track_ = track
    this.tell('tool')
  }

  get isDrum(): boolean {
    return this.score_.tracks[this.track_]?.isDrum ?? false
  }

  /** How long a note becomes that is only clicked. */
  get newLength(): number {
    return this.usual || stepOf(this.grid_)
  }

  get canPaste(): boolean {
    return this.clip !== null
  }

  /** Bars or a box that were marked, whether or not there are notes in it. */
  get marked(): TickRange | null {
    return this.marked_
  }

  mark(from: number, to: number): void {
    this.marked_ = [Math.max(0, from), Math.min(to, this.score_.length)]
    this.tell('selection')
  }

  /** What is chosen as a box of time and tracks, for whoever writes into it; null when nothing is. */
  get region(): { readonly from: number; readonly to: number; readonly tracks: readonly number[] } | null {
    let [from, to] = [Infinity, 0]
    const tracks: number[] = []
    this.score_.tracks.forEach((track, i) => {
      let any = false
      for (const note of track.notes) {
        if (!this.selected_.has(note)) continue
        any = true
        from = Math.min(from, note.onset)
        to = Math.max(to, note.onset + note.duration)
      }
      if (any) tracks.push(i)
    })
    return tracks.length ? { from, to, tracks } : null
  }

  // ——— steps ———

  /** Makes a change one step. False when there is none. */
  perform(label: string, change: Change | null, by: Edit['by'] = 'person'): boolean {
    const edit = change && editBetween(label, this.before ?? this.score_, change.score, by)
    this.before = null
    if (!change || !edit) return false
    this.history_ = committed(this.history_, edit)
    this.dirty_ = true
    this.take(change)
    this.tell('step')
    return true
  }

  /** A network's notes, as one step; undefined leaves a track as it is. */
  apply(label: string, tracks: readonly (readonly Note[] | undefined)[]): boolean {
    const written = tracks.map((track) => track?.map((note): Note => ({ origin: 'model', ...note })))
    return this.perform(label, changes.rewritten(this.score_, written), 'model')
  }

  /** Shows what a drag would come to, or what a network has so far; who is dragging comes first. */
  preview(change: (from: Score) => Change | null, by: Edit['by'] = 'person'): void {
    if (by === 'model' && this.isPreviewing && this.shownBy === 'person') return
    this.shownBy = by
    this.before ??= this.score_
    this.take(change(this.before) ?? { score: this.before, selected: this.selected_ })
  }

  /** The score that the steps made, without what is only shown. */
  get settled(): Score {
    return this.before ?? this.score_
  }

  get isPreviewing(): boolean {
    return this.before !== null
  }

  /** What the drag came to is a step. */
  settle(label: string): boolean {
    return this.before !== null && this.perform(label, { score: this.score_, selected: this.selected_ })
  }

  /** What is only shown is taken back. */
  abandon(): void {
    if (!this.before) return
    const { before } = this
    this.before = null
    const here = new Set(before.tracks.flatMap((track) => track.notes))
    this.take({ score: before, selected: new Set([...this.selected_].filter((note) => here.has(note))) })
  }

  /** What a network only tries is taken back, so that it stays out of a person's next step. */
  leaveTried(): void {
    if (this.shownBy === 'model') this.abandon()
  }

  undo(): void {
    const step = undone(this.history_)
    if (!step) return this.say(words.nothingToUndo)
    this.replay(step)
    this.say(words.undone(step.edit.label))
  }

  redo(): void {
    const step = redone(this.history_)
    if (!step) return this.say(words.nothingToRedo)
    this.replay(step)
    this.say(words.redone(step.edit.label))
  }

  /** It lies on the server as it is. */
  saved(): void {
    this.dirty_ = false
    this.tell('step')
  }

  // ——— choosing ———

  choose(chosen: Iterable<Note>, { silently = false } = {}): void {
    this.selected_ = new Set(chosen)
    this.marked_ = null
    const only = this.only
    if (only) this.caret_ = { tick: only.onset + only.duration, pitch: only.pitch }
    this.tell('selection')
    if (!silently) this.say(only ? this.sentence(only) : words.chosen(this.selected_.size))
  }

  chooseAll(): void {
    this.choose(this.score_.tracks[this.track_]?.notes ?? [])
  }

  /** The one note that is chosen, or null when there are none or several. */
  get only(): Note | null {
    if (this.selected_.size !== 1) return null
    const [note] = this.selected_
    return note ?? null
  }

  moveCaret(steps: number, rows: number): void {
    const { metres, length } = this.score_
    const step = stepOf(this.grid_)
    const line = snapped(metres, this.caret_.tick, this.grid_, 'before')
    const tick = steps ? Math.max(0, Math.min(length, line + steps * step)) : this.caret_.tick
    this.placeCaret({ tick, pitch: this.shifted(this.caret_.pitch, rows) })
    const note = this.score_.tracks[this.track_]?.notes.find((one) => one.onset === this.caret_.tick && one.pitch === this.caret_.pitch)
    this.say(note ? this.sentence(note) : words.caret(spokenPlace(metres, this.caret_.tick), spokenPitch(this.caret_.pitch, this.isDrum)))
    if (rows) this.sound(this.caret_.pitch)
  }

  placeCaret(caret: Caret): void {
    this.caret_ = caret
    this.selected_ = new Set()
    this.marked_ = null
    this.tell('selection')
  }

  // ——— what is done to notes ———

  /** A note at the caret, which goes on behind it. */
  write(): void {
    const { tick, pitch } = this.caret_
    this.add({ onset: tick, duration: this.newLength, pitch, velocity: USUAL_VELOCITY })
  }

  add(note: Note): void {
    const fresh: Note = { ...note, origin: 'human' }
    this.perform(words.add(this.isDrum ? spokenPitch(note.pitch, true) : pitchName(note.pitch)), changes.added(this.score_, this.track_, fresh))
    this.sound(note.pitch, note.velocity)
    const { only } = this
    if (!only) return
    this.choose([only], { silently: true })
    this.say(words.added(this.sentence(only)))
  }

  /** Several notes at once, as they were recorded. */
  addAll(label: string, fresh: readonly Note[]): void {
    let change: Change | null = null
    for (const note of fresh) change = changes.added(change?.score ?? this.score_, this.track_, { ...note, origin: 'human' })
    this.perform(label, change)
  }

  remove(label: (n: number) => string = words.remove): void {
    const n = this.selected_.size
    if (!n) return this.say(words.nothingChosen)
    const [first] = this.selected_
    this.perform(label(n), changes.removed(this.score_, this.selected_))
    if (first) this.caret_ = { tick: first.onset, pitch: first.pitch }
    this.say(words.removed(n))
  }

  /** In steps of the grid and in rows. */
  move(steps: number, rows: number): void {
    const by = steps * stepOf(this.grid_)
    this.carryOut(words.move, changes.moved(this.score_, this.selected_, by, rows, this.options.shift))
    const { only } = this
    if (only && rows) this.sound(only.pitch, only.velocity)
  }

  resize(steps: number): void {
    this.carryOut(words.resize, changes.resized(this.score_, this.selected_, steps * stepOf(this.grid_)))
  }

  strike(louder: number): void {
    this.carryOut(words.strike, changes.struck(this.score_, this.selected_, ({ velocity }) => velocity + louder * LOUDER))
    const { only } = this
    if (!only) return
    this.sound(only.pitch, only.velocity)
    this.say(velocityWords(only.velocity))
  }

  /** All that is chosen becomes this loud. */
  strikeAs(velocity: number): void {
    this.carryOut(words.strike, changes.struck(this.score_, this.selected_, () => velocity))
  }

  transpose(by: number): void {
    this.carryOut((n) => words.transpose(n, by), changes.transposed(this.score_, this.chosenOrTrack, by))
  }

  quantise(): void {
    this.carryOut(words.quantise, changes.quantised(this.score_, this.chosenOrTrack, this.grid_ || stepOf(0)), words.fast)
  }

  /** What is chosen is locked; or let go, when all of it was. */
  lock(): void {
    const n = this.selected_.size
    if (!n) return this.say(words.nothingChosen)
    const held = [...this.selected_].some((note) => !note.locked)
    this.perform(held ? words.lock(n) : words.unlock(n), changes.locked(this.score_, this.selected_, held))
    this.say(held ? words.locked(n) : words.unlocked(n))
  }

  duplicate(): void {
    this.carryOut(words.duplicate, changes.duplicated(this.score_, this.selected_, stepOf(this.grid_)))
  }

  copy(): void {
    const clip = changes.clipOf(this.score_, this.selected_, stepOf(this.grid_))
    if (!clip) return this.say(words.nothingChosen)
    this.clip = clip
    this.tell('tool')
    this.say(words.copied(clip.notes.length))
  }

  cut(): void {
    this.copy()
    if (this.selected_.size) this.remove(words.cut)
  }

  /** What was copied, from `tick` on. */
  paste(tick: number): void {
    if (!this.clip) return this.say(words.nothing)
    const at = snapped(this.score_.metres, tick, this.grid_)
    const change = changes.pasted(this.score_, this.clip, at, this.track_)
    this.carryOut(words.paste, change)
  }

  /** A bar of the track that is worked on; with `extend` all from what was marked to there. */
  chooseBar(from: number, to: number, extend: boolean): void {
    const [first, last] = (extend && this.marked_) || [from, to]
    const [start, end] = [Math.min(from, first), Math.max(to, last)]
    const bar = changes.within(this.score_, start, end, [this.track_])
    this.choose([...bar].filter((note) => note.onset >= start))
    this.mark(start, end)
  }

  /** By keys: the bar of the place for writing; then, of what is marked, one bar more or fewer at its end. */
  markBars(by: 1 | -1): void {
    const { metres, length } = this.score_
    const barAt = (tick: number) => [...barsBetween(metres, tick, tick + 1)][0]!
    const [from, to] = this.marked_ ?? [0, 0]
    const bar = barAt(!this.marked_ ? Math.min(this.caret_.tick, length - 1) : by > 0 ? Math.min(to, length - 1) : to - 1)
    if (!this.marked_) this.chooseBar(bar.start, bar.end, false)
    else if (by > 0) this.chooseBar(bar.start, bar.end, true)
    else if (bar.start > from) this.chooseBar(from, bar.start, false)
    const [start, end] = this.marked_!
    const [first, last] = [placeAt(metres, start).bar, placeAt(metres, end - 1).bar]
    this.say(first === last ? words.markedBar(first) : words.markedBars(first, last))
  }

  shifted(pitch: number, rows: number): number {
    const to = (this.options.shift ?? changes.semitones)(pitch, this.isDrum, rows)
    return to < 0 || to > 127 ? pitch : to
  }

  get shift(): Shift {
    return this.options.shift ?? changes.semitones
  }

  sound(pitch: number, velocity = USUAL_VELOCITY): void {
    this.options.sound?.(this.track_, pitch, velocity)
  }

  /** The next click draws a note as long as this one. */
  remember(length: number): void {
    this.usual = length
  }

  say(sentence: string): void {
    this.said = sentence
    this.tell('said')
  }

  sentence(note: Note): string {
    const track = this.score_.tracks.find(({ notes }) => notes.includes(note)) ?? this.score_.tracks[this.track_]!
    return noteSentence(note, track, this.score_.metres)
  }

  private get chosenOrTrack(): ReadonlySet<Note> {
    return this.selected_.size ? this.selected_ : new Set(this.score_.tracks[this.track_]?.notes ?? [])
  }

  private carryOut(label: (n: number) => string, change: Change | null, otherwise = words.nothing): void {
    const n = change?.selected.size ?? 0
    if (!change || !this.perform(label(n), change)) {
      return this.say(this.selected_.size || otherwise !== words.nothing ? otherwise : words.nothingChosen)
    }
    const { only } = this
    this.say(only ? words.movedOne(this.sentence(only)) : label(n))
  }

  private take({ score, selected }: Change): void {
    this.score_ = score
    this.selected_ = selected
    this.tell('score', 'selection')
  }

  private replay({ history, edit }: { history: History; edit: Edit }): void {
    this.abandon()
    this.history_ = history
    this.dirty_ = true
    const score = applyEdit(this.score_, edit)
    const back = new Set(edit.changes.flatMap(({ added }) => added))
    // One note that came back is gone on with; several may be more than what was meant.
    const here = back.size === 1 ? score.tracks.flatMap((track) => track.notes.filter((note) => back.has(note))) : []
    this.take({ score, selected: new Set(here) })
    this.tell('step')
  }

  private tell(...types: string[]): void {
    for (const type of types) this.dispatchEvent(new Event(type))
  }
}
