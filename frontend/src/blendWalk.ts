/** Where one stands among the points of a blend: the roll follows at once, the sound on the next beat. */
import { type BlendPoint, changeAt, nextBeat } from './blendPath.ts'
import type { PlayerElement } from './playerElement.ts'
import type { Score } from './score.ts'

const DEFAULT_BPM = 120

/** Events: 'point', when one has gone to another. */
export class BlendWalk extends EventTarget {
  private point = 0
  private playing: Score
  /** Whose tempo and instruments are heard. */
  private dressed: Score
  private changes: number | null = null
  private last = 0

  constructor(
    private readonly element: PlayerElement,
    readonly points: readonly BlendPoint[],
  ) {
    super()
    this.playing = this.dressed = this.now.score
    element.load(this.playing)
    element.player.addEventListener('position', () => this.follow())
  }

  get index(): number {
    return this.point
  }

  get now(): BlendPoint {
    return this.points[this.point]!
  }

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
    this.dress(this.playing)
  }

  /** Its tempo and instruments, beside what a person has set: so that the ends sound as the pieces themselves do. */
  private dress(score: Score): void {
    const { player } = this.element
    const before = this.dressed
    this.dressed = score
    const [was, is] = [before, score].map(({ tempos }) => tempos[0]?.bpm ?? DEFAULT_BPM) as [number, number]
    if (was !== is) player.setTempoScale((player.tempoScale * is) / was)
    score.tracks.forEach(({ program }, track) => {
      const worn = before.tracks[track]?.program
      if (program !== worn && player.strips[track]?.program === worn) player.setProgram(track, program)
    })
  }
}
