import { expect, test } from 'vitest'
import { message, readRequest } from './messages.ts'

test.each([
  [{ do: 'play' }, { do: 'play' }],
  [{ do: 'seek', bar: 9.7 }, { do: 'seek', bar: 9 }],
  [{ do: 'seek', seconds: 3.5 }, { do: 'seek', seconds: 3.5 }],
  [{ do: 'mute' }, { do: 'mute', on: true }],
  [{ do: 'mute', on: false }, { do: 'mute', on: false }],
])('%j is understood', (said, command) => {
  expect(readRequest({ ostinato: 1, id: 'a', ...said })).toEqual({ command, id: 'a' })
})

test.each([null, 'play', 7, {}, { do: 'play' }, { ostinato: 2, do: 'play' }, [1]])('%j is not for us', (data) => {
  expect(readRequest(data)).toBeNull()
})

test.each([{ do: 'seek' }, { do: 'seek', bar: 0 }, { do: 'seek', seconds: Number.NaN }, { do: 'explode' }, {}])(
  '%j is refused with the reason',
  (said) => {
    expect(readRequest({ ostinato: 1, ...said })).toEqual(expect.any(String))
  },
)

test('an answer carries the id of what was asked, and none when none was given', () => {
  const place = { bar: 1, beat: 1, seconds: 0, duration: 4 }
  expect(message({ event: 'position', ...place }, 3)).toEqual({ ostinato: 1, event: 'position', ...place, id: 3 })
  expect(message({ event: 'muted', on: true })).toEqual({ ostinato: 1, event: 'muted', on: true })
})
