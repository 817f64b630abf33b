import { expect, test } from 'vitest'
import type { SoundState } from './api.ts'
import { whenReady } from './downloads.ts'

const said = (state: SoundState['state'], share = 0, message = ''): SoundState => ({ state, share, message, url: '/sound' })

function site(...states: SoundState[]): () => Promise<SoundState> {
  return async () => states.shift()!
}

test('a sound is asked for until it is there, and every answer is shown', async () => {
  const shown: number[] = []
  const asked = site(said('waiting'), said('rendering', 0.5), said('ready', 1))
  const ready = await whenReady(asked, (state) => shown.push(state.share), async () => undefined)
  expect(ready.url).toBe('/sound')
  expect(shown).toEqual([0, 0.5, 1])
})

test('what cannot be rendered ends with the reason', async () => {
  const asked = site(said('waiting'), said('failed', 0, 'It has no notes.'))
  await expect(whenReady(asked, () => undefined, async () => undefined)).rejects.toThrow('It has no notes.')
})
