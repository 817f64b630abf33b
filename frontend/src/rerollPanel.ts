/** Under a finished piece of a band: one part anew, another harmony, the four latents as knobs, and the takes so far. */
import { showLeft } from './allowance.ts'
import { createJob, type Job, type Latents } from './api.ts'
import { followBand } from './band.ts'
import { find, make } from './dom.ts'
import { askedWith, harmonyAnew, heldBecause, type Knob, latentsOf, partAnew, reached, turned } from './latents.ts'
import { latentPicture } from './latentPicture.ts'
import { keepingTracks, verdict } from './rerollWords.ts'
import { BAND, type Role, roleName } from './roles.ts'
import type { Score } from './score.ts'
import { refusal } from './studioWords.ts'
import { Takes } from './takes.ts'
import { toast } from './toast.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  reroll: {
    bass: gettext('Re-roll bass'),
    drums: gettext('Re-roll drums'),
    guitar: gettext('Re-roll guitar'),
    piano: gettext('Re-roll piano'),
    strings: gettext('Re-roll strings'),
  } satisfies Record<Role, string>,
  drawing: gettext('Drawing anew'),
  given: gettext('This part was given, so it stays.'),
  muted: gettext('This part does not play in this piece.'),
  take: (n: number, of: number) => interpolate(gettext('Take %s of %s'), [n, of]),
}

/** One way the piece was played. */
export interface Take {
  readonly job: Job
  readonly score: Score
  /** Code of the draft that it became. */
  readonly piece: string
}

export class RerollPanel {
  private takes: Takes<Take> | null = null
  private busy = false
  private readonly panel: HTMLElement
  private readonly line: HTMLElement
  private readonly picture: HTMLElement

  constructor(
    root: ParentNode,
    private readonly onTake: (take: Take) => void,
  ) {
    this.panel = find('#reroll', root)
    this.line = find('#reroll-line', this.panel)
    this.picture = find('#latents', this.panel)
    find('#reroll-parts', this.panel).append(...BAND.map((role) => this.partButton(role)))
    const on = (id: string, act: () => void) => find(id, this.panel).addEventListener('click', act)
    on('#new-harmony', () => void this.draw((seed) => harmonyAnew(recipeOf(this.current!), seed)))
    on('#latents-open', () => this.openPicture(this.picture.hidden === true))
    on('#take-before', () => this.step(-1))
    on('#take-after', () => this.step(1))
  }

  /** A band's piece is finished: from here on it can be drawn anew, part by part. */
  offer(first: Take): void {
    this.takes = new Takes(first)
    this.panel.hidden = false
    this.setBusy(false)
    this.say('')
    this.show()
  }

  hide(): void {
    this.takes = null
    this.setBusy(false)
    this.panel.hidden = true
  }

  /** To the take before or after. */
  step(by: 1 | -1): void {
    if (this.busy) return
    const before = this.current
    const take = this.takes?.step(by)
    if (!before || !take) return
    this.say('')
    this.show()
    this.onTake({ ...take, score: keepingTracks(before.score, take.score) })
  }

  private get current(): Take | null {
    return this.takes?.current ?? null
  }

  private async draw(latentsWith: (seed: number) => Latents): Promise<void> {
    const { takes } = this
    if (!takes || this.busy) return
    const before = takes.current
    this.setBusy(true)
    this.say(words.drawing)
    try {
      const job = await createJob(askedWith(recipeOf(before), latentsWith(newSeed()), before.piece, before.score))
      showLeft(job)
      const { score, piece } = await followBand(job)
      // Another piece is shown meanwhile: this one is in My pieces.
      if (this.takes !== takes) return
      const take = { job, piece, score: keepingTracks(before.score, score) }
      takes.add(take)
      this.onTake(take)
      const { sentence, kept } = verdict(before.score, score, reached(recipeOf(before), recipeOf(take)))
      this.say(sentence, kept)
    } catch (error) {
      toast(refusal(error, true).what)
      if (this.takes === takes) this.say('')
    } finally {
      if (this.takes === takes) {
        this.setBusy(false)
        this.show()
      }
    }
  }

  private turn(knob: Knob, how: 'draw' | 'back'): void {
    const { current } = this
    if (current) void this.draw((seed) => turned(latentsOf(recipeOf(current)), knob, how === 'draw' ? seed : null))
  }

  private partButton(role: Role): HTMLElement {
    const name = words.reroll[role]
    const button = make('button', { type: 'button', class: 'button part-button', 'data-role': role, 'aria-label': name }, make('span', { class: 'role-mark', 'data-role': role }), roleName(role))
    button.addEventListener('click', () => {
      if (button.ariaDisabled !== 'true') void this.draw((seed) => partAnew(recipeOf(this.current!), role, seed))
    })
    return button
  }

  private show(): void {
    const { takes, current } = this
    if (!takes || !current) return
    for (const role of BAND) {
      const button = find<HTMLButtonElement>(`.part-button[data-role="${role}"]`, this.panel)
      const held = heldBecause(recipeOf(current), role)
      button.ariaDisabled = String(held !== null)
      button.title = held ? words[held] : words.reroll[role]
    }
    find('#take-number', this.panel).textContent = words.take(takes.number, takes.count)
    find('#reroll-takes', this.panel).hidden = takes.count < 2
    find<HTMLButtonElement>('#take-before', this.panel).disabled = takes.number === 1
    find<HTMLButtonElement>('#take-after', this.panel).disabled = takes.number === takes.count
    if (!this.picture.hidden) this.drawPicture()
  }

  private openPicture(open: boolean): void {
    this.picture.hidden = !open
    find('#latents-open', this.panel).setAttribute('aria-expanded', String(open))
    if (!open) return
    this.drawPicture()
    this.picture.scrollIntoView({ block: 'nearest' })
  }

  /** The focus stays on the box that was pressed. */
  private drawPicture(): void {
    const focused = this.picture.querySelector(':focus')?.getAttribute('aria-label')
    this.picture.querySelector('.latent-picture')?.remove()
    this.picture.append(latentPicture(recipeOf(this.current!), (knob, how) => this.turn(knob, how)))
    if (focused) [...this.picture.querySelectorAll('button')].find((button) => button.getAttribute('aria-label') === focused)?.focus()
  }

  private setBusy(busy: boolean): void {
    this.busy = busy
    this.panel.setAttribute('aria-busy', String(busy))
  }

  private say(sentence: string, kept = false): void {
    this.line.textContent = sentence
    this.line.classList.toggle('is-unchanged', kept)
  }
}

const recipeOf = ({ job }: Take) => ({ request: job.request, seed: job.seed })

/** 32 bits are enough to draw from and short enough to read. */
const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0]!
