import { css, html, LitElement } from 'lit'
import { bindKeys, joinRoll, rollOptions } from './join.ts'
import './mixer.ts'
import type { MixerElement } from './mixer.ts'
import type { Note } from './note.ts'
import type { EditOptions, EditSession } from './editing/session.ts'
import type { NoteGrid } from './NoteGrid.ts'
import { PianoRoll } from './PianoRoll.ts'
import { Player } from './Player.ts'
import type { Score } from './score.ts'
import { Synth } from './synth.ts'
import './transport.ts'
import type { TransportElement } from './transport.ts'

/**
 * A score to look at and to hear: roll, transport and mixer, joined. It fills the height that it is given; else the roll
 * is `--roll-height` high. What lies between its tags is shown until a score is loaded.
 *
 * Attributes: `piece-title`, for the lock screen; `keyless`, when the page's keys belong to something else.
 * `?bar=9` in a page's address is the page's to read: `element.player.seek(tick)`.
 */
export class PlayerElement extends LitElement {
  static override properties = {
    pieceTitle: { attribute: 'piece-title' },
    keyless: { type: Boolean },
    loaded: { type: Boolean, reflect: true },
  }

  declare pieceTitle: string
  declare keyless: boolean
  declare loaded: boolean
  readonly player = new Player(Synth.shared())
  roll: PianoRoll | null = null
  grid: Promise<NoteGrid> | null = null
  /** The editing that goes on, if any. */
  session: EditSession | null = null
  private joined: AbortController | null = null

  constructor() {
    super()
    this.pieceTitle = ''
    this.keyless = this.loaded = false
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.player.pause()
    this.endSession()
    this.joined?.abort()
    this.joined = null
    this.roll?.dispose()
    this.roll = null
  }

  /** Shows a score and stands at its start. A live one is still being written: its notes come by `addNotes`. */
  load(score: Score, { live = false } = {}): void {
    if (this.pieceTitle) this.player.title = this.pieceTitle
    this.endSession()
    this.join()
    this.player.load(score, { live })
    this.roll!.setScore(score, { live })
    this.loaded = true
  }

  addNotes(track: number, notes: readonly Note[], until: number): void {
    this.player.append(track, notes, until)
    this.roll?.append(track, notes, until)
  }

  complete(length?: number): void {
    this.player.complete(length)
    this.roll?.complete(length)
  }

  /** Offers to change the notes. All of it comes when it is asked for. */
  async edit(options: EditOptions): Promise<EditSession> {
    const [{ EditSession }, grid] = await Promise.all([import('./editing/session.ts'), this.grid!])
    this.endSession()
    const place = (name: string) => this.renderRoot.querySelector<HTMLElement>(`.${name}`)!
    const { onDone } = options
    const done = onDone && { onDone: () => (this.endSession(), onDone()) }
    return (this.session = new EditSession(this.player, this.roll!, grid, { tools: place('tools'), lane: place('lane') }, { ...options, ...done }))
  }

  private endSession(): void {
    this.session?.stop()
    this.session = null
  }

  override render() {
    return html`<div class="tools"></div>
      <div class="roll" part="roll"></div>
      <div class="lane"></div>
      <div class="before"><slot></slot></div>
      <ostinato-transport part="transport"></ostinato-transport>
      <ostinato-mixer hidden></ostinato-mixer>`
  }

  private join(): void {
    if (this.joined) return
    this.performUpdate()
    const { signal } = (this.joined = new AbortController())
    const transport = this.renderRoot.querySelector<TransportElement>('ostinato-transport')!
    const mixer = this.renderRoot.querySelector<MixerElement>('ostinato-mixer')!
    const onFollow = () => transport.requestUpdate()
    this.roll = new PianoRoll(this.renderRoot.querySelector<HTMLElement>('.roll')!, { ...rollOptions(this.player), onFollow })
    this.grid = joinRoll(this.player, this.roll, signal)
    if (!this.keyless) bindKeys(this.player, this.roll, signal)
    transport.player = mixer.player = this.player
    transport.roll = this.roll
    transport.mixer = mixer
  }

  static override styles = css`
    :host {
      display: flex;
      flex-direction: column;
      min-height: 0;
      overflow: hidden;
      background: var(--ground);
      border: 1px solid var(--line);
      border-radius: var(--radius-3, 10px);
    }
    :host([hidden]) {
      display: none;
    }
    .roll,
    .before {
      flex: 1 1 var(--roll-height, 26rem);
      min-height: 12rem;
    }
    .tools,
    .lane {
      flex: none;
    }
    .lane {
      position: relative;
      height: 4.5rem;
    }
    .lane canvas {
      position: absolute;
      width: 100%;
      height: 100%;
      touch-action: none;
      cursor: ns-resize;
    }
    .tools:empty,
    .lane:empty {
      display: none;
    }
    :host(:not([loaded])) .roll,
    :host([loaded]) .before {
      display: none;
    }
    ostinato-mixer {
      flex: none;
      max-height: 45%;
      overflow-y: auto;
    }
    ostinato-transport {
      flex: none;
    }
  `
}

customElements.define('ostinato-player', PlayerElement)

declare global {
  interface HTMLElementTagNameMap {
    'ostinato-player': PlayerElement
  }
}
