import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { controlStyles } from '../controlStyles.ts'
import { fill } from '../fill.ts'
import type { EditAction } from './editKeys.ts'
import { type EditGlyph, editGlyph } from './editGlyphs.ts'
import type { Editor } from './Editor.ts'
import { SNAPS } from './snap.ts'

const words = {
  bar: 'Editing',
  pencil: 'Pencil',
  select: 'Select',
  track: 'Track',
  snap: 'Snap',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  duplicate: 'Duplicate',
  delete: 'Delete',
  transpose: 'Transpose',
  quantise: 'Quantise',
  velocity: 'Velocity',
  play: 'Play in by hand',
  save: 'Save',
  saving: 'Saving',
  done: 'Done',
  unsaved: 'Not saved yet; kept in this browser',
  saved: 'Saved',
}

/** Where saving stands. */
export type SaveState = 'saved' | 'unsaved' | 'saving'

/**
 * What can be done to notes, as buttons. Properties: `editor`, `state`, `closable`; events: 'edit-action' with the action
 * as detail, 'edit-track' with the track's number, 'edit-done'.
 */
export class EditBar extends LitElement {
  static override properties = {
    editor: { attribute: false },
    state: {},
    trouble: {},
    closable: { type: Boolean },
    below: { attribute: false },
  }

  declare editor: Editor | null
  declare state: SaveState
  declare trouble: string
  declare closable: boolean
  /** What the button "Play in" shows and hides. */
  declare below: HTMLElement | null
  private joined: AbortController | null = null

  constructor() {
    super()
    this.editor = null
    this.state = 'saved'
    this.trouble = ''
    this.closable = true
    this.below = null
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
    if (!changed.has('editor')) return
    this.joined?.abort()
    this.joined = new AbortController()
    for (const type of ['selection', 'tool', 'step']) this.editor?.addEventListener(type, () => this.requestUpdate(), { signal: this.joined.signal })
  }

  override updated(): void {
    for (const slider of this.renderRoot.querySelectorAll<HTMLInputElement>('input[type=range]')) fill(slider)
  }

  override render() {
    const { editor } = this
    if (!editor) return nothing
    const none = editor.selected.size === 0
    return html`
      <div class="bar">
        <div class="group" role="radiogroup" aria-label="Tool">
          ${this.tool('pencil', words.pencil, '1')} ${this.tool('select', words.select, '2')}
        </div>
        <label class="field"><span class="quiet">${words.track}</span>
          <select aria-label=${words.track} @change=${(e: Event) => this.tell('edit-track', Number(valueOf(e)))}>
            ${editor.score.tracks.map((track, i) => html`<option value=${i} .selected=${i === editor.track}>${track.name}</option>`)}
          </select></label>
        <label class="field"><span class="quiet">${words.snap}</span>
          <select aria-label=${words.snap} @change=${(e: Event) => (editor.grid = Number(valueOf(e)))}>
            ${SNAPS.map(([name, ticks]) => html`<option value=${ticks} .selected=${ticks === editor.grid}>${name}</option>`)}
          </select></label>
        <div class="group">
          ${this.button('undo', words.undo, 'Control+Z', editor.history.past.length === 0)}
          ${this.button('redo', words.redo, 'Control+Shift+Z', editor.history.future.length === 0)}
        </div>
        <div class="group">
          ${this.button('cut', words.cut, 'Control+X', none)} ${this.button('copy', words.copy, 'Control+C', none)}
          ${this.button('paste', words.paste, 'Control+V', !editor.canPaste)} ${this.button('duplicate', words.duplicate, 'Control+D', none)}
          ${this.button('delete', words.delete, 'Delete', none)}
        </div>
        <div class="group">
          ${this.button('transpose', words.transpose, 'T', false)} ${this.button('quantise', words.quantise, 'Q', false)}
        </div>
        <label class="field velocity"><span class="quiet">${words.velocity}</span>
          <input aria-label=${words.velocity} type="range" min="1" max="127" step="1" ?disabled=${none} .value=${String(this.velocity)} @change=${(e: Event) => editor.strikeAs(Number(valueOf(e)))} /></label>
        ${this.below
          ? html`<button aria-label=${words.play} title=${words.play} aria-expanded=${!this.below.hidden} @click=${() => this.showBelow()}>${editGlyph('midi')}</button>`
          : nothing}
        <div class="group end">
          <p class="state quiet" role="status">${this.trouble || (this.state === 'unsaved' ? words.unsaved : this.state === 'saved' && editor.history.past.length ? words.saved : '')}</p>
          <button class="save" ?disabled=${this.state !== 'unsaved'} aria-keyshortcuts="Control+S" @click=${() => this.act('save')}>${this.state === 'saving' ? words.saving : words.save}</button>
          ${this.closable ? html`<button class="done" @click=${() => this.tell('edit-done')}>${words.done}</button>` : nothing}
        </div>
      </div>
    `
  }

