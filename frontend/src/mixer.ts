import { css, html } from 'lit'
import { ControlBar } from './controlBar.ts'
import { controlStyles } from './controlStyles.ts'
import { FAMILIES, KITS, kitFor } from './instruments.ts'
import type { Player, Strip } from './Player.ts'
import { type TrackStyle, trackStyles } from './trackStyle.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  mixer: gettext('Tracks'),
  instrument: (name: string) => interpolate(gettext('Instrument of %s'), [name]),
  mute: (name: string) => interpolate(gettext('Mute %s'), [name]),
  solo: (name: string) => interpolate(gettext('Solo %s'), [name]),
  level: (name: string) => interpolate(gettext('Level of %s'), [name]),
  current: (name: string) => interpolate(gettext('%s: the keys M and N, and the keyboard of the roll, mean this track'), [name]),
} as const

/** One strip a track: its name with colour and pattern, instrument, mute, solo and level. Property: `player`. */
export class MixerElement extends ControlBar {
  static override properties = { player: { attribute: false } }

  declare player: Player | null
  protected override readonly label = words.mixer
  protected override readonly subject = 'player'

  constructor() {
    super()
    this.player = null
  }

  protected override watch(signal: AbortSignal): void {
    if (this.player) this.redrawOn(this.player, ['strips', 'load'], signal)
  }

  override render() {
    const { player } = this
    if (!player) return html``
    const styles = trackStyles(player.strips)
    const { audible, currentTrack } = player
    return html`<ul>
      ${player.strips.map((strip, track) => this.strip(player, strip, track, styles[track]!, audible[track]!, track === currentTrack))}
    </ul>`
  }

  private strip(player: Player, strip: Strip, track: number, style: TrackStyle, audible: boolean, current: boolean) {
    const { name } = strip
    return html`<li ?data-silent=${!audible} ?data-current=${current}>
      <button class="name" title=${words.current(name)} aria-current=${current ? 'true' : 'false'} @click=${() => player.setCurrentTrack(track)}>
        <span class="swatch" data-slot=${style.slot} data-pattern=${style.pattern}></span><span>${name}</span>
      </button>
      <select aria-label=${words.instrument(name)} @change=${(e: Event) => player.setProgram(track, valueOf(e))}>
        ${strip.isDrum ? kitOptions(strip.program) : programOptions(strip.program)}
      </select>
      <button class="letter" aria-label=${words.mute(name)} title=${words.mute(name)} aria-pressed=${strip.muted} aria-keyshortcuts=${'M'} @click=${() => player.setMuted(track, !strip.muted)}>M</button>
      <button class="letter" aria-label=${words.solo(name)} title=${words.solo(name)} aria-pressed=${strip.solo} aria-keyshortcuts=${'N'} @click=${() => player.setSolo(track, !strip.solo)}>S</button>
      <input type="range" min="0" max="100" step="1" aria-label=${words.level(name)} .value=${String(Math.round(strip.volume * 100))}
        @input=${(e: Event) => player.setTrackVolume(track, valueOf(e) / 100)} />
    </li>`
  }

  static override styles = [
    controlStyles,
    css`
      :host {
        container-type: inline-size;
        background: var(--surface);
        border-top: 1px solid var(--line);
      }
      ul {
        display: grid;
        grid-template-columns: 1fr;
        margin: 0;
        padding: 0.25rem var(--space-3, 0.75rem);
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(7rem, 1fr) minmax(8rem, 1.2fr) auto auto minmax(6rem, 1.4fr);
        align-items: center;
        gap: 0.25rem 0.5rem;
        padding: 0.125rem 0;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .name {
        justify-content: flex-start;
        min-width: 0;
        padding-left: 0.25rem;
        gap: 0.6rem;
        font-size: var(--text-m, 1rem);
      }
      .name span:last-child {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      [data-current] .name {
        font-weight: 600;
      }
      [data-silent] .name {
        color: var(--muted);
      }
      select {
        width: 100%;
        min-width: 0;
        text-overflow: ellipsis;
        border-color: transparent;
        background: transparent;
      }
      select:hover {
        border-color: var(--edge, var(--line));
      }
      option,
      optgroup {
        color: var(--ink);
        background: var(--surface);
      }
      .letter {
        padding: 0;
        font-weight: 600;
        color: var(--muted);
        border-color: var(--line);
      }
      .swatch {
        --colour: var(--track-1);
        --mark: color-mix(in srgb, var(--colour) 62%, var(--ground));
        flex: none;
        width: 1.5rem;
        height: 0.7rem;
        border-radius: 3px;
        background: var(--colour);
      }
      [data-silent] .swatch {
        opacity: 0.4;
      }
      .swatch[data-slot='2'] {
        --colour: var(--track-2);
      }
      .swatch[data-slot='3'] {
        --colour: var(--track-3);
      }
      .swatch[data-slot='4'] {
        --colour: var(--track-4);
      }
      .swatch[data-slot='5'] {
        --colour: var(--track-5);
      }
      .swatch[data-pattern='stripe'] {
        background: repeating-linear-gradient(135deg, var(--colour) 0 3px, var(--mark) 3px 5px);
      }
      .swatch[data-pattern='dots'] {
        background: radial-gradient(circle at center, var(--mark) 1.3px, transparent 1.6px) 0 0 / 5px 5px, var(--colour);
      }
      .swatch[data-pattern='hatch'] {
        background:
          repeating-linear-gradient(45deg, transparent 0 4px, var(--mark) 4px 5px),
          repeating-linear-gradient(135deg, transparent 0 4px, var(--mark) 4px 5px),
          var(--colour);
      }
      .swatch[data-pattern='outline'] {
        border: 1.5px solid var(--colour);
        background: color-mix(in srgb, var(--colour) 38%, var(--ground));
      }
      @container (min-width: 70rem) {
        ul {
          grid-template-columns: 1fr 1fr;
          column-gap: 2.5rem;
        }
        li:nth-child(2) {
          border-top: 0;
        }
      }
      @container (max-width: 34rem) {
        li {
          grid-template-columns: 1fr 2.75rem 2.75rem;
          padding: 0.4rem 0;
        }
        select {
          grid-column: 1;
          grid-row: 2;
        }
        input {
          grid-column: 2 / 4;
          grid-row: 2;
          min-width: 0;
        }
      }
    `,
  ]
}

function programOptions(program: number) {
  return FAMILIES.map(
    ({ name, instruments }, family) => html`<optgroup label=${name}>
      ${instruments.map((instrument, i) => option(family * 8 + i, instrument, program))}
    </optgroup>`,
  )
}

function kitOptions(program: number) {
  return KITS.map((kit) => option(kit.program, kit.name, kitFor(program)))
}

function option(value: number, name: string, chosen: number) {
  return html`<option value=${value} .selected=${value === chosen}>${name}</option>`
}

function valueOf(event: Event): number {
  return Number((event.target as HTMLInputElement | HTMLSelectElement).value)
}

customElements.define('ostinato-mixer', MixerElement)

declare global {
  interface HTMLElementTagNameMap {
    'ostinato-mixer': MixerElement
  }
}
