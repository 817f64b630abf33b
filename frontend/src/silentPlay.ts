import type { Score } from './score.ts'
import { TempoMap } from './tempo.ts'

/** A little slower than it sounds: it is to be looked at. */
const SPEED = 0.75
/** A page that was away does not jump when it comes back. */
const LONGEST_FRAME_S = 0.1

/** Moves through a score without a sound, round and round, while it can be seen. */
export class SilentPlay {
  private seconds = 0
  private frame = 0
  private before: number | null = null
  private readonly tempo: TempoMap
  private readonly observer: IntersectionObserver

  constructor(
    private readonly score: Score,
    host: Element,
    private readonly onTick: (tick: number) => void,
  ) {
    this.tempo = new TempoMap(score.tempos)
    this.observer = new IntersectionObserver(([entry]) => (entry?.isIntersecting ? this.go() : this.rest()))
    this.observer.observe(host)
  }

  readonly stop = (): void => {
    this.observer.disconnect()
    this.rest()
  }

  private go(): void {
    if (!this.frame) this.frame = requestAnimationFrame(this.step)
  }

  private rest(): void {
    cancelAnimationFrame(this.frame)
    this.frame = 0
    this.before = null
  }

  private readonly step = (now: number): void => {
    const passed = this.before === null ? 0 : Math.min(LONGEST_FRAME_S, (now - this.before) / 1000)
    this.before = now
    this.seconds = (this.seconds + passed * SPEED) % Math.max(1, this.tempo.seconds(this.score.length))
    this.onTick(this.tempo.tick(this.seconds))
    this.frame = requestAnimationFrame(this.step)
  }
}
