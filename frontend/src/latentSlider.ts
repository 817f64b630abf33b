/** The slider between two pieces: the roll follows at once, the sound on the next beat. */
import { type BlendPoint, changeAt, nextBeat, shareWords } from './blendPath.ts'
import type { PlayerElement } from './playerElement.ts'
import type { Score } from './score.ts'

export class LatentSlider extends EventTarget {
  private point = 0
  private playing: Score
  private changes: number | null = null
  private last = 0

  constructor(
    private readonly element: PlayerElement,
    private readonly range: HTMLInputElement,
    private readonly output: HTMLOutputElement,
    private readonly points: readonly BlendPoint[],
    private readonly titles: readonly string[],
  ) {
    super()
    this.playing = this.now.score
    range.max = String(points.length - 1)
    range.value = '0'
    element.load(this.playing)
    range.addEventListener('input', () => this.go(range.valueAsNumber))
    element.player.addEventListener('position', () => this.follow())
    this.show()
  }

  get index(): number {
    return this.point
  }

  get now(): BlendPoint {
    return this.points[this.point]!
  }

  /** Goes to a point. Events: 'point'. */
  go(point: number): void {
    if (point === this.point || !this.points[point]) return
    this.point = point
    const { player, roll } = this.element
    const { score } = this.now
    roll?.revise(score)
    if (player.state === 'playing') {
      this.changes = nextBeat(this.playing, player.position)
      player.revise(changeAt(this.playing, score, this.changes))
    } else {
      this.settle()
    }
    this.show()
    this.dispatchEvent(new Event('point'))
  }

  /** Once the beat is over, or the music was led elsewhere, only the new point is there. */
  private follow(): void {
    const { position } = this.element.player
    if (this.changes !== null && (position >= this.changes || position < this.last)) this.settle()
    this.last = position
  }

  private settle(): void {
    this.changes = null
    this.playing = this.now.score
    this.element.player.revise(this.playing)
  }

  private show(): void {
    const words = shareWords(this.now.shares, this.titles)
    this.output.textContent = words
    this.range.setAttribute('aria-valuetext', words)
  }
}
