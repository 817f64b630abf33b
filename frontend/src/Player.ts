import { claimMediaKeys, releaseMediaKeys } from './mediaKeys.ts'
import type { Note } from './note.ts'
import type { TickRange } from './painter.ts'
import { record } from './probe.ts'
import { Scheduler, type SoundEvent } from './scheduler.ts'
import { barsBetween, placeAt, type Score } from './score.ts'
import type { Deck, Sound } from './sound.ts'
import { TempoMap } from './tempo.ts'
import { gettext } from './words.ts'

export type PlayerState = 'stopped' | 'playing' | 'paused' | 'waiting'

/** One track's strip in the mixer. */
export interface Strip {
  readonly name: string
  readonly role: string
  readonly isDrum: boolean
  readonly program: number
  readonly muted: boolean
  readonly solo: boolean
  /** 0–1. */
  readonly volume: number
}

export interface PlayerOptions {
  /** Shown on the lock screen. */
  title?: string
  /** Replaced in tests: calls back every so many ms, and every frame, until what it returns is called. */
  every?: (ms: number, call: () => void) => () => void
  eachFrame?: (call: () => void) => () => void
}

export const SLOWEST = 40
export const FASTEST = 240
export const MOST_TRANSPOSED = 12

/** How often notes are planned, ms, and how far ahead, s. */
const TIMER = 25
const WINDOW = 0.1
/** Timers of a hidden page come once a second. */
const HIDDEN_WINDOW = 1.3
/** From the press to the first note, s. */
const START = 0.04
/** Fades, s: between two pieces, and where the same piece stops or jumps. */
const HANDOVER = 0.15
const CUT = 0.03

/** The one that plays: one thing sounds at a time on a page. */
let onAir: Player | null = null

/**
 * Plays a score, finished or still being written, on a synthesizer.
 *
 * Events: 'state' (playing, paused, stopped, waiting), 'waiting' (it caught up with what is written; it goes on by
 * itself), 'position' (each frame while it moves, and after a seek), 'ended', 'strips' (mute, solo, volume,
 * instrument), 'settings' (loop, tempo, transposition), 'trouble' (nothing is heard), 'load'.
 */
export class Player extends EventTarget {
  title: string
  /** Told of every note that is played or let go, and in how many seconds: an instrument that plays along. */
  mirror: ((event: Pick<SoundEvent, 'kind' | 'track' | 'pitch' | 'velocity'>, wait: number) => void) | null = null
  private score_: Score = { length: 0, tempos: [], metres: [], tracks: [] }
  private tempo = new TempoMap([])
  private strips_: Strip[] = []
  private deck: Deck | null = null
  private scheduler: Scheduler | null = null
  private state_: PlayerState = 'stopped'
  private position_ = 0
  private going = false
  private live = false
  private end = 0
  /** What came while the music is written; the score that was given stays as it is. */
  private added: { track: number; notes: readonly Note[] }[] = []
  private written = Infinity
  private range: TickRange | null = null
  private looping = false
  private scale = 1
  private semitones = 0
  private current_ = 0
  private stopTimer: (() => void) | null = null
  private stopFrames: (() => void) | null = null
  private readonly every
  private readonly eachFrame

  constructor(
    private readonly sound: Sound,
    options: PlayerOptions = {},
  ) {
    super()
    this.title = options.title ?? (typeof document === 'undefined' ? '' : document.title)
    this.every = options.every ?? everyInterval
    this.eachFrame = options.eachFrame ?? eachAnimationFrame
    sound.addEventListener('trouble', this.passTrouble)
  }

  /** Takes a score and stands at its start. A live one is still being written: its notes come by `append`. */
  load(score: Score, { live = false } = {}): void {
    this.halt('stopped', CUT)
    this.deck?.dispose()
    this.score_ = score
    this.tempo = new TempoMap(score.tempos)
    this.live = live
    this.end = score.length
    this.added = []
    this.written = live ? 0 : Infinity
    this.range = null
    this.looping = false
    this.scale = 1
    this.semitones = 0
    this.current_ = 0
    this.strips_ = score.tracks.map(({ name, role, isDrum, program }) => ({ name, role, isDrum, program, muted: false, solo: false, volume: 0.8 }))
    this.deck = this.sound.open(this.strips_)
    this.sendLevels()
    this.moveTo(0)
    this.tell('load', 'strips', 'settings')
  }

