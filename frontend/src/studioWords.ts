/** What the studio says about a job, in words. */
import { ApiError, type Job } from './api.ts'
import { counted, gettext, interpolate, language, pgettext } from './words.ts'

const words = {
  sending: gettext('Asking the generator'),
  warming: gettext('Warming up'),
  line: (place: string) => interpolate(gettext('%s in line'), [place]),
  next: gettext('Next in line'),
  about: (time: string) => interpolate(gettext('about %s'), [time]),
  noGenerator: gettext('no generator is up at the moment; this goes on by itself when one is'),
  bar: (bar: number, bars: number) => interpolate(gettext('Bar %s of %s'), [bar, bars]),
  barWritten: (bar: number, bars: number) => interpolate(gettext('Bar %s of %s written'), [bar, bars]),
  catchingUp: gettext('catching up'),
  reconnecting: gettext('Reconnecting; nothing is lost'),
  stopping: gettext('Stopping'),
  done: (bars: string, notes: string) => `${bars}, ${notes}`,
  stopped: (bars: string) => interpolate(gettext('Stopped after %s, kept as a draft in My pieces'), [bars]),
  stoppedEmpty: gettext('Stopped before the first bar'),
  kept: gettext('Kept in My pieces'),
}

/** How far a job is, as the page sees it. */
export interface Progress {
  phase: 'sending' | 'queued' | 'warming' | 'writing' | 'stopping' | 'done' | 'cancelled' | 'failed'
  position: number
  waitSeconds: number | null
  bars: number
  barsDone: number
  notes: number
  /** The site is away and being found again. */
  lost: boolean
  /** The player waits for notes to be written. */
  catchingUp: boolean
  /** The piece it became is kept, not a draft. */
  kept: boolean
}

/** One line for the head of the stage. */
export function progressLine(p: Progress): string {
  if (p.lost) return words.reconnecting
  return p.kept ? `${phaseLine(p)} · ${words.kept}` : phaseLine(p)
}

function phaseLine(p: Progress): string {
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
      return words.done(counted(p.bars, 'bar'), counted(p.notes, 'note'))
    case 'cancelled':
      return p.barsDone ? words.stopped(counted(p.barsDone, 'bar')) : words.stoppedEmpty
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

/** 1st, 2nd, 3rd, 4th … 11th, 12th, 13th … 21st; which ending goes with which number is the language's own rule. */
export function ordinal(n: number): string {
  const endings: Partial<Record<Intl.LDMLPluralRule, string>> = {
    one: pgettext('an ordinal such as 1st or 21st', '%sst'),
    two: pgettext('an ordinal such as 2nd or 22nd', '%snd'),
    few: pgettext('an ordinal such as 3rd or 23rd', '%srd'),
  }
  const rule = new Intl.PluralRules(language(), { type: 'ordinal' }).select(n)
  return interpolate(endings[rule] ?? pgettext('an ordinal such as 4th or 11th', '%sth'), [n])
}

/** 6.4 → "6 seconds", 150 → "3 minutes"; never less than a second. */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds))
  return whole < 90 ? counted(whole, 'second') : counted(Math.ceil(whole / 60), 'minute')
}

// --- when it goes wrong ---------------------------------------------------------------------------------------------

const trouble = {
  again: gettext('Try again'),
  continue: (bar: number) => interpolate(gettext('Continue from bar %s'), [bar]),
  signUp: gettext('Sign up'),
  reload: gettext('Load the page again'),
  startAgain: gettext('Start again'),
  saved: (bars: string) => interpolate(gettext('Your %s are saved as a draft.'), [bars]),
  savedOne: gettext('Your one bar is saved as a draft.'),
  settingsKept: gettext('Your settings are as you left them.'),
  piecesSafe: gettext('Everything you made is safe in My pieces.'),
  stopped: (bar: number) => interpolate(gettext('The generator stopped at bar %s.'), [bar]),
  gone: gettext('This job is no longer there, or it is not yours.'),
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
  const known = error instanceof ApiError ? error : new ApiError(0, 'unknown', gettext('Something went wrong on this page.'))
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
      safe: barsDone === 1 ? trouble.savedOne : trouble.saved(counted(barsDone, 'bar')),
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
