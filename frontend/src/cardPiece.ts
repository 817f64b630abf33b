import { find } from './dom.ts'

/** The piece that a card shows. */
export interface CardPiece {
  readonly code: string
  readonly title: string
  /** Path of its page. */
  readonly address: string
}

export function pieceOf(card: HTMLElement): CardPiece {
  const link = find<HTMLAnchorElement>('.card-title a', card)
  return { code: card.dataset.piece ?? '', title: link.textContent?.trim() ?? '', address: link.pathname }
}
