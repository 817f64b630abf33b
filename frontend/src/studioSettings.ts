/** What the studio's form says, kept in the browser so that nothing typed is lost. */
import type { JobRequest } from './api.ts'
import { BAND, isRole, type Role } from './roles.ts'
import { gettext } from './words.ts'

export interface StyleCard {
  name: string
  /** Of which family it is: "rnn", "musegan". */
  model: string
  title: string
  description: string
  default_tempo: number
  /** As "4/4"; the first is the usual one. */
  metres: string[]
}

export interface Settings {
  style: string
  bars: number
  /** '' leaves it to the model. */
  key: string
  keyLock: boolean
  /** Quarters a minute; null takes the style's own. */
  tempo: number | null
  /** '' takes the style's usual one. */
  metre: string
  temperaturePitch: number
  temperatureRhythm: number
  topP: number
  /** A band's: a letter for each phrase; '' takes the usual one. */
  form: string
  /** A band's, by role: −1 sparse, 1 dense; who is left out plays as learnt. */
  density: Readonly<Partial<Record<Role, number>>>
  /** A band's: who does not play. */
  muted: readonly Role[]
  /** How many answers to one press: one of CHOICES. */
  alternatives: number
  /** null makes a new one each time. */
  seed: number | null
}

export interface Range {
  readonly least: number
  readonly most: number
}

export const RANGES = {
  bars: { least: 1, most: 64 },
  tempo: { least: 40, most: 240 },
  temperaturePitch: { least: 0.1, most: 2 },
  temperatureRhythm: { least: 0.1, most: 2 },
  topP: { least: 0.05, most: 1 },
  density: { least: -1, most: 1 },
  seed: { least: 0, most: Number.MAX_SAFE_INTEGER },
} as const satisfies Record<string, Range>

export const defaultSettings = (style: string): Settings => ({
  style,
  bars: 8,
  key: '',
  keyLock: false,
  tempo: null,
  metre: '',
  temperaturePitch: 1,
  temperatureRhythm: 1,
  topP: 0.95,
  form: '',
  density: {},
  muted: [],
  alternatives: 1,
  seed: null,
})

/** How many alternatives can be asked for at once. */
const CHOICES: readonly number[] = [1, 2, 4, 8]

/** Settings as they were kept, each one only where it still makes sense; `maxBars` is the site's limit. */
export function settingsFrom(kept: string | null, styles: readonly StyleCard[], maxBars: number = RANGES.bars.most): Settings {
  const base = defaultSettings(styles[0]?.name ?? '')
  const said = record(kept)
  const style = styles.find((card) => card.name === said.style)
  const key = typeof said.key === 'string' && KEYS.includes(said.key) ? said.key : base.key
  const whole = (value: unknown, range: Range) => (Number.isInteger(value) ? within(value as number, range) : null)
  const real = (value: unknown, range: Range, otherwise: number) =>
    typeof value === 'number' && Number.isFinite(value) ? within(value, range) : otherwise
  return {
    style: style?.name ?? base.style,
    bars: whole(said.bars, { least: 1, most: maxBars }) ?? Math.min(base.bars, maxBars),
    key,
    keyLock: said.keyLock === true && key !== '',
    tempo: whole(said.tempo, RANGES.tempo),
    metre: typeof said.metre === 'string' && style?.metres.includes(said.metre) ? said.metre : '',
    temperaturePitch: real(said.temperaturePitch, RANGES.temperaturePitch, base.temperaturePitch),
    temperatureRhythm: real(said.temperatureRhythm, RANGES.temperatureRhythm, base.temperatureRhythm),
    topP: real(said.topP, RANGES.topP, base.topP),
    form: typeof said.form === 'string' ? formLetters(said.form) : base.form,
    density: Object.fromEntries(BAND.map((role) => [role, real(fieldOf(said.density, role), RANGES.density, 0)]).filter(([, value]) => value)),
    muted: Array.isArray(said.muted) ? mutedRoles(said.muted) : base.muted,
    alternatives: CHOICES.find((n) => n === said.alternatives) ?? base.alternatives,
    seed: whole(said.seed, RANGES.seed),
  }
}

/** The settings a job was asked with, so that its form says what made the music. The seed stays free for the next one. */
export function settingsFromRequest(request: JobRequest, styles: readonly StyleCard[], maxBars?: number): Settings {
  const settings: Settings = {
    style: request.style,
    bars: request.bars,
    key: request.key ?? '',
    keyLock: request.key_lock,
    tempo: request.tempo,
    metre: request.metre ?? '',
    temperaturePitch: request.temperature_pitch,
    temperatureRhythm: request.temperature_rhythm,
    topP: request.top_p,
    form: request.form === USUAL_FORM ? '' : (request.form ?? ''),
    density: request.density ?? {},
    muted: mutedRoles(request.muted ?? []),
    alternatives: 1,
    seed: null,
  }
  return settingsFrom(JSON.stringify(settings), styles, maxBars)
}

