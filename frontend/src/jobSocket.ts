/** One job's events, each once and in order, however often the line is cut. */
import type { Job } from './api.ts'
import type { NoteRow } from './note.ts'
import type { OpeningJson } from './score.ts'
import { LONGEST_WAIT_MS, Waits } from './waits.ts'

/** A note on its way: which track it belongs to, then onset, duration, pitch, velocity. */
export type TrackNoteRow = [track: number, ...NoteRow]

export interface JobState {
  type: 'state'
  /** Number of the last event stored so far. */
  number: number
  job: Job
}
export interface JobOpening extends OpeningJson {
  type: 'opening'
  number: number
  bars: number
}
export interface JobNotes {
  type: 'notes'
  number: number
  notes: TrackNoteRow[]
  /** Every note that begins before this tick has been sent. */
  until: number
  bars_done: number
}
/** One alternative of an infill. */
export interface JobAlternative {
  type: 'alternative'
  number: number
  index: number
  notes: TrackNoteRow[]
}
export interface JobFinished {
  type: 'finished'
  number: number
  /** Null for what becomes no piece: an infill, a blend that nobody keeps. */
  piece: string | null
}
export interface JobCancelled {
  type: 'cancelled'
  number: number
  piece: string | null
}
export interface JobFailed {
  type: 'failed'
  number: number
  error: { code: string; message: string }
  piece: string | null
}
export interface JobQueue {
  type: 'queue'
  position: number
  wait_seconds: number | null
}
export type JobEvent = JobState | JobOpening | JobNotes | JobAlternative | JobFinished | JobCancelled | JobFailed | JobQueue

export interface JobSocketHandlers {
  onEvent: (event: JobEvent) => void
  /** 'lost' while it tries to reconnect, 'open' when the line stands, 'gone' when there is no such job for this person. */
  onLine: (line: 'open' | 'lost' | 'gone') => void
}

/** The part of a WebSocket that is used, so that a test can stand in for it. */
export interface Line {
  onmessage: ((e: { data: string }) => void) | null
  onclose: ((e: { code: number }) => void) | null
  close(): void
}

/** A line this silent may be dead without the browser knowing; asking again costs nothing and loses nothing. */
const SILENCE_MS = 10_000
const NO_SUCH_JOB = 4404

export class JobSocket {
  private last = 0
  private line: Line | null = null
  private readonly waits = new Waits()
  private timer: ReturnType<typeof setTimeout> | undefined
  private silence: ReturnType<typeof setTimeout> | undefined
  private ended = false
  private readonly listeners = new AbortController()

  constructor(
    private readonly address: string,
    private readonly handlers: JobSocketHandlers,
    private readonly open: (url: string) => Line = (url) => new WebSocket(url) as Line,
  ) {
    if (typeof window !== 'undefined') {
      const { signal } = this.listeners
      window.addEventListener('offline', () => this.reconnect(LONGEST_WAIT_MS), { signal })
      window.addEventListener('online', () => this.reconnect(0), { signal })
    }
    this.connect()
  }

  /** Stops listening; the job itself goes on. */
  close(): void {
    this.ended = true
    this.listeners.abort()
    this.drop()
  }

  private connect(): void {
    const line = this.open(`${this.address}?after=${this.last}`)
    this.line = line
    this.hush()
    line.onmessage = (e) => this.receive(JSON.parse(e.data) as JobEvent)
    line.onclose = (e) => {
      if (e.code === NO_SUCH_JOB) {
        this.close()
        this.handlers.onLine('gone')
      } else {
        this.reconnect(this.waits.next())
      }
    }
  }

  private receive(event: JobEvent): void {
    this.hush()
    if (event.type === 'state') {
      this.waits.reset()
      this.handlers.onLine('open')
      this.handlers.onEvent(event)
      // A job that ended, of which every event has been seen: nothing more will come.
      if (isOver(event.job) && event.number <= this.last) this.close()
      return
    }
    if (event.type === 'queue') return this.handlers.onEvent(event)
    if (event.number <= this.last) return
    if (event.number > this.last + 1) return this.reconnect(0)
    this.last = event.number
    if (event.type === 'finished' || event.type === 'cancelled' || event.type === 'failed') this.close()
    this.handlers.onEvent(event)
  }

  private reconnect(wait: number): void {
    if (this.ended) return
    this.drop()
    if (wait > 0) this.handlers.onLine('lost')
    this.timer = setTimeout(() => this.connect(), wait)
  }

  private drop(): void {
    clearTimeout(this.timer)
    clearTimeout(this.silence)
    if (!this.line) return
    // What a line that was given up still says must not be heard.
    this.line.onmessage = this.line.onclose = null
    this.line.close()
    this.line = null
  }

  /** The watch for silence begins anew. */
  private hush(): void {
    clearTimeout(this.silence)
    this.silence = setTimeout(() => this.reconnect(0), SILENCE_MS)
  }
}

export const isOver = (job: Pick<Job, 'status'>) => job.status === 'done' || job.status === 'failed' || job.status === 'cancelled'

/** The whole address of a job's socket, from its path and the page's own address. */
export function socketAddress(path: string, page: Pick<Location, 'protocol' | 'host'>): string {
  return `${page.protocol === 'https:' ? 'wss:' : 'ws:'}//${page.host}${path}`
}
