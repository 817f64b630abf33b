import { css, html, nothing } from 'lit'
import { ControlBar } from './controlBar.ts'
import { controlStyles } from './controlStyles.ts'
import { type Glyph, glyph } from './glyphs.ts'
import { FASTEST, MOST_TRANSPOSED, type Player, SLOWEST } from './Player.ts'
import type { PianoRoll } from './PianoRoll.ts'
import { placeAt } from './score.ts'
import { clockText, tappedBpm } from './tempo.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  transport: gettext('Transport'),
  play: gettext('Play'),
  pause: gettext('Pause'),
  start: gettext('Stop and go to the start'),
  position: gettext('Position'),
  place: (bar: number, beat: number) => interpolate(gettext('Bar %s, beat %s'), [bar, beat]),
  catchingUp: gettext('Catching up: the next bar is being written.'),
  tempo: gettext('Tempo'),
  tempoUnit: gettext('beats a minute'),
  tap: gettext('Tap'),
  tapLabel: gettext('Tap the tempo'),
  speed: gettext('Speed'),
  transpose: gettext('Transpose'),
  lower: gettext('A semitone lower'),
  higher: gettext('A semitone higher'),
  loop: gettext('Loop'),
  follow: gettext('Follow'),
  followLabel: gettext('Follow the music'),
  volume: gettext('Volume'),
  zoomIn: gettext('Zoom in'),
  zoomOut: gettext('Zoom out'),
  fit: gettext('Fit the whole piece'),
  tracks: gettext('Tracks'),
  more: gettext('More controls'),
} as const

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2] as const

/**
 * The bar under a roll: play, place, tempo, speed, transposition, loop, follow, zoom and volume.
 *
 * Properties: `player`; `roll`, for follow and zoom; `mixer`, any element that the button "Tracks" shows and hides.
 */
export class TransportElement extends ControlBar {
  static override properties = {
    player: { attribute: false },
    roll: { attribute: false },
    mixer: { attribute: false },
    unfolded: { state: true },
  }

  declare player: Player | null
  declare roll: PianoRoll | null
  declare mixer: HTMLElement | null
  declare unfolded: boolean

  protected override readonly label = words.transport
  protected override readonly subject = 'player'
  private taps: number[] = []
  private shown = ''

  constructor() {
    super()
    this.player = this.roll = this.mixer = null
    this.unfolded = false
  }

  protected override watch(signal: AbortSignal): void {
    const { player } = this
    if (!player) return
    this.redrawOn(player, ['state', 'settings', 'load', 'trouble'], signal)
    // Sixty positions a second come in; only what can be read is drawn anew.
    player.addEventListener(
      'position',
      () => {
        const shown = `${this.place} ${Math.floor(player.elapsed * 5)} ${this.roll?.follow}`
        if (shown === this.shown) return
        this.shown = shown
        this.requestUpdate()
      },
      { signal },
    )
  }

  private get place(): string {
    const { player } = this
    if (!player) return '1.1'
    const { bar, beat } = placeAt(player.score.metres, Math.min(player.position, Math.max(0, player.length - 1)))
    return `${bar}.${beat}`
  }

  override render() {
    const { player, roll } = this
    const going = player?.state === 'playing' || player?.state === 'waiting'
    const empty = !player?.score.tracks.length
    const [bar, beat] = this.place.split('.').map(Number) as [number, number]
    const notice = player?.state === 'waiting' && player.position > 0 ? words.catchingUp : player?.trouble
    return html`
      <input class="seek" type="range" min="0" max=${Math.max(1, player?.length ?? 1)} step="1" ?disabled=${empty}
        .value=${String(Math.round(player?.position ?? 0))} aria-label=${words.position} aria-valuetext=${words.place(bar, beat)}
        @input=${(e: Event) => player?.seek(valueOf(e))} />
      <div class="bar" ?data-unfolded=${this.unfolded}>
        <div class="main">
          ${this.button(going ? 'pause' : 'play', going ? words.pause : words.play, () => void player?.toggle(), { name: 'play', disabled: empty, keys: 'Space' })}
          ${this.button('start', words.start, () => player?.stop(), { disabled: empty, keys: 'Home' })}
          <p class="place figures"><span class="hidden">${words.place(bar, beat)}</span><span aria-hidden="true">${bar}<i>.</i>${beat}</span></p>
          <p class="time figures quiet">${clockText(player?.elapsed ?? 0)} / ${clockText(player?.duration ?? 0)}</p>
        </div>
        <div class="middle">
          ${this.button('loop', words.loop, () => player?.setLoopOn(!player.loopOn), { pressed: player?.loopOn ?? false, keys: 'L' })}
          ${roll ? this.button('follow', words.followLabel, () => this.setFollow(!roll.follow), { pressed: roll.follow, keys: 'J' }) : nothing}
          ${this.mixer ? this.tracksButton(this.mixer) : nothing}
          <button class="fold" aria-label=${words.more} title=${words.more} aria-expanded=${this.unfolded} @click=${() => (this.unfolded = !this.unfolded)}>${glyph('more')}</button>
        </div>
        ${this.settings(player)}
      </div>
      <p class="notice" role="status" ?data-empty=${!notice}>${notice ?? ''}</p>
    `
  }

