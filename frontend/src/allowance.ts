/** What is left of the day's pieces: said on the page before it runs out, with the way to more. */
import type { AcceptedJob } from './api.ts'
import { make } from './dom.ts'
import { gettext, interpolate, ngettext } from './words.ts'

export type Left = Pick<AcceptedJob, 'left_today' | 'small_left_today'>

/** From so many on nobody need be told. */
const FEW_LEFT = 10

/** How much more may be asked for today, once it is worth knowing; else nothing. */
export function leftToday({ left_today: pieces, small_left_today: small }: Left): string {
  if (pieces >= FEW_LEFT) return ''
  if (!small) return gettext('That was all for today.')
  const changes = interpolate(ngettext('%s small change', '%s small changes', small), [small])
  if (!pieces) return interpolate(gettext('No new piece is left for today, but %s.'), [changes])
  return interpolate(ngettext('%s more piece today, or %s.', '%s more pieces today, or %s.', pieces), [pieces, changes])
}

/** Says it in the page's line; to a guest with what an account would give. */
export function showLeft(left: Left): void {
  const line = document.querySelector<HTMLElement>('#allowance')
  if (!line) return
  const sentence = leftToday(left)
  const { signup, members } = line.dataset
  const what = left.small_left_today ? [' ', make('span', { class: 'allowance-more' }, gettext('A small change is a part or some bars anew, or a further alternative.'))] : []
  const way = signup ? [' ', make('a', { href: signup }, interpolate(gettext('Sign up for %s a day'), [members!]))] : []
  line.replaceChildren(...(sentence ? [make('span', {}, sentence), ...what, ...way] : []))
  line.hidden = !sentence
}

/** What the page came with. */
export function showLeftAtFirst(): void {
  const { left, small } = document.querySelector<HTMLElement>('#allowance')?.dataset ?? {}
  if (left && small) showLeft({ left_today: Number(left), small_left_today: Number(small) })
}
