/** The slider between two pieces. */
import { shareWords } from './blendPath.ts'
import type { BlendWalk } from './blendWalk.ts'

export class LatentSlider {
  constructor(
    private readonly walk: BlendWalk,
    private readonly range: HTMLInputElement,
    private readonly output: HTMLOutputElement,
    private readonly titles: readonly string[],
  ) {
    range.max = String(walk.points.length - 1)
    range.value = '0'
    range.addEventListener('input', () => walk.go(range.valueAsNumber))
    walk.addEventListener('point', () => this.show())
    this.show()
  }

  private show(): void {
    const words = shareWords(this.walk.now.shares, this.titles)
    this.output.textContent = words
    this.range.setAttribute('aria-valuetext', words)
  }
}