  private settings(player: Player | null) {
    const scale = player?.tempoScale ?? 1
    const transpose = player?.transpose ?? 0
    return html`
      <div class="field tempo">
        <label for="tempo">${words.tempo}<span class="hidden"> ${words.tempoUnit}</span></label>
        <input id="tempo" class="figures" type="number" inputmode="numeric" min=${SLOWEST} max=${FASTEST} step="1"
          .value=${String(Math.round(player?.bpm ?? 120))} @change=${(e: Event) => this.setTempo(e)} />
        <button class="tap" aria-label=${words.tapLabel} title=${words.tapLabel} @pointerdown=${(e: PointerEvent) => this.tap(e)} @click=${(e: MouseEvent) => e.detail === 0 && this.tap(e)}>${words.tap}</button>
      </div>
      <div class="field speed">
        <label for="speed">${words.speed}</label>
        <select id="speed" class="figures" @change=${(e: Event) => player?.setTempoScale(valueOf(e))}>
          ${SPEEDS.some((speed) => near(speed, scale)) ? nothing : html`<option value=${scale} selected>${Math.round(scale * 100)} %</option>`}
          ${SPEEDS.map((speed) => html`<option value=${speed} .selected=${near(speed, scale)}>${speed * 100} %</option>`)}
        </select>
      </div>
      <div class="field transpose" role="group" aria-labelledby="transpose">
        <span id="transpose">${words.transpose}</span>
        <div class="stepper">
          ${this.button('minus', words.lower, () => player?.setTranspose(transpose - 1), { disabled: transpose <= -MOST_TRANSPOSED })}
          <output class="figures" aria-live="polite">${transpose > 0 ? `+${transpose}` : transpose < 0 ? `−${-transpose}` : '0'}</output>
          ${this.button('plus', words.higher, () => player?.setTranspose(transpose + 1), { disabled: transpose >= MOST_TRANSPOSED })}
        </div>
      </div>
      ${this.roll
        ? html`<div class="field zoom">
            ${this.button('zoomOut', words.zoomOut, () => this.roll?.zoomBy(0.8), { keys: '-' })}
            ${this.button('zoomIn', words.zoomIn, () => this.roll?.zoomBy(1.25), { keys: '+' })}
            ${this.button('fit', words.fit, () => this.roll?.fit(), { keys: 'F' })}
          </div>`
        : nothing}
      <div class="field volume">
        <label for="volume">${glyph('volume')}<span class="hidden">${words.volume}</span></label>
        <input id="volume" type="range" min="0" max="100" step="1" .value=${String(Math.round((player?.volume ?? 0.8) * 100))}
          @input=${(e: Event) => player?.setVolume(valueOf(e) / 100)} />
      </div>
    `
  }

  private button(icon: Glyph, label: string, click: () => void, options: { pressed?: boolean; disabled?: boolean; keys?: string; name?: string } = {}) {
    return html`<button class=${options.name ?? icon} aria-label=${label} title=${label} ?disabled=${options.disabled}
      aria-pressed=${options.pressed === undefined ? nothing : String(options.pressed) as 'true'} aria-keyshortcuts=${options.keys ?? nothing}
      @click=${click}>${glyph(icon)}</button>`
  }

  private tracksButton(mixer: HTMLElement) {
    return html`<button class="tracks" aria-label=${words.tracks} aria-expanded=${!mixer.hidden} @click=${() => this.toggleMixer(mixer)}>
      ${glyph('tracks')}<span>${words.tracks}</span></button>`
  }

  private toggleMixer(mixer: HTMLElement): void {
    mixer.hidden = !mixer.hidden
    this.requestUpdate()
  }

  private setFollow(follow: boolean): void {
    if (this.roll) this.roll.follow = follow
    this.requestUpdate()
  }

  private setTempo(event: Event): void {
    const bpm = valueOf(event)
    if (bpm > 0) this.player?.setBpm(bpm)
    // What was refused or held within its limits is shown as it is.
    ;(event.target as HTMLInputElement).value = String(Math.round(this.player?.bpm ?? 120))
  }