  /** More notes of one track; every note with an onset before `until` (ticks) is known now. */
  append(track: number, notes: readonly Note[], until: number): void {
    this.added.push({ track, notes })
    this.written = Math.max(this.written, until)
    this.scheduler?.append(track, notes, until)
  }

  /** The same piece with other notes, as it is edited: it goes on where it is, with its tracks, tempo and metre. */
  revise(score: Score): void {
    const before = this.score_
    this.score_ = score
    this.added = []
    score.tracks.forEach(({ notes }, track) => notes !== before.tracks[track]?.notes && this.scheduler?.revise(track, notes))
    if (score.length === this.end) return
    this.end = score.length
    this.scheduler?.complete(score.length)
    this.tell('settings')
  }

  /** No more notes will come. `length` in ticks, when the piece ended early. */
  complete(length = this.score_.length): void {
    this.live = false
    this.written = Infinity
    this.end = length
    this.scheduler?.complete(length)
    this.tell('settings')
  }

  get score(): Score {
    return this.score_
  }

  /** Ticks. */
  get length(): number {
    return this.end
  }

  get state(): PlayerState {
    return this.state_
  }

  /** Where the music is, in ticks. */
  get position(): number {
    return this.position_
  }

  /** Seconds at the tempo that is played. */
  get elapsed(): number {
    return this.tempo.seconds(this.position_) / this.scale
  }

  get duration(): number {
    return this.tempo.seconds(this.end) / this.scale
  }

  /** Call it in a click or a key press, so that the browser lets sound through. */
  async play(): Promise<void> {
    if (this.going || !this.deck) return
    if (onAir && onAir !== this) onAir.yield()
    onAir = this
    this.going = true
    if (this.position_ >= this.end && !this.live) this.position_ = this.looping && this.range ? this.range[0] : 0
    const unlocked = this.sound.unlock()
    claimMediaKeys(this)
    this.begin()
    this.stopTimer = this.every(TIMER, () => this.plan())
    this.stopFrames = this.eachFrame(() => this.watch())
    this.setState('playing')
    await unlocked
  }

  pause(): void {
    if (this.going) this.halt('paused', CUT)
  }

  async toggle(): Promise<void> {
    if (this.going) this.pause()
    else await this.play()
  }

  /** To the start, silent. */
  stop(): void {
    this.halt('stopped', CUT)
    this.moveTo(0)
  }

  seek(tick: number): void {
    const to = Math.max(0, Math.min(this.end, Math.round(tick)))
    if (this.going) {
      this.deck!.silence(CUT)
      this.position_ = to
      this.begin()
    } else if (this.state_ === 'stopped' && to > 0) {
      this.setState('paused')
    }
    this.moveTo(to)
  }

  /** To the start of a bar: 1 the next, −1 this one or, near its start, the one before. */
  seekBars(bars: number): void {
    const { metres } = this.score_
    const { start } = placeAt(metres, this.position_)
    if (bars > 0) {
      const [, next] = [...barsBetween(metres, start, Math.min(this.end, start + 20_000))]
      this.seek(next?.start ?? this.end)
    } else {
      const near = this.position_ - start < 240
      this.seek(near && start > 0 ? placeAt(metres, start - 1).start : start)
    }
  }

  get loop(): TickRange | null {
    return this.range
  }

  get loopOn(): boolean {
    return this.looping
  }

  /** Sets the loop and turns it on; null takes it away. */
  setLoop(range: TickRange | null): void {
    this.range = range
    this.setLoopOn(range !== null)
  }

  /** Without a range, the whole piece goes round. */
  setLoopOn(on: boolean): void {
    this.looping = on
    this.scheduler?.setLoop(this.loopRange)
    this.tell('settings')
  }

