/** A blind trial of the three arrangers: which letter is whose, what has been heard, when one may vote. */
import type { ArrangerShare } from './api.ts'
import { gettext, interpolate, language, ngettext, number } from './words.ts'

export const LETTERS = ['A', 'B', 'C'] as const

/** The three in an order that nobody chose. `random`: numbers from 0 up to 1. */
export function shuffled<T>(things: readonly T[], random: () => number = Math.random): T[] {
  const order = [...things]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}

const words = {
  unheard: (letters: readonly string[]) => interpolate(gettext('Before you vote, listen to %s.'), [new Intl.ListFormat(language()).format(letters)]),
  ready: gettext('Which is the best? One vote a seed.'),
  share: (votes: number, n: number) => interpolate(ngettext('%s of %s vote', '%s of %s votes', n), [votes, n]),
  interval: (share: string, low: string, high: string) => interpolate(gettext('%s, in truth between %s and %s'), [share, low, high]),
}

/** What stands between a listener and the vote, or that nothing does. */
export function voteLine(heard: readonly boolean[]): { sentence: string; open: boolean } {
  const left = LETTERS.filter((_, i) => !heard[i])
  return left.length ? { sentence: words.unheard(left), open: false } : { sentence: words.ready, open: true }
}

const percent = (share: number) => number(share, { style: 'percent', maximumFractionDigits: 0 })

/** "3 of 7 votes: 43 %, in truth between 16 % and 75 %". */
export const shareLine = ({ votes, share, low, high }: ArrangerShare, n: number) => `${words.share(votes, n)}: ${words.interval(percent(share), percent(low), percent(high))}`
