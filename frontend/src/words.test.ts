import { afterEach, describe, expect, it } from 'vitest'
import { gettext, interpolate, ngettext, number, pgettext } from './words.ts'

afterEach(() => {
  delete (globalThis as { django?: unknown }).django
})

describe('without a catalogue', () => {
  it('a message is its own translation', () => {
    expect(gettext('Play')).toBe('Play')
    expect(pgettext('a sort', 'New')).toBe('New')
  })

  it('one is singular, everything else plural', () => {
    expect([0, 1, 2].map((n) => ngettext('%s note', '%s notes', n))).toEqual(['%s notes', '%s note', '%s notes'])
  })
})

it('a catalogue is asked at each call, so it may come after this module', () => {
  ;(globalThis as { django?: unknown }).django = {
    gettext: (message: string) => `de:${message}`,
    ngettext: (one: string, many: string, n: number) => (n === 1 ? `de:${one}` : `de:${many}`),
    pgettext: (context: string, message: string) => `${context}:${message}`,
  }
  expect(gettext('Play')).toBe('de:Play')
  expect(ngettext('%s note', '%s notes', 2)).toBe('de:%s notes')
  expect(pgettext('a sort', 'New')).toBe('a sort:New')
})

describe('interpolate', () => {
  it('puts a list in, in order', () => {
    expect(interpolate('Bar %s of %s', [3, 8])).toBe('Bar 3 of 8')
  })

  it('puts names in, in whatever order the language wants', () => {
    expect(interpolate('%(bars)s, %(notes)s', { notes: 12, bars: 'two' })).toBe('two, 12')
  })

  it('writes a per cent sign for two, and takes what is put in literally', () => {
    expect(interpolate('%s: 90 %% of %s', ['%s', '$&'])).toBe('%s: 90 % of $&')
  })

  it('leaves a hole where a value is missing, rather than "undefined"', () => {
    expect(interpolate('Bar %s of %s', [3])).toBe('Bar 3 of %s')
  })
})

it('numbers are written as English writes them where no page says otherwise', () => {
  expect(number(1234.5)).toBe('1,234.5')
})