/** The styles that a band plays (MuseGAN's arrangers) instead of a writer of single notes. */
export const ARRANGERS = ['hybrid', 'composer', 'jamming'] as const

export const isBand = (style: string) => (ARRANGERS as readonly string[]).includes(style)

/** What the variational networks draw out of nothing. */
const DRAWS: readonly string[] = ['tune', 'phrase', 'trio', 'groove', 'beat']

const isDraw = (style: string) => DRAWS.includes(style)

/** Whether a style is written note by note: only then is there a scale to keep to, and daring. */
export const isWritten = (style: string) => !isBand(style) && !isDraw(style)

/** What to ask for. Each family reads of it what concerns it. */
export function requestFrom(settings: Settings, continueFrom: JobRequest['continue_from']): JobRequest {
  return {
    ...(isBand(settings.style) ? bandPart(settings) : { model: isDraw(settings.style) ? 'vae' : 'rnn' }),
    style: settings.style,
    bars: settings.bars,
    key: settings.key || null,
    key_lock: settings.keyLock && settings.key !== '',
    tempo: settings.tempo,
    metre: settings.metre || null,
    temperature_pitch: settings.temperaturePitch,
    temperature_rhythm: settings.temperatureRhythm,
    top_p: settings.topP,
    seed: settings.seed,
    continue_from: continueFrom,
  }
}

function bandPart({ style, form, density, muted }: Settings) {
  return { model: 'musegan', arranger: style, form: form || USUAL_FORM, density, muted }
}

const USUAL_FORM = 'AABA'
const LONGEST_FORM = 32

/** What was typed as a form, in capitals and nothing but letters: "a a-b" is AAB. */
export const formLetters = (text: string) => text.toUpperCase().replace(/[^A-Z]/g, '').slice(0, LONGEST_FORM)

/** Of all that was said, roles, each once; where all five would be silent, none. */
function mutedRoles(said: readonly unknown[]): readonly Role[] {
  const muted = BAND.filter((role) => said.filter(isRole).includes(role))
  return muted.length < BAND.length ? muted : []
}

export const within = (value: number, { least, most }: Range) => Math.min(most, Math.max(least, value))

/** A typed number: '' is null, what is no number is undefined, the rest is brought into the range. */
export function typedNumber(text: string, range: Range): number | null | undefined {
  if (text.trim() === '') return null
  const value = Number(text)
  return Number.isFinite(value) ? within(Math.round(value), range) : undefined
}

const TONICS = ['C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B']

/** As the server names them. */
export const MAJOR_KEYS = TONICS.map((tonic) => `${tonic} major`)
export const MINOR_KEYS = TONICS.map((tonic) => `${tonic} minor`)
const KEYS: readonly string[] = [...MAJOR_KEYS, ...MINOR_KEYS]

const KEY_NAMES: Readonly<Record<string, string>> = {
  'C major': gettext('C major'),
  'C# major': gettext('C♯ major'),
  'D major': gettext('D major'),
  'Eb major': gettext('E♭ major'),
  'E major': gettext('E major'),
  'F major': gettext('F major'),
  'F# major': gettext('F♯ major'),
  'G major': gettext('G major'),
  'Ab major': gettext('A♭ major'),
  'A major': gettext('A major'),
  'Bb major': gettext('B♭ major'),
  'B major': gettext('B major'),
  'C minor': gettext('C minor'),
  'C# minor': gettext('C♯ minor'),
  'D minor': gettext('D minor'),
  'Eb minor': gettext('E♭ minor'),
  'E minor': gettext('E minor'),
  'F minor': gettext('F minor'),
  'F# minor': gettext('F♯ minor'),
  'G minor': gettext('G minor'),
  'Ab minor': gettext('A♭ minor'),
  'A minor': gettext('A minor'),
  'Bb minor': gettext('B♭ minor'),
  'B minor': gettext('B minor'),
}

/** "Eb major" as musicians write it: "E♭ major", "Es-Dur". */
export const keyName = (key: string) => KEY_NAMES[key] ?? key

const fieldOf = (value: unknown, name: string): unknown => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined)

function record(kept: string | null): Partial<Record<keyof Settings, unknown>> {
  try {
    const value: unknown = JSON.parse(kept ?? '')
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
