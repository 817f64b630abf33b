import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { controlStyles } from '../controlStyles.ts'
import { editGlyph } from './editGlyphs.ts'
import type { Hands } from './Hands.ts'

const words = {
  bar: 'Playing by hand',
  keys: 'Letters play notes',
  keysHint: 'A W S E D … are piano keys; Z and X go an octave down and up',
  record: 'Record',
  counting: 'Counting in',
  stop: 'Stop recording',
  quantise: 'Quantise',
  midi: 'Use MIDI',
  output: 'Play on',
  none: 'This computer',
}

/** Letters as piano keys, recording, MIDI. Property: `hands`. */
export class HandsBar extends LitElement {
  static override properties = { hands: { attribute: false } }

  declare hands: Hands | null
  private joined: AbortController | null = null

  constructor() {
    super()
    this.hands = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.setAttribute('role', 'group')
    this.setAttribute('aria-label', words.bar)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.joined?.abort()
  }

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('hands')) return
    this.joined?.abort()
    this.joined = new AbortController()
    this.hands?.addEventListener('change', () => this.requestUpdate(), { signal: this.joined.signal })
  }

  override render() {
    const { hands } = this
    if (!hands) return nothing
    const { state, ports } = hands
    return html`<div class="bar">
      <button class="record" aria-pressed=${state !== 'idle'} @click=${() => hands.toggle()}>${editGlyph('record')}<span>${state === 'idle' ? words.record : state === 'counting' ? words.counting : words.stop}</span></button>
      <label class="check"><input type="checkbox" .checked=${hands.quantise} @change=${(e: Event) => (hands.quantise = (e.target as HTMLInputElement).checked)} />${words.quantise}</label>
      <button aria-pressed=${hands.typing} title=${words.keysHint} @click=${() => hands.setTyping(!hands.typing)}>${words.keys}</button>
      ${ports ? nothing : html`<button @click=${() => void hands.connect()}>${editGlyph('midi')}<span>${words.midi}</span></button>`}
      ${ports?.outputs.length
        ? html`<label class="check"><span class="quiet">${words.output}</span>
            <select aria-label=${words.output} @change=${(e: Event) => ports.choose((e.target as HTMLSelectElement).value)}>
              <option value="">${words.none}</option>
              ${ports.outputs.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
            </select></label>`
        : nothing}
      <p class="quiet" role="status">${hands.midiWords || (hands.typing ? words.keysHint : '')}</p>
    </div>`
  }

  static override styles = [
    controlStyles,
    css`
      :host {
        background: var(--surface);
        border-bottom: 1px solid var(--line);
      }
      .bar {
        display: flex;
        align-items: center;
        flex-wrap: wrap;
        gap: 0.125rem 0.5rem;
        padding: 0.125rem 0.5rem;
      }
      .check {
        display: flex;
        align-items: center;
        gap: 0.4rem;
        min-height: var(--target, 2.75rem);
        padding: 0 0.4rem;
      }
      .check input {
        width: 1.1rem;
        height: 1.1rem;
        accent-color: var(--accent);
      }
      .record svg {
        width: 1rem;
        height: 1rem;
      }
      p {
        margin: 0;
      }
      @media (max-width: 48rem) {
        .bar {
          flex-wrap: nowrap;
          overflow-x: auto;
          scrollbar-width: none;
        }
        .bar > * {
          flex: none;
        }
        p {
          white-space: nowrap;
        }
      }
    `,
  ]
}

customElements.define('ostinato-hands-bar', HandsBar)

declare global {
  interface HTMLElementTagNameMap {
    'ostinato-hands-bar': HandsBar
  }
}
