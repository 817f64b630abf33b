/** Everything the pages ask of the site's API; what goes wrong is always an ApiError with a sentence for people. */
import { type Score, type ScoreJson, scoreToJson } from './score.ts'
import { gettext } from './words.ts'

export interface JobRequest {
  model: string
  style: string
  /** Of a band, which is then its style as well. */
  arranger?: string
  bars: number
  key: string | null
  key_lock: boolean
  tempo: number | null
  metre: string | null
  temperature_pitch: number
  temperature_rhythm: number
  top_p: number
  seed: number | null
  continue_from: { piece: string; bars: number } | null
  /** Of a band alone. */
  form?: string
  latents?: Latents
  density?: Partial<Record<string, number>>
  muted?: readonly string[]
  given?: Given | null
  /** Of the variational networks alone: the piece to vary, how far, and what to push by how much. */
  piece?: string | null
  amount?: number
  attributes?: Partial<Record<string, number>>
}

/** Seeds of the four latents of a band; what is null or left out follows the piece's own. */
export interface Latents {
  shared: number | null
  shared_time: number | null
  shared_time_of: Readonly<Record<string, number>>
  private: Readonly<Record<string, number>>
  private_time: Readonly<Record<string, number>>
}

/** Tracks that a band leaves as they are and plays along with: of a piece, or of a score sent with the request. */
export interface Given {
  piece?: string | null
  score?: ScoreJson | string | null
  tracks: readonly { track: number; role: string }[]
  first_bar?: number
  last_bar?: number | null
}

export type JobStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled'

export interface Job {
  code: string
  status: JobStatus
  model: string
  style: string
  bars: number
  bars_done: number
  seed: number
  /** Place in line; 0 when it is being written. */
  position: number
  wait_seconds: number | null
  error: { code: string; message: string } | null
  /** Code of the piece it made, once it has ended. */
  piece: string | null
  request: JobRequest
  url: string
  socket: string
  created: string
}

/** A job that was just put in line, and how many more pieces, or else small jobs, this person may ask for within the day. */
export interface AcceptedJob extends Job {
  left_today: number
  small_left_today: number
}

export type Visibility = 'private' | 'unlisted' | 'public'

export interface Piece {
  code: string
  title: string
  visibility: Visibility
  is_draft: boolean
  source: 'generated' | 'uploaded'
  model: string
  style: string
  bars: number
  tempo: number
  n_notes: number
  seconds: number
  created: string
  author: string
  url: string
  /** Only when one piece is asked for. */
  score?: ScoreJson
}

const words = {
  offline: gettext('The site cannot be reached.'),
  offlineNext: gettext('Look at your connection, then try again.'),
  unclear: gettext('The site could not answer.'),
}

export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when no answer came at all. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId = '',
    /** Sentences by the name of the field they are about. */
    readonly fields: Readonly<Record<string, readonly string[]>> = {},
    /** Seconds after which it may be tried again, when the site said so. */
    readonly retryAfter: number | null = null,
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

/** What went wrong, in the server's words, those about a field first. `otherwise`: for what is the page's own fault. */
export function sentenceOf(error: unknown, otherwise = gettext('Something went wrong on this page.')): string {
  if (!(error instanceof ApiError)) return otherwise
  return Object.values(error.fields).flat().join(' ') || error.message
}

/**
 * Asks for a piece; `beside` names a job from which it differs in its seed or its arranger alone, and then counts less.
 * The key makes a request that the browser sends twice one job.
 */
export const createJob = (request: Partial<JobRequest>, beside?: string) =>
  send<AcceptedJob>('POST', `/api/v1/generations/${beside ? `?${new URLSearchParams({ alternative_of: beside })}` : ''}`, request, { 'Idempotency-Key': newKey() })

export interface InfillRequest {
  score: ScoreJson
  /** To be played anew. */
  tracks: readonly number[]
  /** In ticks. */
  start: number
  end: number
  alternatives: number
}

/** Asks a band to play a stretch of some tracks anew, along with the others. */
export const askInfill = (request: InfillRequest) => send<AcceptedJob>('POST', '/api/v1/infills/', request, { 'Idempotency-Key': newKey() })

export const getJob = (code: string) => send<Job>('GET', `/api/v1/generations/${code}/`)

/** Sent to its end also when the page is being left. */
export const cancelJob = (code: string) => send<Job>('POST', `/api/v1/generations/${code}/cancel/`, undefined, {}, { keepalive: true })

/** Cancels a job that nobody waits for any more. Its bars so far stay as a draft. */
export const giveUp = ({ code }: Pick<Job, 'code'>) => void cancelJob(code).catch(() => undefined)

export const getPiece = (code: string) => send<Piece & { score: ScoreJson }>('GET', `/api/v1/pieces/${code}/`)

