/** Several answers to one request, each with a seed of its own: asked for a few at a time, one of them on the stage. */
import { showLeft } from './allowance.ts'
import { createJob, giveUp, type Job, type JobRequest } from './api.ts'
import { followBand } from './band.ts'
import { find, make } from './dom.ts'
import type { Take } from './rerollPanel.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  hear: (n: number) => interpolate(gettext('Hear alternative %s'), [n]),
  waits: gettext('is being written'),
  failed: gettext('could not be written'),
}

const MAX_SEED = Number.MAX_SAFE_INTEGER

interface Alternative {
  readonly button: HTMLButtonElement
  job: Job | null
  /** Null until it is written. */
  take: Take | null
  failed: boolean
}

export class Alternatives {
  private readonly strip: HTMLElement
  private all: Alternative[] = []
  private current = 0
  /** Counts the requests: what comes of an older one is for the drafts alone. */
  private round = 0

  constructor(
    root: ParentNode,
    private readonly onHear: (take: Take) => void,
  ) {
    this.strip = find('#alternatives', root)
  }

  get isShown(): boolean {
    return this.all.length > 0
  }

  /** Asks for the others beside a first job: `count` in all, at most `atOnce` on their way. */
  async ask(request: JobRequest, first: Job, count: number, atOnce: number): Promise<void> {
    this.clear()
    if (count < 2) return
    const { round } = this
    this.all = Array.from({ length: count }, (_, i) => this.alternative(i))
    this.all[0]!.job = first
    this.strip.replaceChildren(...this.all.map(({ button }) => button))
    this.strip.hidden = false
    this.show()
    const left = this.all.slice(1)
    const one = async (): Promise<void> => {
      for (let next = left.shift(); next && round === this.round; next = left.shift()) await this.write(next, { ...request, seed: seedAfter(first.seed, this.all.indexOf(next)) }, first.code, round)
    }
    await Promise.all(Array.from({ length: Math.max(1, Math.min(count, atOnce) - 1) }, one))
  }

  /** The first is written on the stage itself; a take of the one that is heard takes its place. */
  fill(take: Take): void {
    const one = this.all[this.current]
    if (!one) return
    Object.assign(one, { job: take.job, take })
    this.show()
  }

  /** The one on the stage was not written to its end: the others can still be heard. */
  fail(): void {
    const one = this.all[this.current]
    if (!one) return
    one.failed = true
    this.show()
  }

  /** Brings one of them on the stage; from 0. */
  hear(i: number): void {
    const [take, now] = [this.all[i]?.take, this.all[this.current]]
    if (!take || i === this.current || !(now?.take || now?.failed)) return
    this.current = i
    this.show()
    this.onHear(take)
  }

  /** No more of these: what is not written yet is given up. */
  clear(): void {
    this.round++
    this.leave()
    this.all = []
    this.current = 0
    this.strip.hidden = true
  }

  /** The page is left: what is on its way is given up, and what is written can be heard by who comes back. */
  leave(): void {
    for (const { job, take } of this.all.slice(1)) if (job && !take) giveUp(job)
  }

  private async write(one: Alternative, request: JobRequest, beside: string, round: number): Promise<void> {
    try {
      const job = await createJob(request, beside)
      showLeft(job)
      one.job = job
      if (round !== this.round) return giveUp(job)
      one.take = { job, ...(await followBand(job)) }
    } catch {
      one.failed = true
    }
    if (round === this.round) this.show()
  }

  private alternative(i: number): Alternative {
    const button = make('button', { type: 'button', class: 'button alternative', 'aria-keyshortcuts': String(i + 1) }, String(i + 1))
    button.addEventListener('click', () => this.hear(i))
    return { button, job: null, take: null, failed: false }
  }

  private show(): void {
    this.all.forEach(({ button, take, failed }, i) => {
      const name = words.hear(i + 1)
      button.setAttribute('aria-label', take ? name : `${name}: ${failed ? words.failed : words.waits}`)
      button.setAttribute('aria-pressed', String(i === this.current))
      button.setAttribute('aria-disabled', String(!take))
      button.classList.toggle('is-failed', failed)
    })
  }
}

/** The seed of the i-th alternative; the last seed of all is followed by the first. */
export const seedAfter = (seed: number, i: number) => (seed > MAX_SEED - i ? i - 1 - (MAX_SEED - seed) : seed + i)
