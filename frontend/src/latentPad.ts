/** The pad between four pieces: a square to drag over, and a range for each of its sides. */
import { padIndex, padPlace, shareWords } from './blendPath.ts'
import type { BlendWalk } from './blendWalk.ts'
import { find } from './dom.ts'

const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** What is drawn inside the knob's way, px: the corners stay under it. */
const MARGIN = 22

export class LatentPad {
  private readonly side: number
  private readonly surface: HTMLElement
  private readonly knob: HTMLElement
  private readonly across: HTMLInputElement
  private readonly down: HTMLInputElement
  private readonly output: HTMLOutputElement

  constructor(
    private readonly walk: BlendWalk,
    root: ParentNode,
    private readonly titles: readonly string[],
  ) {
    this.side = Math.round(Math.sqrt(walk.points.length))
    this.surface = find('#blend-pad', root)
    this.knob = find('#blend-knob', root)
    this.across = find('#blend-across', root)
    this.down = find('#blend-down', root)
    this.output = find('#blend-share', root)
    for (const range of [this.across, this.down]) {
      range.max = String(this.side - 1)
      range.value = '0'
      range.addEventListener('input', () => this.go(this.across.valueAsNumber, this.down.valueAsNumber))
      range.addEventListener('keydown', (e) => this.step(e))
    }
    this.surface.addEventListener('pointerdown', (e) => {
      if (e.button !== 0) return
      this.surface.setPointerCapture(e.pointerId)
      this.point(e)
      this.across.focus({ preventScroll: true })
      e.preventDefault()
    })
    this.surface.addEventListener('pointermove', (e) => this.surface.hasPointerCapture(e.pointerId) && this.point(e))
    walk.addEventListener('point', () => this.show())
    this.show()
  }

  /** Each arrow key goes its own way over the square, whichever of the two ranges has the focus. */
  private step(e: KeyboardEvent): void {
    const step = STEPS[e.key]
    if (!step || e.ctrlKey || e.metaKey || e.altKey) return
    e.preventDefault()
    e.stopPropagation()
    const [x, y] = padPlace(this.walk.index, this.side)
    this.go(x + step[0], y + step[1])
  }

  private point(e: PointerEvent): void {
    const box = this.surface.getBoundingClientRect()
    const share = (at: number, size: number) => ((at - MARGIN) / (size - 2 * MARGIN)) * (this.side - 1)
    this.go(share(e.clientX - box.left, box.width), share(e.clientY - box.top, box.height))
  }

  private go(x: number, y: number): void {
    this.walk.go(padIndex(x, y, this.side))
  }

  private show(): void {
    const [x, y] = padPlace(this.walk.index, this.side)
    this.across.value = String(x)
    this.down.value = String(y)
    const place = (at: number) => `calc(${MARGIN}px + (100% - ${2 * MARGIN}px) * ${at / (this.side - 1)})`
    this.knob.style.setProperty('inset-block-start', place(y))
    // The square has a left and a right, in every script.
    this.knob.style.setProperty('left', place(x))
    const words = shareWords(this.walk.now.shares, this.titles)
    this.output.textContent = words
    for (const range of [this.across, this.down]) range.setAttribute('aria-valuetext', words)
  }
}
