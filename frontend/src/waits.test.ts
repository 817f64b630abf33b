import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from './api.ts'
import { onceReached } from './waits.ts'

const unreachable = () => new ApiError(0, 'unreachable', 'The site cannot be reached.')

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A site that fails so often, then answers; and when it was asked, in ms. */
function site(...failures: ApiError[]): { ask: () => Promise<string>; times: number[] } {
  const times: number[] = []
  const begun = Date.now()
  const ask = async () => {
    times.push(Date.now() - begun)
    const failure = failures.shift()
    if (failure) throw failure
    return 'the answer'
  }
  return { ask, times }
}

test('a site that is away is asked again, each time after a longer wait, up to four seconds', async () => {
  const { ask, times } = site(...Array.from({ length: 7 }, unreachable))
  const answer = onceReached(ask)
  await vi.runAllTimersAsync()
  expect(await answer).toBe('the answer')
  expect(times).toEqual([0, 250, 750, 1750, 3750, 7750, 11750, 15750])
})

test('a proxy without its site and a site without its database are waited for as well', async () => {
  const { ask, times } = site(new ApiError(502, 'http_502', ''), new ApiError(503, 'database_away', ''))
  const answer = onceReached(ask)
  await vi.runAllTimersAsync()
  expect(await answer).toBe('the answer')
  expect(times).toHaveLength(3)
})

test('what the site refuses is not asked again', async () => {
  const { ask, times } = site(new ApiError(404, 'not_found', 'There is no such piece.'))
  await expect(onceReached(ask)).rejects.toThrow('There is no such piece.')
  await vi.runAllTimersAsync()
  expect(times).toEqual([0])
})

test('it is said once that the site is away', async () => {
  const { ask } = site(unreachable(), unreachable())
  const away = vi.fn()
  void onceReached(ask, { onAway: away })
  await vi.runAllTimersAsync()
  expect(away).toHaveBeenCalledTimes(1)
})

test('who no longer wants the answer neither gets it nor asks again', async () => {
  const { ask, times } = site(unreachable())
  const given = new AbortController()
  const answer = onceReached(ask, { signal: given.signal })
  const refused = expect(answer).rejects.toThrow()
  await vi.advanceTimersByTimeAsync(100)
  given.abort()
  await refused
  await vi.runAllTimersAsync()
  expect(times).toEqual([0])
})

test('an answer that comes after it was given up is not heard', async () => {
  const given = new AbortController()
  const answer = onceReached(async () => given.abort(), { signal: given.signal })
  await expect(answer).rejects.toThrow()
})

test('a wait that is over leaves nothing on the signal, and one that is given up no timer', async () => {
  const { ask } = site(...Array.from({ length: 8 }, unreachable))
  const given = new AbortController()
  const waiting = new Set<unknown>()
  const { signal } = given
  vi.spyOn(signal, 'addEventListener').mockImplementation((type, listener) => {
    waiting.add(listener)
    EventTarget.prototype.addEventListener.call(signal, type, listener)
  })
  vi.spyOn(signal, 'removeEventListener').mockImplementation((type, listener) => {
    waiting.delete(listener)
    EventTarget.prototype.removeEventListener.call(signal, type, listener)
  })
  const refused = expect(onceReached(ask, { signal })).rejects.toThrow()
  await vi.advanceTimersByTimeAsync(8000)
  expect(waiting.size).toBe(1)
  given.abort()
  await refused
  expect([waiting.size, vi.getTimerCount()]).toEqual([0, 0])
})
