/** The score of a piece: MusicXML from the site, engraved by OpenSheetMusicDisplay, which is loaded when it is first asked for. */
import type { OpenSheetMusicDisplay } from 'opensheetmusicdisplay'
import { csrfToken, errorFrom } from './api.ts'
import { find } from './dom.ts'
import { TICKS_PER_QUARTER } from './note.ts'
import type { PlayerElement } from './playerElement.ts'
import { gettext } from './words.ts'

const words = {
  writing: gettext('Being written as a score. This takes a few seconds.'),
  failed: gettext('The score could not be shown. Its MusicXML file can be downloaded.'),
}

const WHOLE = 4 * TICKS_PER_QUARTER

/** Joins the tabs "Roll" and "Score" to a player. */
export function bindScoreView(element: PlayerElement): void {
  const tabs = document.querySelector<HTMLElement>('#view-tabs')
  if (!tabs) return // nothing to be engraved
  const view = new ScoreView(element, find('#score-view'))
  const [roll, score] = [find<HTMLButtonElement>('#tab-roll'), find<HTMLButtonElement>('#tab-score')]
  roll.disabled = score.disabled = false

  const choose = (isScore: boolean) => {
    for (const [tab, chosen] of [[roll, !isScore], [score, isScore]] as const) {
      tab.setAttribute('aria-selected', String(chosen))
      tab.tabIndex = chosen ? 0 : -1
    }
    element.toggleAttribute('data-score', isScore)
    void view.show(isScore)
  }
  roll.addEventListener('click', () => choose(false))
  score.addEventListener('click', () => choose(true))
  tabs.addEventListener('keydown', (e) => {
    if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return
    e.preventDefault()
    e.stopPropagation() // the arrows move the music elsewhere on the page
    const other = document.activeElement === roll ? score : roll
    other.focus()
    other.click()
  })
}

class ScoreView {
  private display: OpenSheetMusicDisplay | null = null
  private asked: Promise<void> | null = null
  /** Ticks at which the cursor stands. */
  private at = 0
  private width = 0

  constructor(
    private readonly element: PlayerElement,
    private readonly panel: HTMLElement,
  ) {
    element.player.addEventListener('position', () => this.follow())
  }

  async show(isShown: boolean): Promise<void> {
    this.panel.hidden = !isShown
    if (!isShown) return
    this.asked ??= this.engrave()
    await this.asked
    this.follow()
  }

  private async engrave(): Promise<void> {
    const state = find('#score-state', this.panel)
    state.textContent = words.writing
    try {
      const [{ OpenSheetMusicDisplay }, xml] = await Promise.all([import('opensheetmusicdisplay'), this.musicXml()])
      const display = new OpenSheetMusicDisplay(find('#score-pages', this.panel), {
        backend: 'svg',
        autoResize: false, // it would engrave for a width of nothing while the roll is shown
        drawTitle: false,
        drawComposer: false,
        drawPartAbbreviations: false,
        followCursor: false,
        cursorsOptions: [{ type: 0, color: '#a84c06', alpha: 0.35, follow: false }],
      })
      await display.load(xml)
      this.display = display
      this.render()
      display.cursor.show()
      state.textContent = ''
      new ResizeObserver(() => this.render()).observe(this.panel)
    } catch (error) {
      this.asked = null // it may be tried again
      state.textContent = error instanceof Error && error.name === 'ApiError' ? error.message : words.failed
    }
  }

  /** Engraved for the width that there is; not again while that stays the same. */
  private render(): void {
    const width = this.panel.clientWidth
    if (!this.display || !width || width === this.width) return
    this.width = width
    this.display.zoom = width < 600 ? 0.6 : 0.85
    this.display.render()
    this.at = Infinity // the cursor is placed anew
    this.follow()
  }

  private async musicXml(): Promise<string> {
    const response = await fetch(this.panel.dataset.source ?? '', { headers: { 'X-CSRFToken': csrfToken() } })
    if (!response.ok) throw errorFrom(response.status, await response.json().catch(() => null), (name) => response.headers.get(name))
    return response.text()
  }

  /** The cursor stands at the last note that has begun. */
  private follow(): void {
    const cursor = this.display?.cursor
    if (!cursor || this.panel.hidden) return
    const { position } = this.element.player
    if (position < this.at) {
      cursor.reset()
      this.at = 0
    }
    let moved = false
    while (!cursor.iterator.EndReached) {
      const next = cursor.iterator.clone()
      next.moveToNext()
      if (next.EndReached || next.currentTimeStamp.RealValue * WHOLE > position + 1) break
      cursor.next()
      this.at = cursor.iterator.currentTimeStamp.RealValue * WHOLE
      moved = true
    }
    if (moved && this.element.player.state === 'playing') this.scrollTo(cursor.cursorElement)
  }

  private scrollTo(cursor: HTMLElement): void {
    const { top, bottom } = cursor.getBoundingClientRect()
    const frame = this.panel.getBoundingClientRect()
    if (top < frame.top || bottom > frame.bottom) this.panel.scrollTop += top - frame.top - frame.height / 4
  }
}
