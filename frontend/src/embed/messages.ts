/**
 * What an embed and the page around it say to each other by `postMessage` (docs/embed.md). Every message is an object with
 * `ostinato: 1`; whatever else arrives is somebody else's and is left alone.
 */
export type Command =
  | { readonly do: 'play' | 'pause' | 'position' }
  | { readonly do: 'seek'; readonly bar: number }
  | { readonly do: 'seek'; readonly seconds: number }
  | { readonly do: 'mute'; readonly on: boolean }

export type Place = { readonly bar: number; readonly beat: number; readonly seconds: number; readonly duration: number }

export type Told =
  | ({ readonly event: 'ready'; readonly title: string; readonly bars: number } & Place)
  | ({ readonly event: 'playing' | 'paused' | 'ended' | 'position' } & Place)
  | { readonly event: 'muted'; readonly on: boolean }
  | { readonly event: 'refused'; readonly reason: string }

/** A command with the id under which its answer is wanted. */
export interface Request {
  readonly command: Command
  readonly id: string | number | null
}

/** The request in a message: null when it is not for us; a sentence when it is for us and makes no sense. */
export function readRequest(data: unknown): Request | string | null {
  if (!isRecord(data) || data.ostinato !== 1) return null
  const id = typeof data.id === 'string' || typeof data.id === 'number' ? data.id : null
  switch (data.do) {
    case 'play':
    case 'pause':
    case 'position':
      return { command: { do: data.do }, id }
    case 'seek':
      if (isNumber(data.bar) && data.bar >= 1) return { command: { do: 'seek', bar: Math.floor(data.bar) }, id }
      if (isNumber(data.seconds) && data.seconds >= 0) return { command: { do: 'seek', seconds: data.seconds }, id }
      return 'seek needs a bar, from 1, or seconds, from 0.'
    case 'mute':
      return { command: { do: 'mute', on: data.on !== false }, id }
    default:
      return `There is nothing to do called ${JSON.stringify(data.do ?? null)}: play, pause, seek, mute, position.`
  }
}

export function message(told: Told, id: string | number | null = null): Record<string, unknown> {
  return { ostinato: 1, ...told, ...(id === null ? {} : { id }) }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
