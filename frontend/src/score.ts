import { byOnset, type Note, type NoteRow, noteFromRow, TICKS_PER_QUARTER } from './note.ts'

export interface Track {
  readonly name: string
  /** What the part does ("soprano", "melody", "drums", …); colours and icons follow it. */
  readonly role: string
  /** General MIDI program, 0–127. */
  readonly program: number
  readonly isDrum: boolean
  /** Sorted by onset, then pitch. */
  readonly notes: readonly Note[]
}

export interface Tempo {
  readonly tick: number
  /** Quarter notes a minute. */
  readonly bpm: number
}

export interface Metre {
  readonly tick: number
  readonly numerator: number
  readonly denominator: number
}

/** Named tracks of notes with tempo and metre; `length` in ticks. */
export interface Score {
  readonly length: number
  readonly tempos: readonly Tempo[]
  readonly metres: readonly Metre[]
  readonly tracks: readonly Track[]
}

/** A score as the server writes it (`score_to_json`). */
export interface ScoreJson {
  ticks_per_quarter: number
  length: number
  tempos: [tick: number, bpm: number][]
  metres: [tick: number, numerator: number, denominator: number][]
  tracks: { name: string; role: string; program: number; is_drum: boolean; notes: NoteRow[] }[]
}

/** The first event of a job's socket: what is about to be written. */
export interface OpeningJson {
  tracks: { name: string; role: string; program: number; is_drum: boolean }[]
  tempo: number
  metre: [numerator: number, denominator: number]
  length: number
}

export function scoreFromJson(json: ScoreJson): Score {
  const scale = TICKS_PER_QUARTER / json.ticks_per_quarter
  const ticks = (n: number) => Math.round(n * scale)
  return {
    length: ticks(json.length),
    tempos: json.tempos.map(([tick, bpm]) => ({ tick: ticks(tick), bpm })),
    metres: json.metres.map(([tick, numerator, denominator]) => ({ tick: ticks(tick), numerator, denominator })),
    tracks: json.tracks.map((track) => ({
      name: track.name,
      role: track.role,
      program: track.program,
      isDrum: track.is_drum,
      notes: track.notes
        .map(([onset, duration, pitch, velocity]) => noteFromRow([ticks(onset), ticks(duration), pitch, velocity]))
        .sort(byOnset),
    })),
  }
}

/** The score as the server reads it. */
export function scoreToJson(score: Score): ScoreJson {
  return {
    ticks_per_quarter: TICKS_PER_QUARTER,
    length: score.length,
    tempos: score.tempos.map(({ tick, bpm }) => [tick, bpm]),
    metres: score.metres.map(({ tick, numerator, denominator }) => [tick, numerator, denominator]),
    tracks: score.tracks.map(({ name, role, program, isDrum, notes }) => ({
      name,
      role,
      program,
      is_drum: isDrum,
      notes: notes.map(({ onset, duration, pitch, velocity }) => [onset, duration, pitch, velocity]),
    })),
  }
}

/** A score with its tracks named and no note yet, for a piece that is being written. */
export function scoreFromOpening(opening: OpeningJson): Score {
  return {
    length: opening.length,
    tempos: [{ tick: 0, bpm: opening.tempo }],
    metres: [{ tick: 0, numerator: opening.metre[0], denominator: opening.metre[1] }],
    tracks: opening.tracks.map((track) => ({
      name: track.name,
      role: track.role,
      program: track.program,
      isDrum: track.is_drum,
      notes: [],
    })),
  }
}

export function noteCount(score: Score): number {
  return score.tracks.reduce((sum, track) => sum + track.notes.length, 0)
}

/** Ticks in a bar and in a beat of a metre: 4/4 → 1920 and 480, 6/8 → 1440 and 240. */
export function barTicks(metre: Metre): number {
  return beatTicks(metre) * metre.numerator
}

export function beatTicks(metre: Metre): number {
  return (TICKS_PER_QUARTER * 4) / metre.denominator
}

/** Whether a band plays in it: four quarters a bar, however they are written. */
export const isCommonTime = ({ numerator, denominator }: Metre) => numerator === denominator && (denominator === 4 || denominator === 2)

/** A place as musicians say it; bar and beat count from 1, `start` is the bar's first tick. */
export interface Place {
  readonly bar: number
  readonly beat: number
  readonly start: number
  readonly metre: Metre
}

const COMMON_TIME: Metre = { tick: 0, numerator: 4, denominator: 4 }

/** Where `tick` lies. A metre that changes inside a bar starts a new bar there. */
export function placeAt(metres: readonly Metre[], tick: number): Place {
  let bar = 1
  let metre = metres[0] ?? COMMON_TIME
  for (const next of metres.slice(1)) {
    if (next.tick > tick) break
    bar += Math.ceil((next.tick - metre.tick) / barTicks(metre))
    metre = next
  }
  const since = Math.max(0, tick - metre.tick)
  const whole = Math.floor(since / barTicks(metre))
  const start = metre.tick + whole * barTicks(metre)
  return { bar: bar + whole, beat: 1 + Math.floor((Math.max(0, tick) - start) / beatTicks(metre)), start, metre }
}

/** The bars that touch [from, to), each with its number, first tick, end and metre. */
export function* barsBetween(metres: readonly Metre[], from: number, to: number): Generator<Bar> {
  const list = metres.length ? metres : [COMMON_TIME]
  let number = 1
  for (const [i, metre] of list.entries()) {
    const size = barTicks(metre)
    const last = list[i + 1]?.tick ?? Infinity
    const skipped = Math.max(0, Math.floor((Math.min(from, last) - metre.tick) / size))
    for (let k = skipped, start = metre.tick + k * size; start < Math.min(last, to); k++, start += size) {
      const end = Math.min(start + size, last)
      if (end > from) yield { number: number + k, start, end, metre }
    }
    if (last >= to) return
    number += Math.ceil((last - metre.tick) / size)
  }
}

export interface Bar {
  readonly number: number
  readonly start: number
  readonly end: number
  readonly metre: Metre
}

/** Bars in the score: 15360 ticks of 4/4 are 8. */
export function barCount(score: Score): number {
  return score.length <= 0 ? 0 : placeAt(score.metres, score.length - 1).bar
}
