/** Choosing notes on a piece's roll to write about them: with the pointer, with a finger, or with Enter in the grid of notes. */
import { ChoosingHand } from './ChoosingHand.ts'
import { find } from './dom.ts'
import { holds, MOST_PLACES, notedOf, type NotePlace, placeOf, toggled, writePlaces } from './notePlaces.ts'
import type { PlayerElement } from './playerElement.ts'
import { toast } from './toast.ts'
import { gettext, interpolate, ngettext } from './words.ts'

const words = {
  choose: gettext('Choose notes'),
  done: gettext('Done choosing'),
  how: gettext('Press notes, or drag a box around them. By keys: go to a note and press Enter.'),
  chosen: (n: number) => interpolate(ngettext('%s note chosen', '%s notes chosen', n), [n]),
  most: interpolate(gettext('A comment is about at most %s notes.'), [MOST_PLACES]),
  editing: gettext('Finish editing first; then notes can be chosen.'),
}

export class NoteChoice {
  private places: readonly NotePlace[] = []
  private choosing = false
  private keys: AbortController | null = null

  constructor(private readonly element: PlayerElement) {}

  /** The form was written anew by the server. After it was sent nothing is chosen. */
  bind(sent: boolean): void {
    const button = document.querySelector<HTMLButtonElement>('#comment-choose')
    if (!button) return
    if (sent) this.clear()
    button.onclick = () => (this.choosing ? this.stop() : this.start())
    this.show()
  }

  private start(): void {
    const { element } = this
    if (element.session) return toast(words.editing)
    this.choosing = true
    const roll = element.roll!
    roll.setHand(
      new ChoosingHand(
        (place) => this.set(toggled(this.places, place)),
        (places) => this.set([...this.places, ...places.filter((place) => !holds(this.places, place))]),
        () => roll.touch(),
      ),
    )
    element.scrollIntoView({ block: 'nearest' })
    void this.listen()
    this.show()
  }

  /** In the grid Enter takes the note that is read out, or leaves it. */
  private async listen(): Promise<void> {
    const { signal } = (this.keys = new AbortController())
    const grid = await this.element.grid!
    if (signal.aborted) return
    const press = (e: KeyboardEvent) => {
      if (e.key !== 'Enter' || !grid.note) return
      e.preventDefault()
      e.stopPropagation()
      this.set(toggled(this.places, placeOf(grid.place.track, grid.note)))
      grid.announce(words.chosen(this.places.length))
    }
    grid.element.addEventListener('keydown', press, { capture: true, signal })
  }

  private stop(): void {
    this.choosing = false
    this.letGo()
    this.show()
    find('#comment-text').focus()
  }

  private clear(): void {
    if (this.choosing) this.letGo()
    this.choosing = false
    this.places = []
  }

  /** The roll is given back, unless editing has taken it meanwhile. */
  private letGo(): void {
    this.keys?.abort()
    if (!this.element.session) this.element.roll?.setHand(null)
  }

  private set(places: readonly NotePlace[]): void {
    if (places.length > MOST_PLACES) return toast(words.most)
    this.places = places
    this.show()
  }

  private show(): void {
    const { places, choosing } = this
    const button = find<HTMLButtonElement>('#comment-choose')
    button.disabled = false
    button.textContent = choosing ? words.done : words.choose
    button.setAttribute('aria-pressed', String(choosing))
    find<HTMLInputElement>('#comment-notes').value = writePlaces(places)
    find('#comment-chosen').textContent = [places.length && words.chosen(places.length), choosing && words.how].filter(Boolean).join('. ')
    // Chosen notes say their bar themselves.
    find<HTMLInputElement>('#comment-bar').disabled = places.length > 0
    this.element.roll?.setNoted(notedOf(places))
  }
}
