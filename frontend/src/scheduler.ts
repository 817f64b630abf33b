import type { Note } from './note.ts'
import { NoteIndex } from './noteIndex.ts'
import type { TickRange } from './painter.ts'
import type { Score } from './score.ts'
import { TempoMap } from './tempo.ts'

/** One thing for the synthesizer to do. `time` in seconds of the audio clock, `tick` where it stands in the score. */
export interface SoundEvent {
  readonly kind: 'on' | 'off'
  readonly track: number
  readonly pitch: number
  /** 0 for a note that ends. */
  readonly velocity: number
  readonly time: number
  readonly tick: number
}

/** From this time on the music stands at `tick` and moves at `rate` times the written tempo. */
interface Anchor {
  readonly time: number
  readonly tick: number
  readonly rate: number
}

interface Sounding {
  readonly track: number
  readonly pitch: number
  readonly end: number
}

/** Music that had to wait goes on when this much of it (ticks) has been written. */
export const RUNWAY = 480
/** Nothing is planned closer to now than this, s: what is planned must still reach the synthesizer. */
const LEAD = 0.03
/** Begun in the middle of a note, what is left of it is heard when it is at least this long (ticks). */
const WORTH_HEARING = 240
/** A loop shorter than this (ticks) is none. */
const SHORTEST_LOOP = 60

/**
 * Decides which notes begin and end before a moment. It knows ticks and seconds, never audio: time is passed in,
 * so a test needs no clock. It never plans past what has been written.
 */
export class Scheduler {
  private readonly tempo: TempoMap
  private readonly tracks: { readonly index: NoteIndex; readonly isDrum: boolean }[]
  private cursors: number[] = []
  private sounding: Sounding[] = []
  private anchors: Anchor[] = []
  private planned = 0
  /** Onsets before this tick have been handed out since the last jump. */
  private done = 0
  private scale = 1
  private stalled = false
  private finished = false
  /** A start that has still to sound the notes it begins in. */
  private chasing = false
  private loop: TickRange | null = null

  /** Semitones; drums are never transposed. Holds for notes that begin from now on. */
  transpose = 0
  /** Every note with an onset before this tick is known. Infinity for a finished score. */
  until: number

  constructor(
    score: Score,
    private length: number,
    live: boolean,
  ) {
    this.tempo = new TempoMap(score.tempos)
    this.tracks = score.tracks.map((track) => ({ index: new NoteIndex(track.notes), isDrum: track.isDrum }))
    this.until = live ? 0 : Infinity
  }

  append(track: number, notes: readonly Note[], until: number): void {
    const part = this.tracks[track]
    if (!part) return
    part.index.add(notes)
    // Notes that come late, for a place already planned, are not played: better missing than wrong.
    this.cursors[track] = part.index.firstFrom(Math.max(this.position(this.planned), this.done))
    this.until = Math.max(this.until, until)
  }

  /** A track has other notes now; what sounds goes on to its end. */
  revise(track: number, notes: readonly Note[]): void {
    const part = this.tracks[track]
    if (!part) return
    this.tracks[track] = { ...part, index: new NoteIndex(notes) }
    this.cursors[track] = this.tracks[track]!.index.firstFrom(Math.max(this.position(this.planned), this.done))
  }

  complete(length: number): void {
    this.length = length
    this.until = Infinity
  }

  /** The music begins at `tick` at `time`. */
  start(tick: number, time: number): void {
    this.sounding = []
    this.anchors = [{ time, tick, rate: this.scale }]
    this.planned = time
    this.stalled = this.finished = false
    this.resetCursors(tick)
    // A start ahead of what is written waits like any other.
    if (this.until < Math.min(tick + RUNWAY, this.length)) this.stall(time, tick)
    this.chasing = !this.stalled
  }

  /** The loop that is on, or null. */
  setLoop(range: TickRange | null): void {
    this.loop = range && range[1] - range[0] >= SHORTEST_LOOP ? range : null
  }

  /** Changes the speed from the first moment that is not planned yet. */
  setScale(scale: number, now: number): void {
    this.scale = scale
    const anchor = this.last
    if (!anchor || anchor.rate === 0) return
    const time = Math.max(this.planned, anchor.time, now)
    this.anchors.push({ time, tick: this.position(time), rate: scale })
  }

  /** What happens before `horizon`, in order; each event is handed out once. */
  advance(now: number, horizon: number): SoundEvent[] {
    const events: SoundEvent[] = []
    if (!this.last || this.finished) return events
    if (this.chasing) this.chase(events)
    for (let guard = 0; guard < 10_000; guard++) {
      if (this.stalled && !this.release(now)) break
      const limit = this.limit()
      const next = Math.min(this.nextOff(), this.nextOn(), limit)
      const time = this.timeOf(next)
      if (time >= horizon) break
      if (next < limit || this.hasOffAt(next)) {
        this.emitAt(next, time, events)
      } else if (this.until < this.length && this.until <= limit) {
        // The edge of what is written. It may move before we come there, so nothing is decided early.
        if (time > now + LEAD) break
        this.letGo(time, next, events)
        this.stall(time, next)
      } else {
        this.letGo(time, next, events)
        if (this.loop && next === this.loop[1]) this.jump(time, this.loop[0])
        else {
          this.finished = true
          this.anchors.push({ time, tick: next, rate: 0 })
          break
        }
      }
    }
    // What is behind the edge of what is written is not planned, however near it is: its notes are still to come.
    this.planned = Math.max(this.planned, Math.min(horizon, this.edge()))
    // Past anchors are needed as long as someone may still hear them.
    while (this.anchors.length > 1 && this.anchors[1]!.time < now - 2) this.anchors.shift()
    return events
  }

