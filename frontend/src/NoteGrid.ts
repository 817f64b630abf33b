import type { Note } from './note.ts'
import { nearest, type NotePlace, onTrack, stepped, steppedBar } from './noteWalk.ts'
import { noteSentence } from './noteWords.ts'
import type { Metre } from './score.ts'
import { gettext, interpolate, ngettext } from './words.ts'

const words = {
  notes: gettext('Notes'),
  hint: gettext('Left and right go from note to note, up and down from track to track, Page Up and Page Down from bar to bar.'),
  count: (name: string, n: number) => interpolate(ngettext('%s, %s note', '%s, %s notes', n), [name, n]),
  none: (name: string) => interpolate(gettext('%s, no notes'), [name]),
}

/** Cells left and right of the cursor that stand in the page; all others are only counted. */
const NEAR = 3

export interface GridTrack {
  readonly name: string
  readonly isDrum: boolean
  /** In order of onset and pitch. */
  readonly notes: readonly Note[]
}

export interface NoteGridOptions {
  /** The notes as they are now. */
  read(): { readonly tracks: readonly GridTrack[]; readonly metres: readonly Metre[] }
  /** The cursor was moved by a key, to a note of `place.track`; null in a track without notes. */
  onWalk(place: NotePlace, note: Note | null): void
  /** The cursor is seen (focus came) or not (focus left). */
  onFocus(focused: boolean): void
}

const style = new CSSStyleSheet()
style.replaceSync(`
  :host { position: absolute; inset: auto auto 0 0; z-index: 2; max-width: 100%; pointer-events: none; }
  [role=grid] { display: block; }
  .said, [role=row], [role=rowheader], [role=gridcell] { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  /* Who walks by keys and sees reads what the screen reader says. */
  [role=row]:focus-within { position: static; width: auto; height: auto; overflow: visible; clip-path: none; }
  [role=gridcell]:focus { position: static; display: block; width: auto; height: auto; clip-path: none; margin: 0 0 8px 8px; padding: 6px 12px;
    text-overflow: ellipsis; font: 500 0.875rem / 1.4 var(--font-sans, system-ui, sans-serif); color: var(--ink, #eceae4);
    background: var(--raised, #1d2127); border-radius: 6px; outline: 2px solid var(--accent, #ffb454); outline-offset: -1px; }
`)

/**
 * The notes of a roll as a grid that a screen reader reads: a row a track, a cell a note, only those near the cursor in
 * the page, however many there are. One stop of the Tab key leads in; arrows walk.
 */
export class NoteGrid {
  readonly element = document.createElement('div')
  private readonly grid = document.createElement('div')
  private readonly said = document.createElement('p')
  private cursor: NotePlace = { track: 0, place: 0 }
  private focused = false
  private shown = ''

  /** Told, beside the options, of each note that the cursor is moved to by keys. */
  onCursor: ((place: NotePlace, note: Note | null) => void) | null = null

  constructor(private readonly options: NoteGridOptions) {
    const root = this.element.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [style]
    const hint = document.createElement('p')
    hint.id = 'hint'
    hint.className = 'said'
    hint.hidden = true
    hint.textContent = words.hint
    this.grid.setAttribute('role', 'grid')
    this.grid.setAttribute('aria-label', words.notes)
    this.grid.setAttribute('aria-describedby', 'hint')
    this.said.className = 'said'
    this.said.setAttribute('role', 'status')
    root.append(this.grid, hint, this.said)
    this.grid.addEventListener('keydown', (event) => this.press(event))
    this.grid.addEventListener('focusin', () => this.setFocused(true))
    this.grid.addEventListener('focusout', (event) => !this.grid.contains(event.relatedTarget as Node | null) && this.setFocused(false))
    this.refresh()
  }

  /** The note under the cursor. */
  get note(): Note | null {
    return this.options.read().tracks[this.cursor.track]?.notes[this.cursor.place] ?? null
  }

  get place(): NotePlace {
    return this.cursor
  }

  get hasFocus(): boolean {
    return this.focused
  }

  /** The notes have changed: the cursor stays on its place as far as there is one. */
  refresh(): void {
    const { tracks } = this.options.read()
    const track = Math.max(0, Math.min(tracks.length - 1, this.cursor.track))
    this.cursor = stepped(tracks, { track, place: this.cursor.place }, 0)
    this.render()
  }

  /** Puts the cursor on a note, or where that note would be. Says nothing by itself. */
  goTo(track: number, note: { readonly onset: number; readonly pitch: number }): void {
    const notes = this.options.read().tracks[track]?.notes ?? []
    const near = Math.max(0, nearest(notes, note.onset))
    let place = near
    for (let i = near; notes[i]?.onset === notes[near]?.onset && i < notes.length; i++) if (notes[i]!.pitch === note.pitch) place = i
    this.cursor = { track, place }
    this.render()
  }

