/** How a page waits for a site that is away: it asks again by itself, soon at first, then more and more seldom. */
import { ApiError } from './api.ts'

const FIRST_WAIT_MS = 250
export const LONGEST_WAIT_MS = 4000

/** How long to wait before each try: twice as long as before the last. */
export class Waits {
  private ms = FIRST_WAIT_MS

  next(): number {
    const { ms } = this
    this.ms = Math.min(LONGEST_WAIT_MS, 2 * ms)
    return ms
  }

  /** The site has answered. */
  reset(): void {
    this.ms = FIRST_WAIT_MS
  }
}

/** No answer at all, one of a proxy that has lost its site, or one of a site that has lost its database. */
const AWAY = ['unreachable', 'http_502', 'http_503', 'http_504', 'database_away']

const isAway = (error: unknown) => error instanceof ApiError && AWAY.includes(error.code)

/**
 * Asks until the site is there to answer. For what changes nothing, since it may be asked twice.
 * `onAway` hears once that the site is away. Rejects with what the site refuses, and when `signal` gives it up.
 */
export async function onceReached<T>(ask: () => Promise<T>, { signal, onAway }: { signal?: AbortSignal; onAway?: () => void } = {}): Promise<T> {
  const waits = new Waits()
  for (let tries = 1; ; tries++) {
    try {
      const answer = await ask()
      signal?.throwIfAborted()
      return answer
    } catch (error) {
      if (!isAway(error)) throw error
    }
    signal?.throwIfAborted()
    if (tries === 1) onAway?.()
    await pause(waits.next(), signal)
    signal?.throwIfAborted()
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
}