export const changePiece = (code: string, changes: Partial<Pick<Piece, 'title' | 'visibility'>>) =>
  send<Piece>('PATCH', `/api/v1/pieces/${code}/`, changes)

export const keepPiece = (code: string, title?: string) =>
  send<Piece>('POST', `/api/v1/pieces/${code}/keep/`, title ? { title } : {})

/** Replaces a piece's notes; `version` names those that were edited. Answers with the new version. */
export async function editNotes(code: string, { length, tracks }: Score, version: string): Promise<string> {
  const letters = { model: 'm', human: 'h', edited: 'e' }
  const rows = tracks.map(({ notes }) =>
    notes.map(({ onset, duration, pitch, velocity, origin }) => [onset, duration, pitch, velocity, ...(origin ? [letters[origin]] : [])]),
  )
  const answer = await send<{ notes_etag: string }>('PATCH', `/api/v1/pieces/${code}/notes/`, { length, tracks: rows }, { 'If-Match': version })
  return answer.notes_etag
}

/** The version of a piece's notes, to be named when they are edited. */
export const notesVersion = async (code: string) => (await send<{ notes_etag: string }>('GET', `/api/v1/pieces/${code}/notes/`)).notes_etag

/** Keeps a score that was drawn as a private piece. Notes that a band played in it are said to be its own. */
export async function keepDrawing(score: Score): Promise<{ piece: Piece; version: string }> {
  const piece = await send<Piece>('POST', '/api/v1/drawings/', { score: scoreToJson(score) })
  const version = await notesVersion(piece.code)
  const byBand = score.tracks.some(({ notes }) => notes.some(({ origin }) => origin === 'model'))
  return { piece, version: byBand ? await editNotes(piece.code, score, version) : version }
}

export const deletePiece = (code: string) => send<null>('DELETE', `/api/v1/pieces/${code}/`)

export const restorePiece = (code: string) => send<Piece>('POST', `/api/v1/pieces/${code}/restore/`)

/** How far a sound file is. */
export interface SoundState {
  state: 'waiting' | 'rendering' | 'ready' | 'failed'
  /** Done of it, 0 to 1. */
  share: number
  /** Why it failed. */
  message: string
  url: string
}

/** Asks for a sound file (wav, ogg, mp3 or stems); the first who asks has it rendered. */
export const soundState = (code: string, format: string) => send<SoundState>('GET', `/api/v1/pieces/${code}/audio/state/?format=${format}`)

/** What came of writing a piece again by its recipe. */
export interface Reproduction {
  state: 'unasked' | 'waiting' | 'running' | 'done' | 'failed'
  message: string
  identical: boolean | null
  n_same: number
  n_notes: number
  differences: { words: string }[]
}

export const getReproduction = (code: string) => send<Reproduction>('GET', `/api/v1/pieces/${code}/reproduction/`)

export const startReproduction = (code: string) => send<Reproduction>('POST', `/api/v1/pieces/${code}/reproduction/`)

/** Has a recipe followed for who asks. */
export const importRecipe = (recipe: unknown) => send<Job>('POST', '/api/v1/recipes/', recipe)

/** A blend of pieces: its points, ends included. */
export interface Blend {
  code: string
  status: JobStatus
  error: { code: string; message: string } | null
  path: {
    redrawn: number[]
    distance: number[]
    changes: string[]
    points: { index: number; shares: number[]; score: ScoreJson }[]
  }
}

/** `points`: on the way, or on each side of a square; else as many as are usual. */
export const askBlend = (pieces: readonly string[], points: number | null = null) =>
  send<Blend>('POST', '/api/v1/interpolations/', { pieces, points }, { 'Idempotency-Key': newKey() })

export const getBlend = (code: string) => send<Blend>('GET', `/api/v1/interpolations/${code}/`)

/** Keeps a point of a blend; several are kept one a bar. */
export const keepPoint = (code: string, points: readonly number[]) => send<Piece>('POST', `/api/v1/interpolations/${code}/pieces/`, { points })

export interface Collection {
  code: string
  title: string
}

/** My collections, newest first. */
export const getCollections = () => send<{ results: Collection[] }>('GET', '/api/v1/collections/?page_size=100')

export const createCollection = (title: string) => send<Collection>('POST', '/api/v1/collections/', { title })

export const addToCollection = (collection: string, piece: string) => send<null>('PUT', `/api/v1/collections/${collection}/pieces/${piece}/`)

export const tellPlayed = (code: string) => send<null>('POST', `/api/v1/pieces/${code}/plays/`)

export const reportPiece = (code: string, reason: string) => send<unknown>('POST', `/api/v1/pieces/${code}/report/`, { reason })

/** How often one of the three arrangers was chosen, with its 95 % interval; all as shares from 0 to 1. */
export interface ArrangerShare {
  arranger: string
  votes: number
  share: number
  low: number
  high: number
}

