import { LitElement } from 'lit'
import { fill } from './fill.ts'

/** A named group of controls that is drawn anew whenever what it controls says that something has changed. */
export abstract class ControlBar extends LitElement {
  private watching: AbortController | null = null

  /** What a screen reader calls the group. */
  protected abstract readonly label: string

  /** The property that holds what is controlled. */
  protected abstract readonly subject: string

  /** Listen to what is controlled, until `signal` is aborted. */
  protected abstract watch(signal: AbortSignal): void

  /** Draw anew at each of these events. */
  protected redrawOn(source: EventTarget, types: readonly string[], signal: AbortSignal): void {
    for (const type of types) source.addEventListener(type, () => this.requestUpdate(), { signal })
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.setAttribute('role', 'group')
    this.setAttribute('aria-label', this.label)
    this.watchAnew()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.watching?.abort()
  }

  override willUpdate(changed: ReadonlyMap<PropertyKey, unknown>): void {
    if (changed.has(this.subject) && this.isConnected) this.watchAnew()
  }

  override updated(): void {
    for (const slider of this.renderRoot.querySelectorAll<HTMLInputElement>('input[type=range]')) fill(slider)
  }

  private watchAnew(): void {
    this.watching?.abort()
    this.watching = new AbortController()
    this.watch(this.watching.signal)
  }
}