  /** Of what is chosen, the mean. */
  private get velocity(): number {
    const all = [...(this.editor?.selected ?? [])]
    return all.length ? Math.round(all.reduce((sum, note) => sum + note.velocity, 0) / all.length) : 90
  }

  private tool(mode: 'pencil' | 'select', label: string, key: string) {
    return html`<button role="radio" aria-checked=${this.editor!.mode === mode} aria-label=${label} title="${label} (${key})" aria-keyshortcuts=${key}
      @click=${() => this.act(mode)}>${editGlyph(mode)}</button>`
  }

  private button(action: EditAction & EditGlyph, label: string, keys: string, off: boolean) {
    return html`<button aria-label=${label} title="${label} (${keys.replace('Control', 'Ctrl')})" aria-keyshortcuts=${keys} ?disabled=${off}
      @click=${() => this.act(action)}>${editGlyph(action)}</button>`
  }

  private showBelow(): void {
    if (this.below) this.below.hidden = !this.below.hidden
    this.requestUpdate()
  }

  private act(action: EditAction): void {
    this.tell('edit-action', action)
  }

  private tell(type: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }))
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
        gap: 0.125rem 0.75rem;
        flex-wrap: wrap;
        padding: 0.25rem 0.5rem;
      }
      .group,
      .field {
        display: flex;
        align-items: center;
        gap: 0.125rem;
      }
      .field {
        gap: 0.4rem;
      }
      .velocity input {
        width: 6rem;
      }
      .end {
        flex: 1;
        justify-content: flex-end;
        gap: 0.5rem;
      }
      .state {
        margin: 0;
        max-width: 22rem;
      }
      button:disabled {
        opacity: 0.4;
        cursor: default;
      }
      button[aria-checked='true'] {
        color: var(--accent);
        background: color-mix(in srgb, var(--accent) 14%, transparent);
      }
      .save {
        padding: 0 1rem;
        font-weight: 600;
        color: var(--on-accent, var(--ground));
        background: var(--accent);
      }
      .save:disabled {
        color: var(--muted);
        background: transparent;
        border-color: var(--line);
        opacity: 1;
      }
      .done {
        border-color: var(--line);
      }
      @media (hover: hover) {
        .save:hover:enabled {
          background: color-mix(in srgb, var(--accent) 86%, var(--ink));
        }
      }
      @media (max-width: 48rem) {
        /* One row that a thumb pushes aside, so that the roll keeps its height. */
        .bar {
          flex-wrap: nowrap;
          overflow-x: auto;
          scrollbar-width: none;
        }
        .bar > * {
          flex: none;
        }
        .end {
          position: sticky;
          right: -0.5rem;
          flex: none;
          order: 9;
          padding: 0 0.5rem;
          background: var(--surface);
          box-shadow: -12px 0 8px -4px var(--surface);
        }
        .state {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
    `,
  ]
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value
}

customElements.define('ostinato-edit-bar', EditBar)

declare global {
  interface HTMLElementTagNameMap {
    'ostinato-edit-bar': EditBar
  }
}
