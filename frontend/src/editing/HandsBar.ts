import { css, html, nothing } from 'lit'
import { ControlBar } from '../controlBar.ts'
import { barStyles, controlStyles } from '../controlStyles.ts'
import { editGlyph } from './editGlyphs.ts'
import type { Hands } from './Hands.ts'
import { gettext } from '../words.ts'

const words = {
  bar: gettext('Playing by hand'),
  keys: gettext('Letters play notes'),
  keysHint: gettext('A W S E D … are piano keys; Z and X go an octave down and up'),
  record: gettext('Record'),
  counting: gettext('Counting in'),
  stop: gettext('Stop recording'),
  quantise: gettext('Quantise'),
  midi: gettext('Use MIDI'),
  output: gettext('Play on'),
  none: gettext('This computer'),
}

/** Letters as piano keys, recording, MIDI. Property: `hands`. */
export class HandsBar extends ControlBar {
  static override properties = { hands: { attribute: false } }

  declare hands: Hands | null
  protected override readonly label = words.bar
  protected override readonly subject = 'hands'

  constructor() {
    super()
    this.hands = null
  }

  protected override watch(signal: AbortSignal): void {
    if (this.hands) this.redrawOn(this.hands, ['change'], signal)
  }

  override render() {
    const { hands } = this
    if (!hands) return nothing
    const { state, ports } = hands
    return html`<div class="bar pushed">
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
    barStyles,
    css`
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
      @media (max-width: 48rem) {
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