  /** Where the music is at `time`, in ticks. */
  position(time: number): number {
    let anchor = this.anchors[0]
    if (!anchor) return 0
    for (const next of this.anchors) if (next.time <= time) anchor = next
    if (anchor.rate === 0 || time <= anchor.time) return anchor.tick
    return this.tempo.tick(this.tempo.seconds(anchor.tick) + (time - anchor.time) * anchor.rate)
  }

  /** Whether at `time` the music stands still because the next bar is not written. */
  isWaiting(time: number): boolean {
    return this.stalled && time >= this.last!.time
  }

  /** Whether at `time` the end has been reached. */
  hasEnded(time: number): boolean {
    return this.finished && time >= this.last!.time
  }

  private get last(): Anchor | undefined {
    return this.anchors[this.anchors.length - 1]
  }

  private timeOf(tick: number): number {
    const anchor = this.last!
    return anchor.time + (this.tempo.seconds(tick) - this.tempo.seconds(anchor.tick)) / anchor.rate
  }

  /** When the edge of what is written is reached; never where the music stands, or all is written. */
  private edge(): number {
    return this.until < this.length && this.last!.rate > 0 ? this.timeOf(this.until) : Infinity
  }

  /** The tick at which something other than a note happens: the loop's end, the written edge, the end. */
  private limit(): number {
    const limit = Math.min(this.until, this.length)
    const from = this.last!.tick
    return this.loop && this.loop[1] > from ? Math.min(limit, this.loop[1]) : limit
  }

  private nextOn(): number {
    let next = Infinity
    this.tracks.forEach(({ index }, track) => {
      const note = index.notes[this.cursors[track]!]
      if (note) next = Math.min(next, note.onset)
    })
    return next
  }

  private nextOff(): number {
    return this.sounding.reduce((next, note) => Math.min(next, note.end), Infinity)
  }

  private hasOffAt(tick: number): boolean {
    return this.sounding.some((note) => note.end <= tick)
  }

  /** Strikes what began before the start and goes on well past it; a drum is not struck late. */
  private chase(events: SoundEvent[]): void {
    this.chasing = false
    const { time, tick } = this.last!
    this.tracks.forEach(({ index, isDrum }, track) => {
      if (isDrum) return
      index.between(tick, tick + 1, (note) => {
        if (note.onset < tick && note.onset + note.duration - tick >= WORTH_HEARING) this.strike(track, note, time, tick, events)
      })
    })
  }

  private strike(track: number, note: Note, time: number, tick: number, events: SoundEvent[]): void {
    const pitch = this.tracks[track]!.isDrum ? note.pitch : Math.max(0, Math.min(127, note.pitch + this.transpose))
    events.push({ kind: 'on', track, pitch, velocity: note.velocity, time, tick })
    this.sounding.push({ track, pitch, end: note.onset + Math.max(1, note.duration) })
  }

  /** Ends first, so that a repeated note is struck anew. */
  private emitAt(tick: number, time: number, events: SoundEvent[]): void {
    const at = Math.max(time, this.last!.time)
    this.sounding = this.sounding.filter((note) => {
      if (note.end > tick) return true
      events.push({ kind: 'off', track: note.track, pitch: note.pitch, velocity: 0, time: at, tick })
      return false
    })
    if (tick >= this.limit()) return
    this.done = tick + 1
    this.tracks.forEach(({ index }, track) => {
      for (let note = index.notes[this.cursors[track]!]; note && note.onset <= tick; note = index.notes[++this.cursors[track]!]) {
        this.strike(track, note, at, tick, events)
      }
    })
  }

  private letGo(time: number, tick: number, events: SoundEvent[]): void {
    for (const { track, pitch } of this.sounding) events.push({ kind: 'off', track, pitch, velocity: 0, time, tick })
    this.sounding = []
  }

  private stall(time: number, tick: number): void {
    this.stalled = true
    this.anchors.push({ time, tick, rate: 0 })
  }

  /** Goes on when there is enough to go on with. */
  private release(now: number): boolean {
    const { tick, time } = this.last!
    if (this.until < Math.min(tick + RUNWAY, this.length)) return false
    this.stalled = false
    this.jump(Math.max(time, now + LEAD), tick)
    return true
  }

  private jump(time: number, tick: number): void {
    this.anchors.push({ time, tick, rate: this.scale })
    this.resetCursors(tick)
  }

  private resetCursors(tick: number): void {
    this.done = tick
    this.cursors = this.tracks.map(({ index }) => index.firstFrom(tick))
  }
}
