/** The menu of a card: one for all cards of a page, opened by the button in a card's corner, by keys or by touch. */
import { addToCollection, ApiError, createCollection, getCollections, reportPiece } from './api.ts'
import { chooseFirst } from './blendPick.ts'
import { pieceOf, type CardPiece } from './cardPiece.ts'
import { bindDialogs } from './dialogs.ts'
import { find, findAll, make } from './dom.ts'
import { clearErrors, showErrors } from './form.ts'
import { toast } from './toast.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  collected: (title: string) => interpolate(gettext('It is in “%s” now.'), [title]),
  reported: gettext('Reported. A moderator looks at it; you see what becomes of it under Reports.'),
  failed: gettext('That did not work. Nothing was changed.'),
}

/** Between the button and the menu, px. */
const GAP = 4

class CardMenu {
  private button: HTMLButtonElement | null = null
  private piece: CardPiece | null = null

  constructor(private readonly menu: HTMLElement) {
    // Delegated, because lists go on as one scrolls.
    document.addEventListener('click', (e) => {
      const button = (e.target as Element).closest<HTMLButtonElement>('.card-more')
      if (button) this.open(button)
    })
    menu.addEventListener('toggle', (e) => this.button?.setAttribute('aria-expanded', String((e as ToggleEvent).newState === 'open')))
    menu.addEventListener('keydown', (e) => this.press(e))
    menu.addEventListener('click', (e) => this.choose((e.target as Element).closest<HTMLElement>('[role=menuitem]')))
    document.addEventListener('scroll', () => menu.matches(':popover-open') && menu.hidePopover(), { passive: true })
  }

  private get items(): HTMLElement[] {
    return findAll('[role=menuitem]', this.menu).filter((item) => !item.closest('[hidden]'))
  }

  private open(button: HTMLButtonElement): void {
    const card = button.closest<HTMLElement>('.card')!
    this.button = button
    const piece = (this.piece = pieceOf(card))
    for (const part of findAll('[data-when]', this.menu)) {
      const { when, address } = part.dataset
      part.hidden = !when!.split(' ').includes(card.dataset.use ?? '')
      if (address) part.setAttribute('href', address + encodeURIComponent(piece.code))
    }
    this.menu.showPopover()
    this.place(button.getBoundingClientRect())
    this.items[0]?.focus({ preventScroll: true })
  }

  /** Under the button and within the window; above it where there is no room below. */
  private place(button: DOMRect): void {
    const { width, height } = this.menu.getBoundingClientRect()
    const below = button.bottom + GAP
    const top = below + height > innerHeight ? Math.max(GAP, button.top - GAP - height) : below
    const left = Math.min(Math.max(GAP, button.right - width), innerWidth - width - GAP)
    this.menu.style.top = `${top}px`
    this.menu.style.left = `${left}px`
  }

  private press(e: KeyboardEvent): void {
    const items = this.items
    const at = items.indexOf(document.activeElement as HTMLElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[e.key]
    if (to !== undefined) items.at(to % items.length)?.focus()
    else if (e.key === 'Tab') this.menu.hidePopover()
    else if (e.key.length === 1 && e.key !== ' ') this.seek(e.key, at)
    else return
    if (e.key !== 'Tab') e.preventDefault()
    // A letter is no key of the page while a menu is open.
    e.stopPropagation()
  }

  /** A letter leads to the next item that begins with it. */
  private seek(letter: string, at: number): void {
    const items = this.items
    const behind = [...items.slice(at + 1), ...items.slice(0, at + 1)]
    behind.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter.toLowerCase()))?.focus()
  }

  private choose(item: HTMLElement | null): void {
    const { piece } = this
    if (!item || !piece || item.ariaDisabled === 'true') return
    this.menu.hidePopover()
    const { act, reason } = item.dataset
    if (act === 'remix') remix(piece)
    else if (act === 'blend') chooseFirst(piece)
    else if (act === 'collect') void openCollections(piece)
    else if (act === 'report') void attempt(() => report(piece, reason!))
  }
}

/** A form as on the piece's own page: a stranger becomes a guest, and the copy opens. */
function remix(piece: CardPiece): void {
  const form = find<HTMLFormElement>('#card-remix')
  form.action = `${piece.address}remix/`
  form.submit()
}

let shown: CardPiece | null = null

async function openCollections(piece: CardPiece): Promise<void> {
  const dialog = find<HTMLDialogElement>('#collect-dialog')
  shown = piece
  find('[data-title]', dialog).textContent = piece.title
  dialog.showModal()
  const list = find('[data-collections]', dialog)
  list.replaceChildren()
  await attempt(async () => {
    const { results } = await getCollections()
    const buttons = results.map(({ code, title }) => {
      const button = make('button', { type: 'button', class: 'button', dir: 'auto' }, title)
      button.addEventListener('click', () => void attempt(() => collect(dialog, code, title)))
      return button
    })
    list.replaceChildren(...buttons)
  })
}

async function collect(dialog: HTMLDialogElement, code: string, title: string): Promise<void> {
  await addToCollection(code, shown!.code)
  dialog.close()
  toast(words.collected(title))
}

function bindCollections(dialog: HTMLDialogElement): void {
  const form = find<HTMLFormElement>('form', dialog)
  form.addEventListener('submit', (e) => {
    e.preventDefault()
    clearErrors(form)
    const field = find<HTMLInputElement>('input', form)
    void (async () => {
      try {
        const { code, title } = await createCollection(field.value)
        await collect(dialog, code, title)
        field.value = ''
      } catch (error) {
        if (error instanceof ApiError) showErrors(form, error)
        else toast(words.failed)
      }
    })()
  })
}

async function report(piece: CardPiece, reason: string): Promise<void> {
  await reportPiece(piece.code, reason)
  toast(words.reported)
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    toast(error instanceof ApiError ? error.message : words.failed)
  }
}

/** Called once a page. */
export function bindCardMenu(): void {
  const menu = document.getElementById('card-menu')
  if (!menu) return
  new CardMenu(menu)
  const collections = document.querySelector<HTMLDialogElement>('#collect-dialog')
  if (collections) bindCollections(collections)
  bindDialogs()
}
