import { css, html, nothing } from 'lit'
import { ControlBar } from '../controlBar.ts'
import { barStyles, controlStyles } from '../controlStyles.ts'
import { ALTERNATIVES, type Infill } from './Infill.ts'
import { gettext } from '../words.ts'

const words = {
  bar: gettext('Bars played anew'),
  alternatives: gettext('Alternatives'),
  keep: gettext('Keep it'),
  leave: gettext('Leave as it was'),
  close: gettext('Close'),
  hint: gettext('Number keys hear them, Enter keeps, Escape leaves all as it was.'),
}

/** The alternatives of an infill by their numbers, to be heard, kept or left. Property: `infill`. */
export class InfillBar extends ControlBar {
  static override properties = { infill: { attribute: false } }

  declare infill: Infill | null
  protected override readonly label = words.bar
  protected override readonly subject = 'infill'

  constructor() {
    super()
    this.infill = null
  }

  protected override watch(signal: AbortSignal): void {
    if (this.infill) this.redrawOn(this.infill, ['change'], signal)
  }

  override render() {
    const { infill } = this
    this.hidden = !infill || infill.state === 'closed'
    if (!infill || this.hidden) return nothing
    const numbers = Array.from({ length: ALTERNATIVES }, (_, i) => i)
    const choosing = infill.state === 'choosing'
    return html`<div class="bar">
      <p>${infill.sentence || infill.name}</p>
      ${choosing
        ? html`<div class="group" role="radiogroup" aria-label=${words.alternatives}>
              ${numbers.map(
                (i) => html`<button role="radio" aria-checked=${infill.heard === i} aria-label=${String(i + 1)} aria-keyshortcuts=${String(i + 1)}
                  ?disabled=${i >= infill.count} @click=${() => infill.hear(i)}>${i + 1}</button>`,
              )}
            </div>
            <button class="primary" aria-keyshortcuts="Enter" @click=${() => infill.keep()}>${words.keep}</button>`
        : nothing}
      <button aria-keyshortcuts="Escape" @click=${() => infill.leave()}>${infill.state === 'trouble' ? words.close : words.leave}</button>
      ${choosing ? html`<p class="quiet hint"><span class="keys">${words.hint}</span> ${infill.left}</p>` : nothing}
    </div>`
  }

  static override styles = [
    controlStyles,
    barStyles,
    css`
      .group {
        display: flex;
        gap: 0.25rem;
      }
      p::first-letter {
        text-transform: uppercase;
      }
      @media (hover: none) {
        .keys {
          display: none;
        }
      }
      button {
        border-color: var(--edge, var(--line));
      }
      .primary,
      button[aria-checked='true'] {
        border-color: var(--accent);
      }
      .group button {
        font-variant-numeric: tabular-nums;
        font-weight: 600;
      }
      .hint {
        padding: 0.25rem 0;
      }
      @media (max-width: 48rem) {
        .hint {
          flex-basis: 100%;
        }
      }
    `,
  ]
}

customElements.define('ostinato-infill-bar', InfillBar)

declare global {
  interface HTMLElementTagNameMap {
    'ostinato-infill-bar': InfillBar
  }
}