/** One's own vote on a seed, and the tally that is only then shown. */
export interface Verdict {
  seed: number
  choice: string
  n: number
  tally: ArrangerShare[]
}

/** Before the vote. */
export interface NoVerdict {
  seed: number
  choice: null
}

/** Votes for the best of three jobs that differ in their arranger alone; once a seed. */
export const voteForArranger = (jobs: readonly string[], choice: string) => send<Verdict>('POST', '/api/v1/arranger-votes/', { jobs, choice })

export const getVerdict = (seed: number) => send<Verdict | NoVerdict>('GET', `/api/v1/arranger-votes/${seed}/`)

export const createToken = () => send<{ token: string }>('POST', '/api/v1/tokens/')

export interface Uploaded {
  piece: Piece
  /** Plain sentences: what was changed on the way in. */
  changes: string[]
}

/** Sends a file. `onProgress` hears the share sent, 0 to 1. */
export function uploadFile(file: File, onProgress: (share: number) => void): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const form = new FormData()
    form.append('file', file)
    // fetch cannot say how much of a body has been sent.
    const request = new XMLHttpRequest()
    request.open('POST', '/api/v1/uploads/')
    request.setRequestHeader('X-CSRFToken', csrfToken())
    request.setRequestHeader('Accept', 'application/json')
    request.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total)
    request.onerror = () => reject(unreachable())
    request.onload = () => {
      const body = parsed(request.responseText)
      if (request.status < 300) resolve(body as Uploaded)
      else reject(errorFrom(request.status, body, (name) => request.getResponseHeader(name)))
    }
    request.send(form)
  })
}

/** Posts a form to one of the account pages, which answer scripts with JSON instead of a page. */
export async function postForm(address: string, fields: Record<string, string>): Promise<void> {
  const response = await fetched(address, {
    method: 'POST',
    headers: { 'X-CSRFToken': csrfToken(), 'X-Requested-With': 'XMLHttpRequest', Accept: 'application/json' },
    body: new URLSearchParams(fields),
  })
  if (response.ok) return
  throw formErrorFrom(response.status, parsed(await response.text()), (name) => response.headers.get(name))
}

async function send<T>(method: string, address: string, body?: unknown, headers: Record<string, string> = {}, more: RequestInit = {}): Promise<T> {
  const response = await fetched(address, {
    ...more,
    method,
    headers: {
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      // Read at each call: the site changes it when somebody signs in, and a guest is signed in by the first request.
      ...(method === 'GET' ? {} : { 'X-CSRFToken': csrfToken() }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = parsed(await response.text())
  if (!response.ok) throw errorFrom(response.status, answer, (name) => response.headers.get(name))
  return answer as T
}

async function fetched(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { credentials: 'same-origin', ...init })
  } catch {
    throw unreachable()
  }
}

/** 128 random bits; crypto.randomUUID is not there on plain http. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-')

const unreachable = () => new ApiError(0, 'unreachable', `${words.offline} ${words.offlineNext}`)

function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : null
  } catch {
    return null
  }
}

/** An answer that went wrong, as an error; an answer that is not the API's (a proxy's page, say) gets plain words. */
export function errorFrom(status: number, body: unknown, header: (name: string) => string | null): ApiError {
  const said = isRecord(body) ? body : {}
  const wait = Number.parseFloat(header('Retry-After') ?? '')
  return new ApiError(
    status,
    typeof said.code === 'string' ? said.code : `http_${status}`,
    typeof said.message === 'string' ? said.message : words.unclear,
    typeof said.request_id === 'string' ? said.request_id : (header('X-Request-ID') ?? ''),
    fieldSentences(said.fields),
    Number.isFinite(wait) ? wait : null,
  )
}

/** The account pages' answer: {"form": {"errors": [...], "fields": {name: {"errors": [...]}}}}. */
export function formErrorFrom(status: number, body: unknown, header: (name: string) => string | null): ApiError {
  const form = isRecord(body) && isRecord(body.form) ? body.form : null
  if (!form) return errorFrom(status, body, header)
  const fields: Record<string, readonly string[]> = {}
  for (const [name, field] of Object.entries(isRecord(form.fields) ? form.fields : {})) {
    const errors = isRecord(field) ? sentences(field.errors) : []
    if (errors.length) fields[name] = errors
  }
  return new ApiError(status, 'form', sentences(form.errors).join(' '), '', fields)
}

function fieldSentences(value: unknown): Record<string, readonly string[]> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(Object.entries(value).map(([name, said]) => [name, sentences(said)]))
}

const sentences = (value: unknown): string[] => (Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [])

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The token that proves a request comes from our own page. */
export function csrfToken(): string {
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)
  return cookie?.[1] ?? document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? ''
}
