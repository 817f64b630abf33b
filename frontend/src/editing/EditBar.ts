import { css, html, nothing } from 'lit'
import { ControlBar } from '../controlBar.ts'
import { barStyles, controlStyles } from '../controlStyles.ts'
import type { EditAction } from './editKeys.ts'
import { type EditGlyph, editGlyph } from './editGlyphs.ts'
import type { Editor } from './Editor.ts'
import { SNAPS } from './snap.ts'
import { gettext } from '../words.ts'

const words = {
  bar: gettext('Editing'),
  tool: gettext('Tool'),
  pencil: gettext('Pencil'),
  select: gettext('Select'),
  track: gettext('Track'),
  snap: gettext('Snap'),
  undo: gettext('Undo'),
  redo: gettext('Redo'),
  cut: gettext('Cut'),
  copy: gettext('Copy'),
  paste: gettext('Paste'),
  duplicate: gettext('Duplicate'),
  delete: gettext('Delete'),
  transpose: gettext('Transpose'),
  quantise: gettext('Quantise'),
  infill: gettext('Play anew'),
  lock: gettext('Lock'),
  velocity: gettext('Velocity'),
  play: gettext('Play in by hand'),
  save: gettext('Save'),
  saving: gettext('Saving'),
  done: gettext('Done'),
  unsaved: gettext('Not saved yet; kept in this browser'),
  saved: gettext('Saved'),
}

/** Where saving stands. */
export type SaveState = 'saved' | 'unsaved' | 'saving'

/**
 * What can be done to notes, as buttons. Properties: `editor`, `state`, `closable`; events: 'edit-action' with the action
 * as detail, 'edit-track' with the track's number, 'edit-done'.
 */
export class EditBar extends ControlBar {
  static override properties = {
    editor: { attribute: false },
    state: {},
    trouble: {},
    closable: { type: Boolean },
    below: { attribute: false },
    mayInfill: { type: Boolean },
  }

  declare editor: Editor | null
  declare state: SaveState
  declare trouble: string
  declare closable: boolean
  /** What the button "Play in" shows and hides. */
  declare below: HTMLElement | null
  /** Whether there is a band to play bars anew. */
  declare mayInfill: boolean
  protected override readonly label = words.bar
  protected override readonly subject = 'editor'

  constructor() {
    super()
    this.editor = null
    this.state = 'saved'
    this.trouble = ''
    this.closable = true
    this.below = null
    this.mayInfill = false
  }

  protected override watch(signal: AbortSignal): void {
    if (this.editor) this.redrawOn(this.editor, ['selection', 'tool', 'step'], signal)
  }

  override render() {
    const { editor } = this
    if (!editor) return nothing
    const none = editor.selected.size === 0
    return html`
      <div class="bar pushed">
        <div class="group" role="radiogroup" aria-label=${words.tool}>
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
        <div class="group">
          ${this.mayInfill ? this.button('infill', words.infill, 'I', false) : nothing} ${this.button('lock', words.lock, 'K', none)}
        </div>
        <label class="field velocity"><span class="quiet">${words.velocity}</span>
          <input aria-label=${words.velocity} type="range" min="1" max="127" step="1" ?disabled=${none} .value=${String(this.velocity)} @change=${(e: Event) => editor.strikeAs(Number(valueOf(e)))} /></label>
        ${this.below
          ? html`<button aria-label=${words.play} title=${words.play} aria-expanded=${!this.below.hidden} @click=${() => this.showBelow()}>${editGlyph('midi')}</button>`
          : nothing}
        <div class="group end">
          <p class="state quiet" role="status">${this.trouble || (this.state === 'unsaved' ? words.unsaved : this.state === 'saved' && editor.history.past.length ? words.saved : '')}</p>
          <button class="primary save" ?disabled=${this.state !== 'unsaved'} aria-keyshortcuts="Control+S" @click=${() => this.act('save')}>${this.state === 'saving' ? words.saving : words.save}</button>
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
    barStyles,
    css`
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
        max-width: 22rem;
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
      @media (max-width: 48rem) {
        .end {
          position: sticky;
          right: -0.5rem;
          order: 9;
          margin-left: calc(var(--space-6, 2rem) - 0.75rem);
          padding: 0 0.5rem;
          background: var(--surface);
        }
        /* What goes under the buttons that stay fades before them. */
        .end::before {
          content: '';
          position: absolute;
          inset: 0 100% 0 auto;
          width: var(--space-6, 2rem);
          background: linear-gradient(to right, transparent, var(--surface));
          pointer-events: none;
        }
        .bar.pushed::after {
          content: none;
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