  private tap(event: Event): void {
    this.taps = [...this.taps.slice(-7), event.timeStamp]
    const bpm = tappedBpm(this.taps)
    if (bpm) this.player?.setBpm(bpm)
  }

  static override styles = [
    controlStyles,
    css`
      :host {
        container-type: inline-size;
        position: relative;
        padding: 0 var(--space-3, 0.75rem) env(safe-area-inset-bottom);
        background: var(--surface);
        border-top: 1px solid var(--line);
      }
      input.seek[type='range'] {
        position: absolute;
        inset: -12px 0 auto;
        z-index: 1;
        height: 24px;
        min-width: 0;
      }
      input.seek[type='range']::-webkit-slider-runnable-track {
        height: 2px;
        border-radius: 0;
        background: linear-gradient(to right, var(--accent) var(--filled), transparent var(--filled));
      }
      input.seek[type='range']::-moz-range-track {
        height: 2px;
        background: transparent;
      }
      input.seek[type='range']::-moz-range-progress {
        height: 2px;
        background: var(--accent);
      }
      input.seek[type='range']::-webkit-slider-thumb {
        width: 12px;
        height: 12px;
        margin-top: -5px;
        background: var(--accent);
        opacity: 0;
      }
      input.seek[type='range']:is(:hover, :focus-visible, :active)::-webkit-slider-thumb {
        opacity: 1;
      }
      @media (pointer: coarse) {
        input.seek[type='range'] {
          inset: -22px 0 auto;
          height: 44px;
        }
        input.seek[type='range']::-webkit-slider-thumb {
          opacity: 1;
        }
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.25rem 1rem;
        padding: 0.5rem 0;
      }
      .main,
      .middle,
      .field {
        display: flex;
        align-items: center;
      }
      .main {
        gap: 0.25rem;
      }
      .middle {
        gap: 0.125rem;
      }
      .field {
        gap: 0.5rem;
        color: var(--muted);
      }
      .field :is(input, select, output, button) {
        color: var(--ink);
      }
      .zoom,
      .stepper {
        display: flex;
        align-items: center;
        gap: 0;
      }
      p {
        margin: 0;
      }
      button.play {
        width: 3.25rem;
        height: 3.25rem;
        padding: 0;
        border-radius: 50%;
        color: var(--on-accent, var(--ground));
        background: var(--accent);
      }
      button.play svg {
        width: 1.6rem;
        height: 1.6rem;
        stroke-width: 1;
      }
      @media (hover: hover) {
        button.play:hover {
          background: color-mix(in srgb, var(--accent) 86%, var(--ink));
        }
      }
      button:disabled {
        cursor: default;
        opacity: 0.45;
      }
      .place {
        min-width: 4.2ch;
        margin-left: 0.5rem;
        font-size: var(--text-2xl, 1.728rem);
        font-weight: 500;
        line-height: 1;
        letter-spacing: -0.02em;
      }
      .place i {
        color: var(--muted);
        font-style: normal;
      }
      .time {
        min-width: 11ch;
        margin-left: 0.5rem;
        white-space: nowrap;
      }
      output {
        min-width: 3ch;
        text-align: center;
      }
      .middle {
        flex: 1;
      }
      .tap {
        border-color: var(--line);
      }
      .volume {
        width: 8rem;
      }
      .volume label {
        display: flex;
        color: var(--muted);
      }
      .notice {
        padding: 0 0 0.6rem;
        color: var(--ink);
      }
      .notice[data-empty] {
        padding: 0;
      }
      button.fold {
        display: none;
      }
      @container (max-width: 79rem) {
        button.fold {
          display: inline-flex;
        }
        .bar:not([data-unfolded]) :is(.speed, .transpose, .zoom) {
          display: none;
        }
      }
      @container (max-width: 50rem) {
        .middle {
          justify-content: flex-end;
        }
        .bar:not([data-unfolded]) :is(.tempo, .volume) {
          display: none;
        }
      }
      @container (max-width: 30rem) {
        .bar {
          column-gap: 0.25rem;
        }
        .time {
          min-width: 0;
          margin-left: 0.25rem;
        }
        button.follow,
        button.tracks span {
          display: none;
        }
        button.tracks {
          padding: 0;
        }
        .place {
          min-width: 3.4ch;
          margin-left: 0.25rem;
          font-size: var(--text-xl, 1.44rem);
        }
        .volume {
          flex: 1;
        }
      }
      @container (max-width: 24rem) {
        button.start {
          display: none;
        }
      }
    `,
  ]
}

function valueOf(event: Event): number {
  return Number((event.target as HTMLInputElement | HTMLSelectElement).value)
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.005
}

customElements.define('ostinato-transport', TransportElement)

declare global {
  interface HTMLElementTagNameMap {
    'ostinato-transport': TransportElement
  }
}
