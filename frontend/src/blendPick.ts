/** Two cards for a blend: the first is kept for as long as the tab is open, and every other card offers to be the second. */
import { pieceOf, type CardPiece } from './cardPiece.ts'
import { find, findAll, make } from './dom.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  which: (title: string) => interpolate(gettext('Blend “%s” with which piece? Choose a second card.'), [title]),
  pick: gettext('Blend with it'),
  pickTitle: (title: string) => interpolate(gettext('Blend with %s'), [title]),
}

const KEPT = 'blend-first'

function first(): Pick<CardPiece, 'code' | 'title'> | null {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as CardPiece | null
}

export function chooseFirst({ code, title }: CardPiece): void {
  sessionStorage.setItem(KEPT, JSON.stringify({ code, title }))
  offerSecond()
}

/** Where a first piece was chosen: says so, and puts a link on each card that may be the second. */
export function offerSecond(): void {
  const bar = document.getElementById('blend-pick')
  const chosen = first()
  for (const link of findAll('.card-pick')) link.remove()
  if (!bar) return
  bar.hidden = !chosen
  if (!chosen) return
  find('p', bar).textContent = words.which(chosen.title)
  find('button', bar).onclick = leave
  for (const card of findAll('.card')) offer(card, chosen.code, bar.dataset.address ?? '')
}

function offer(card: HTMLElement, a: string, address: string): void {
  const { code, title } = pieceOf(card)
  const picture = card.querySelector('.card-picture')
  if (code === a || card.dataset.use === 'reserved' || !picture) return
  const href = `${address}?${new URLSearchParams({ a, b: code }).toString()}`
  const link = make('a', { class: 'button button-primary card-pick', href, 'aria-label': words.pickTitle(title) }, words.pick)
  link.addEventListener('click', () => sessionStorage.removeItem(KEPT))
  picture.append(link)
}

function leave(): void {
  sessionStorage.removeItem(KEPT)
  offerSecond()
}
