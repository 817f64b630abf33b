/** Cards and rows that let their piece be heard: rest the pointer on the picture, or press its button. */
import { getPiece } from './api.ts'
import { find, findAll } from './dom.ts'
import { countPlay } from './listening.ts'
import { Player } from './Player.ts'
import { type Score, scoreFromJson } from './score.ts'
import { Synth } from './synth.ts'
import { toast } from './toast.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  play: (title: string) => interpolate(gettext('Play %s'), [title]),
  pause: (title: string) => interpolate(gettext('Pause %s'), [title]),
  failed: gettext('This piece could not be loaded. Try again in a moment.'),
}

/** The pointer rests this long before it sounds, so that crossing a page is silent. */
const REST_MS = 120

const scores = new Map<string, Promise<Score>>()

/** A piece's notes, asked for once; a failure may be tried again. */
function scoreOf(code: string): Promise<Score> {
  const known = scores.get(code)
  if (known) return known
  const asked = getPiece(code).then((piece) => scoreFromJson(piece.score))
  asked.catch(() => scores.delete(code))
  scores.set(code, asked)
  return asked
}

class Preview {
  private player: Player | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  /** Counts wishes, so that a score which arrives late does not play against a newer wish. */
  private wish = 0
  private isOver = false
  private readonly picture: HTMLElement
  private readonly button: HTMLButtonElement
  private readonly title: string

  constructor(
    private readonly card: HTMLElement,
    signal: AbortSignal,
  ) {
    this.picture = find('.card-picture', card)
    this.button = find<HTMLButtonElement>('.card-play', card)
    this.title = card.querySelector('.card-title')?.textContent?.trim() ?? ''
    this.button.hidden = false
    this.button.addEventListener('click', () => this.toggle(), { signal })
    card.addEventListener('pointermove', (e) => this.move(e), { signal })
    card.addEventListener('pointerleave', (e) => e.pointerType === 'mouse' && this.leave(), { signal })
    card.addEventListener('focusin', () => void scoreOf(this.code).catch(() => undefined), { signal })
    card.addEventListener('keydown', (e) => e.key === 'Escape' && this.stop(), { signal })
    // A finger on the picture listens; a finger on the title opens.
    card.addEventListener('click', (e) => this.tap(e), { signal, capture: true })
  }

  stop(): void {
    this.wish++
    clearTimeout(this.timer)
    this.player?.pause()
  }

  dispose(): void {
    this.stop()
    this.player?.dispose()
    this.player = null
  }

  private get code(): string {
    return this.card.dataset.piece ?? ''
  }

  private get plays(): boolean {
    return this.player?.state === 'playing'
  }

  private toggle(): void {
    void Synth.shared().unlock()
    if (this.plays) this.stop()
    else void this.play(true)
  }

  /** The link lies over the whole card, so where the pointer rests is told by its place. */
  private move(e: PointerEvent): void {
    if (e.pointerType !== 'mouse') return
    const isOver = this.isOnPicture(e)
    if (isOver === this.isOver) return
    this.isOver = isOver
    if (!isOver) return this.stop()
    void scoreOf(this.code).catch(() => undefined)
    // Before the first press browsers give no sound, and a silent sweep would only puzzle.
    if (navigator.userActivation?.hasBeenActive) this.timer = setTimeout(() => void this.play(false), REST_MS)
  }

  private leave(): void {
    this.isOver = false
    this.stop()
  }

  private isOnPicture({ clientX, clientY }: MouseEvent): boolean {
    const { left, right, top, bottom } = this.picture.getBoundingClientRect()
    return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom
  }

  private tap(e: MouseEvent): void {
    if (!(e instanceof PointerEvent) || e.pointerType !== 'touch') return
    if (!(e.target as Element).closest('.card-title a')) return
    if (!this.isOnPicture(e)) return
    e.preventDefault()
    e.stopPropagation()
    this.toggle()
  }

  private async play(wasAsked: boolean): Promise<void> {
    const wish = ++this.wish
    try {
      const score = await scoreOf(this.code)
      if (wish !== this.wish) return
      await this.ready(score).play()
    } catch {
      if (wasAsked) toast(words.failed)
    }
  }

  private ready(score: Score): Player {
    if (this.player) return this.player
    const player = new Player(Synth.shared(), { title: this.title })
    player.load(score)
    player.addEventListener('position', () => this.sweep(player.position / Math.max(1, player.length)))
    player.addEventListener('state', () => this.show())
    countPlay(player, this.code)
    this.player = player
    return player
  }

  private sweep(share: number): void {
    const line = find('.card-playhead', this.card)
    line.style.transform = `translateX(${share * this.picture.clientWidth}px)`
  }

  private show(): void {
    this.card.classList.toggle('is-playing', this.plays)
    this.button.setAttribute('aria-label', (this.plays ? words.pause : words.play)(this.title))
  }
}

/** Every card and row under `root` can be heard from now on; what it returns silences and unbinds them. */
export function bindPreviews(root: ParentNode = document): () => void {
  const listeners = new AbortController()
  const cards = findAll('[data-piece]', root).filter((card) => card.querySelector('.card-play'))
  const previews = cards.map((card) => new Preview(card, listeners.signal))
  // The first press anywhere wakes the sound up, so that a picture answers at once.
  const { signal } = listeners
  if (cards.length) document.addEventListener('pointerdown', () => void Synth.shared().unlock(), { once: true, signal })
  return () => {
    listeners.abort()
    for (const preview of previews) preview.dispose()
  }
}