  /** 1 is the written tempo. Held so that the tempo stays between 40 and 240. */
  get tempoScale(): number {
    return this.scale
  }

  setTempoScale(scale: number): void {
    const written = this.tempo.bpm(this.position_)
    this.scale = Math.max(SLOWEST / written, Math.min(FASTEST / written, scale))
    this.scheduler?.setScale(this.scale, this.sound.now)
    this.tell('settings', 'position')
  }

  /** Quarter notes a minute, as played at the present place. */
  get bpm(): number {
    return this.tempo.bpm(this.position_) * this.scale
  }

  setBpm(bpm: number): void {
    this.setTempoScale(bpm / this.tempo.bpm(this.position_))
  }

  /** Semitones, −12 to 12; drums stay. */
  get transpose(): number {
    return this.semitones
  }

  setTranspose(semitones: number): void {
    this.semitones = Math.max(-MOST_TRANSPOSED, Math.min(MOST_TRANSPOSED, Math.round(semitones)))
    if (this.scheduler) this.scheduler.transpose = this.semitones
    this.tell('settings')
  }

  /** 0–1, of everything. */
  get volume(): number {
    return this.sound.volume
  }

  setVolume(volume: number): void {
    this.sound.volume = Math.max(0, Math.min(1, volume))
    this.tell('settings')
  }

  get strips(): readonly Strip[] {
    return this.strips_
  }

  /** Which tracks sound: those soloed, or all that are not muted. */
  get audible(): boolean[] {
    const soloed = this.strips_.some((strip) => strip.solo)
    return this.strips_.map((strip) => (soloed ? strip.solo : !strip.muted))
  }

  setMuted(track: number, muted: boolean): void {
    this.setStrip(track, { muted })
  }

  setSolo(track: number, solo: boolean): void {
    this.setStrip(track, { solo })
  }

  setTrackVolume(track: number, volume: number): void {
    this.setStrip(track, { volume: Math.max(0, Math.min(1, volume)) })
  }

  /** A General MIDI program; for drums, a kit. */
  setProgram(track: number, program: number): void {
    this.setStrip(track, { program })
    const strip = this.strips_[track]
    if (strip) this.deck?.setPatch(track, strip)
  }

  /** The track that the keys M and N, and the keyboard of the roll, mean. */
  get currentTrack(): number {
    return this.current_
  }

  setCurrentTrack(track: number): void {
    this.current_ = Math.max(0, Math.min(this.strips_.length - 1, track))
    this.tell('strips')
  }

  /** A note held down: it sounds until it is let go. */
  async hold(track: number, pitch: number, velocity = 90): Promise<void> {
    if (!this.strips_[track] || !this.deck) return
    await this.sound.unlock()
    record({ track, pitch, velocity, time: this.sound.now, tick: null })
    this.deck.noteOn(track, pitch, velocity, this.sound.now)
  }

  letGo(track: number, pitch: number): void {
    this.deck?.noteOff(track, pitch, this.sound.now)
  }

  /** The tick that is heard at a moment of the page's clock (ms, as events have it). */
  tickAt(time: number): number {
    const { heard } = this.sound
    return this.scheduler?.position(heard - (performance.now() - time) / 1000) ?? this.position_
  }

  /** Plays one note at once, with the track's instrument. */
  async audition(track: number, pitch: number, velocity = 90): Promise<void> {
    const strip = this.strips_[track]
    if (!strip || !this.deck) return
    await this.sound.unlock()
    const time = this.sound.now
    record({ track, pitch, velocity, time, tick: null })
    this.deck.noteOn(track, pitch, velocity, time)
    this.deck.noteOff(track, pitch, time + 0.35)
  }

  /** Why nothing is heard, in a sentence, or null; changes with the event 'trouble'. */
  get trouble(): string | null {
    if (this.going && this.strips_.length && !this.audible.some(Boolean)) return gettext('Every track is muted.')
    return this.sound.trouble
  }

