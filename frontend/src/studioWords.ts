/** What the studio says about a job, in words. */
import { ApiError, type Job } from './api.ts'

const words = {
  sending: 'Asking the generator',
  warming: 'Warming up',
  line: (place: string) => `${place} in line`,
  next: 'Next in line',
  about: (time: string) => `about ${time}`,
  noGenerator: 'no generator is up at the moment; this goes on by itself when one is',
  bar: (bar: number, bars: number) => `Bar ${bar} of ${bars}`,
  barWritten: (bar: number, bars: number) => `Bar ${bar} of ${bars} written`,
  catchingUp: 'catching up',
  reconnecting: 'Reconnecting; nothing is lost',
  stopping: 'Stopping',
  done: (bars: string, notes: string) => `${bars}, ${notes}`,
  stopped: (bars: string) => `Stopped after ${bars}, kept as a draft in My pieces`,
  stoppedEmpty: 'Stopped before the first bar',
}

/** How far a job is, as the page sees it. */
export interface Progress {
  phase: 'sending' | 'queued' | 'warming' | 'writing' | 'stopping' | 'done' | 'cancelled' | 'failed'
  position: number
  waitSeconds: number | null
  bars: number
  barsDone: number
  notes: number
  /** The socket is lost and being found again. */
  lost: boolean
  /** The player waits for notes to be written. */
  catchingUp: boolean
}

/** One line for the head of the stage. */
export function progressLine(p: Progress): string {
  if (p.lost && isOpen(p)) return words.reconnecting
  switch (p.phase) {
    case 'sending':
      return words.sending
    case 'queued':
      return queueLine(p.position, p.waitSeconds)
    case 'warming':
      return words.warming
    case 'writing': {
      const bar = words.bar(Math.min(p.bars, p.barsDone + 1), p.bars)
      return p.catchingUp ? `${bar} · ${words.catchingUp}` : bar
    }
    case 'stopping':
      return words.stopping
    case 'done':
      return words.done(count(p.bars, 'bar'), count(p.notes, 'note'))
    case 'cancelled':
      return p.barsDone ? words.stopped(count(p.barsDone, 'bar')) : words.stoppedEmpty
    case 'failed':
      return ''
  }
}

/** What the progress bar is to a screen reader. */
export const barsWritten = (p: Progress) => words.barWritten(p.barsDone, p.bars)

export const isOpen = (p: Progress) => !['done', 'cancelled', 'failed'].includes(p.phase)

export function queueLine(position: number, seconds: number | null): string {
  const place = position <= 1 ? words.next : words.line(ordinal(position))
  return `${place}, ${seconds === null ? words.noGenerator : words.about(duration(seconds))}`
}

/** 1st, 2nd, 3rd, 4th … 11th, 12th, 13th … 21st. */
export function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${ending}`
}

/** 6.4 → "6 seconds", 150 → "3 minutes"; never less than a second. */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds))
  return whole < 90 ? count(whole, 'second') : count(Math.ceil(whole / 60), 'minute')
}

export function count(n: number, thing: string): string {
  return `${n.toLocaleString('en-GB')} ${thing}${n === 1 ? '' : 's'}`
}

// --- when it goes wrong ---------------------------------------------------------------------------------------------

const trouble = {
  again: 'Try again',
  continue: (bar: number) => `Continue from bar ${bar}`,
  signUp: 'Sign up',
  reload: 'Load the page again',
  startAgain: 'Start again',
  saved: (bars: string) => `Your ${bars} are saved as a draft.`,
  savedOne: 'Your one bar is saved as a draft.',
  settingsKept: 'Your settings are as you left them.',
  piecesSafe: 'Everything you made is safe in My pieces.',
  stopped: (bar: number) => `The generator stopped at bar ${bar}.`,
  gone: 'This job is no longer there, or it is not yours.',
}

export type NextStep = 'again' | 'continue' | 'sign-up' | 'reload' | 'fresh'

/** What happened, what is safe, and the one thing to do next. */
export interface Trouble {
  what: string
  safe: string
  next: NextStep
  label: string
  requestId: string
  /** Seconds until it makes sense to press the button; 0 for now. */
  wait: number
}

/** A request that was refused or did not arrive. */
export function refusal(error: unknown, isMember: boolean): Trouble {
  const known = error instanceof ApiError ? error : new ApiError(0, 'unknown', 'Something went wrong on this page.')
  const sentences = Object.values(known.fields).flat()
  const base = { what: sentences.length ? sentences.join(' ') : known.message, requestId: known.requestId, wait: 0 }
  if (known.code === 'csrf') {
    return { ...base, safe: trouble.settingsKept, next: 'reload', label: trouble.reload }
  }
  if (known.code === 'daily_limit' && !isMember) {
    return { ...base, safe: trouble.piecesSafe, next: 'sign-up', label: trouble.signUp }
  }
  const wait = known.status === 429 ? Math.ceil(known.retryAfter ?? 0) : 0
  return { ...base, wait, safe: wait ? trouble.piecesSafe : trouble.settingsKept, next: 'again', label: trouble.again }
}

/** A job that could not be finished. */
export function jobTrouble(error: Job['error'], barsDone: number, piece: string | null): Trouble {
  const said = error?.message ?? ''
  if (piece && barsDone > 0) {
    return {
      what: said || trouble.stopped(barsDone + 1),
      safe: barsDone === 1 ? trouble.savedOne : trouble.saved(count(barsDone, 'bar')),
      next: 'continue',
      label: trouble.continue(barsDone + 1),
      requestId: '',
      wait: 0,
    }
  }
  return {
    what: said || trouble.stopped(1),
    safe: trouble.settingsKept,
    next: 'again',
    label: trouble.again,
    requestId: '',
    wait: 0,
  }
}

export const jobGone = (): Trouble => ({
  what: trouble.gone,
  safe: trouble.piecesSafe,
  next: 'fresh',
  label: trouble.startAgain,
  requestId: '',
  wait: 0,
})