  /** Puts the cursor on a track's note nearest in time. */
  goToTrack(track: number): void {
    const { tracks } = this.options.read()
    if (track === this.cursor.track || !tracks[track]) return
    this.cursor = onTrack(tracks, this.cursor, track)
    this.render()
  }

  /** The next or the previous note. */
  step(by: 1 | -1): void {
    this.walk(stepped(this.options.read().tracks, this.cursor, by))
  }

  /** Says a sentence to screen readers. */
  announce(sentence: string): void {
    // The same sentence twice is news twice.
    this.said.textContent = sentence === this.said.textContent ? `${sentence}\u00a0` : sentence
  }

  focus(): void {
    this.grid.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true })
  }

  private press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    const { tracks, metres } = this.options.read()
    const { track } = this.cursor
    const to = (): NotePlace | null => {
      switch (event.key) {
        case 'ArrowLeft':
          return stepped(tracks, this.cursor, -1)
        case 'ArrowRight':
          return stepped(tracks, this.cursor, 1)
        case 'ArrowUp':
          return onTrack(tracks, this.cursor, Math.max(0, track - 1))
        case 'ArrowDown':
          return onTrack(tracks, this.cursor, Math.min(tracks.length - 1, track + 1))
        case 'PageUp':
          return steppedBar(tracks, metres, this.cursor, -1)
        case 'PageDown':
          return steppedBar(tracks, metres, this.cursor, 1)
        case 'Home':
          return { track, place: 0 }
        case 'End':
          return stepped(tracks, { track, place: Infinity }, 0)
        default:
          return null
      }
    }
    const place = to()
    if (!place || !tracks.length) return
    event.preventDefault()
    this.walk(place)
  }

  private walk(place: NotePlace): void {
    this.cursor = place
    this.render()
    this.options.onWalk(place, this.note)
    this.onCursor?.(place, this.note)
    // A cell that has the focus is read by itself.
    if (!this.focused) this.announce(this.grid.querySelector('[tabindex="0"]')?.textContent ?? '')
  }

  private setFocused(focused: boolean): void {
    if (focused === this.focused) return
    this.focused = focused
    this.options.onFocus(focused)
  }

  /** Rows with the cells near the cursor. A focused cell passes its focus on to the one that takes its place. */
  private render(): void {
    const { tracks, metres } = this.options.read()
    const focused = this.focused
    const tick = this.note?.onset ?? 0
    this.grid.setAttribute('aria-rowcount', String(tracks.length))
    this.grid.setAttribute('aria-colcount', String(1 + Math.max(1, ...tracks.map(({ notes }) => notes.length))))
    this.grid.hidden = tracks.length === 0
    const before = focused ? this.shown : ''
    this.shown = `${this.cursor.track} ${this.cursor.place}`
    const rows = tracks.map((track, i) => {
      const own = i === this.cursor.track
      const at = own ? this.cursor.place : Math.max(0, nearest(track.notes, tick))
      const [from, to] = own ? [at - NEAR, at + NEAR] : [at, at]
      const row = part('row', 'aria-rowindex', i + 1)
      const head = part('rowheader', 'aria-colindex', 1)
      head.textContent = words.count(track.name, track.notes.length)
      row.append(head)
      for (let place = Math.max(0, from); place <= Math.min(track.notes.length - 1, to); place++) {
        row.append(this.cell(noteSentence(track.notes[place]!, track, metres), place, own && place === at))
      }
      if (!track.notes.length) row.append(this.cell(words.none(track.name), 0, own))
      return row
    })
    // The same cell with other words keeps the focus: it was changed, and that is said by who changed it.
    if (before === this.shown && takeWords([...this.grid.children], rows)) return
    this.grid.replaceChildren(...rows)
    if (focused) this.focus()
  }

  private cell(text: string, place: number, current: boolean): HTMLElement {
    const cell = part('gridcell', 'aria-colindex', place + 2)
    cell.tabIndex = current ? 0 : -1
    if (current) cell.setAttribute('aria-current', 'true')
    cell.textContent = text
    return cell
  }
}

/** Gives rows the words of others that are built alike. False when they are not. */
function takeWords(rows: readonly Element[], others: readonly Element[]): boolean {
  if (rows.length !== others.length || rows.some((row, i) => row.childElementCount !== others[i]!.childElementCount)) return false
  rows.forEach((row, i) => {
    ;[...row.children].forEach((cell, k) => {
      const other = others[i]!.children[k]!
      if (cell.textContent !== other.textContent) cell.textContent = other.textContent
      cell.setAttribute('aria-colindex', other.getAttribute('aria-colindex')!)
    })
  })
  return true
}

function part(role: string, index: string, number: number): HTMLElement {
  const element = document.createElement('div')
  element.setAttribute('role', role)
  element.setAttribute(index, String(number))
  return element
}