  dispose(): void {
    this.sound.removeEventListener('trouble', this.passTrouble)
    this.halt('stopped', CUT)
    if (onAir === this) onAir = null
    releaseMediaKeys(this)
    this.deck?.dispose()
    this.deck = null
  }

  private readonly passTrouble = () => this.tell('trouble')

  private get loopRange(): TickRange | null {
    if (!this.looping) return null
    return this.range ?? [0, this.end]
  }

  /** Another piece begins: this one makes room, gently. */
  private yield(): void {
    this.halt('paused', HANDOVER)
  }

  private halt(state: PlayerState, fade: number): void {
    if (this.going) {
      this.position_ = Math.min(this.end, this.scheduler?.position(this.sound.heard) ?? this.position_)
      this.deck?.silence(fade)
    }
    this.going = false
    this.scheduler = null
    this.stopTimer?.()
    this.stopFrames?.()
    this.stopTimer = this.stopFrames = null
    this.setState(state)
  }

  private begin(): void {
    const scheduler = new Scheduler(this.score_, this.end, this.live)
    scheduler.setScale(this.scale, 0)
    scheduler.transpose = this.semitones
    scheduler.setLoop(this.loopRange)
    for (const { track, notes } of this.added) scheduler.append(track, notes, 0)
    scheduler.until = this.written
    scheduler.start(this.position_, this.sound.now + START)
    this.scheduler = scheduler
    this.plan()
  }

  private plan(): void {
    const { now } = this.sound
    const hidden = typeof document !== 'undefined' && document.hidden
    for (const event of this.scheduler!.advance(now, now + (hidden ? HIDDEN_WINDOW : WINDOW))) {
      const { track, pitch, velocity, time } = event
      if (this.audible[track] || event.kind === 'off') this.mirror?.(event, time - now)
      if (event.kind === 'on') {
        if (this.audible[track]) record({ track, pitch, velocity, time, tick: event.tick })
        this.deck!.noteOn(track, pitch, velocity, time)
      } else {
        this.deck!.noteOff(track, pitch, time)
      }
    }
    // A hidden page gets no frames, but its music ends all the same.
    if (hidden) this.watch()
  }

  /** What the eye and the ear are told agrees: the picture is as late as the loudspeaker. */
  private watch(): void {
    const { scheduler } = this
    if (!scheduler) return
    const { heard } = this.sound
    this.moveTo(scheduler.position(heard))
    if (scheduler.hasEnded(heard)) {
      // The last notes ring out by themselves.
      this.halt('stopped', 1.5)
      this.moveTo(this.end)
      this.tell('ended')
    } else if (scheduler.isWaiting(heard) !== (this.state_ === 'waiting')) {
      this.setState(this.state_ === 'waiting' ? 'playing' : 'waiting')
    }
  }

  private moveTo(tick: number): void {
    this.position_ = tick
    this.tell('position')
  }

  private setState(state: PlayerState): void {
    if (state === this.state_) return
    this.state_ = state
    this.tell('state')
    if (state === 'waiting') this.tell('waiting')
  }

  private setStrip(track: number, change: Partial<Strip>): void {
    const strip = this.strips_[track]
    if (!strip) return
    this.strips_ = this.strips_.with(track, { ...strip, ...change })
    this.sendLevels()
    this.tell('strips', 'trouble')
  }

  private sendLevels(): void {
    const { audible } = this
    this.strips_.forEach((strip, track) => this.deck?.setLevel(track, audible[track] ? strip.volume : 0))
  }

  private tell(...types: string[]): void {
    for (const type of types) this.dispatchEvent(new Event(type))
  }
}

function everyInterval(ms: number, call: () => void): () => void {
  const timer = setInterval(call, ms)
  return () => clearInterval(timer)
}

function eachAnimationFrame(call: () => void): () => void {
  let frame = requestAnimationFrame(function next() {
    frame = requestAnimationFrame(next)
    call()
  })
  return () => cancelAnimationFrame(frame)
}
