/** Three arrangers, one seed: three rolls fill side by side, one of them is heard, and a blind vote. */
import { showLeft, showLeftAtFirst } from './allowance.ts'
import { createJob, getPiece, getVerdict, type Job, type NoVerdict, type Verdict, voteForArranger } from './api.ts'
import { followBand } from './band.ts'
import { bindDialogs } from './dialogs.ts'
import { find, isTyping, make, pageData } from './dom.ts'
import { bindKeys, rollOptions } from './join.ts'
import { KeepDialog } from './keepDialog.ts'
import './mixer.ts'
import { PianoRoll } from './PianoRoll.ts'
import { Player } from './Player.ts'
import type { Score } from './score.ts'
import { keptSettings } from './studioForm.ts'
import { ARRANGERS, RANGES, requestFrom, type StyleCard, typedNumber } from './studioSettings.ts'
import { refusal } from './studioWords.ts'
import { Synth } from './synth.ts'
import './transport.ts'
import { LETTERS, shareLine, shuffled, voteLine } from './trial.ts'
import { showTrouble } from './troubleNotice.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  writing: gettext('The three are playing it'),
  nobody: (letter: string) => interpolate(gettext('Arranger %s'), [letter]),
  named: (letter: string, name: string) => interpolate(gettext('%s: %s'), [letter, name]),
  hear: (letter: string) => interpolate(gettext('Hear %s'), [letter]),
  vote: (letter: string) => interpolate(gettext('Vote for %s'), [letter]),
  skip: gettext('Show the names without voting'),
  yours: gettext('your vote'),
  keep: gettext('Keep'),
  toStudio: gettext('Re-roll its parts'),
  voted: (name: string) => interpolate(gettext('You voted for: %s'), [name]),
  shown: gettext('The tally is for those who vote.'),
}

interface ArrangersData {
  styles: StyleCard[]
  jobs: Job[]
  verdict: Verdict | NoVerdict | null
  limits: { max_bars: number }
}

/** One of the three, under its letter. */
interface Contestant {
  readonly section: HTMLElement
  readonly roll: PianoRoll
  job: Job | null
  score: Score | null
  piece: string
  heard: boolean
}

class Arrangers {
  private readonly data = pageData<ArrangersData>()
  private readonly player = new Player(Synth.shared())
  private readonly keep = new KeepDialog(document)
  private readonly three: readonly Contestant[]
  private readonly seed = find<HTMLInputElement>('#seed')
  private current = 0
  private busy = false
  /** Nobody votes twice, nor after the names are shown. */
  private open = false

  constructor() {
    this.three = LETTERS.map((letter, i) => this.contestant(letter, i))
    const transport = find<HTMLElementTagNameMap['ostinato-transport']>('ostinato-transport')
    const mixer = find<HTMLElementTagNameMap['ostinato-mixer']>('ostinato-mixer')
    transport.player = mixer.player = this.player
    transport.mixer = mixer
    const kept = this.settings.seed
    if (kept !== null) this.seed.value = String(kept)
    this.listen()
    showLeftAtFirst()
    const { jobs, verdict } = this.data
    if (jobs.length === LETTERS.length) void this.run(() => this.follow(jobs, { plays: false, verdict }))
  }

  private get settings() {
    return keptSettings(this.data.styles, this.data.limits.max_bars)
  }

  // --- making ---------------------------------------------------------------------------------------------------------

  /** Asks all three for one seed. Call it in a click or a key press, so that it may sound. */
  private async generate(): Promise<void> {
    if (this.busy) return
    void Synth.shared().unlock()
    this.player.stop()
    const seed = typedNumber(this.seed.value, RANGES.seed) ?? crypto.getRandomValues(new Uint32Array(1))[0]!
    const { settings } = this
    await this.run(async () => {
      const ask = (style: string, beside?: string) => createJob(requestFrom({ ...settings, style, seed, metre: '' }, null), beside)
      const [first, ...others] = shuffled(ARRANGERS)
      // The first request makes a stranger a guest, whose the others then are as well.
      const job = await ask(first!)
      const jobs = await Promise.all([job, ...others.map((style) => ask(style, job.code))])
      showLeft(jobs.at(-1)!)
      history.replaceState(null, '', `?jobs=${jobs.map(({ code }) => code).join()}`)
      await this.follow(jobs, { plays: true, verdict: null })
    })
  }

  /** One at a time; what goes wrong is said. */
  private async run(work: () => Promise<void>): Promise<void> {
    this.busy = true
    this.say(words.writing)
    find('#notice').hidden = true
    try {
      await work()
    } catch (error) {
      this.say('')
      this.trouble(error)
    } finally {
      this.busy = false
    }
  }

  private async follow(jobs: readonly Job[], { plays, verdict }: { plays: boolean; verdict: Verdict | NoVerdict | null }): Promise<void> {
    this.open = false
    find('#verdict').hidden = true
    await Promise.all(
      this.three.map(async (one, i) => {
        Object.assign(one, { job: jobs[i], score: null, piece: '', heard: false })
        this.nameIt(one, words.nobody(LETTERS[i]!))
        let begun = false
        // Of three that broke off, the others may still be arriving when three more are on the stage.
        const isGone = () => one.job !== jobs[i]
        const show = (score: Score) => {
          if (isGone()) return
          if (begun) one.roll.revise(score)
          else one.roll.setScore(score)
          begun = true
        }
        const { score, piece } = await followBand(jobs[i]!, show)
        if (isGone()) return
        show(score)
        one.roll.fit()
        Object.assign(one, { score, piece })
      }),
    )
    this.player.load(this.three[0]!.score!)
    this.hear(0)
    // A seed that one has voted on has no secret left.
    const known = verdict ?? (await getVerdict(jobs[0]!.seed))
    if (known.choice !== null) this.reveal(known)
    else {
      this.open = true
      this.showVoting()
    }
    if (plays) await this.player.play()
  }

  // --- hearing --------------------------------------------------------------------------------------------------------

  /** One of the three sounds, from where the music is. */
  private hear(i: number): void {
    const one = this.three[i]!
    if (!one.score) return
    this.current = i
    this.player.revise(one.score)
    this.three.forEach(({ section, roll, score }, other) => {
      find('.one-hear', section).setAttribute('aria-pressed', String(other === i))
      section.classList.toggle('is-heard', other === i)
      roll.setAudible((score?.tracks ?? []).map(() => other === i))
    })
    this.noteHeard()
  }

  private noteHeard(): void {
    const one = this.three[this.current]!
    if (one.heard || this.player.state !== 'playing') return
    one.heard = true
    if (this.open) this.showVoting()
  }

  // --- voting ---------------------------------------------------------------------------------------------------------

  private showVoting(): void {
    const { sentence, open } = voteLine(this.three.map(({ heard }) => heard))
    this.say(sentence)
    const skip = make('button', { type: 'button', class: 'link-button' }, words.skip)
    skip.addEventListener('click', () => this.reveal(null))
    find('#words').append(' ', skip)
    this.three.forEach(({ section }, i) => {
      const button = make('button', { type: 'button', class: 'button', 'aria-disabled': String(!open) }, words.vote(LETTERS[i]!))
      button.addEventListener('click', () => open && void this.vote(i))
      find('.one-actions', section).replaceChildren(button)
    })
  }

  private async vote(i: number): Promise<void> {
    if (!this.open) return
    this.open = false
    try {
      this.reveal(await voteForArranger(this.three.map(({ job }) => job!.code), this.three[i]!.job!.code))
    } catch (error) {
      this.open = true
      this.trouble(error)
    }
  }

  /** Whose is whose, for who has voted with the tally; from now on any of them can be kept. */
  private reveal(verdict: Verdict | null): void {
    this.open = false
    this.three.forEach((one, i) => {
      const mine = one.job!.style === verdict?.choice
      this.nameIt(one, words.named(LETTERS[i]!, this.title(one.job!.style)), mine)
      const keep = make('button', { type: 'button', class: 'button' }, words.keep)
      keep.addEventListener('click', () => void this.openKeep(one))
      const studio = make('a', { class: 'button', href: `/studio/?job=${one.job!.code}` }, words.toStudio)
      find('.one-actions', one.section).replaceChildren(keep, studio)
    })
    this.say(verdict ? '' : words.shown)
    if (verdict) this.showTally(verdict)
  }

  private showTally({ choice, n, tally }: Verdict): void {
    find('#verdict-title').textContent = words.voted(this.title(choice))
    const rows = tally.map((share) => {
      const bar = make('span', { class: 'tally-bar', 'aria-hidden': 'true' }, make('i', { class: 'tally-share' }), make('i', { class: 'tally-interval' }))
      for (const [name, value] of Object.entries({ share: share.share, low: share.low, high: share.high })) bar.style.setProperty(`--${name}`, `${value * 100}%`)
      return make('li', {}, make('span', { class: 'label' }, this.title(share.arranger)), bar, make('span', { class: 'hint' }, shareLine(share, n)))
    })
    find('#tally').replaceChildren(...rows)
    find('#verdict').hidden = false
  }

  private async openKeep({ piece }: Contestant): Promise<void> {
    try {
      const { code, title } = await getPiece(piece)
      this.keep.open({ code, title })
    } catch (error) {
      this.trouble(error)
    }
  }

  // --- the page -------------------------------------------------------------------------------------------------------

  private contestant(letter: string, i: number): Contestant {
    const id = `one-${letter.toLowerCase()}`
    const hear = make('button', { type: 'button', class: 'button one-hear', 'aria-pressed': 'false', 'aria-keyshortcuts': letter, 'aria-label': words.hear(letter) }, letter)
    hear.addEventListener('click', () => this.hear(i))
    const host = make('div', { class: 'one-roll' })
    const head = make('div', { class: 'one-head' }, hear, make('h2', { id }, words.nobody(letter)), make('div', { class: 'one-actions' }))
    const section = make('section', { class: 'one', 'aria-labelledby': id }, head, host)
    // On the page before its roll is made, which reads the theme's colours there.
    find('#three').append(section)
    return { section, roll: new PianoRoll(host, rollOptions(this.player)), job: null, score: null, piece: '', heard: false }
  }

  private nameIt({ section }: Contestant, name: string, mine = false): void {
    find('h2', section).replaceChildren(name, ...(mine ? [' ', make('span', { class: 'badge badge-on' }, words.yours)] : []))
    find('.one-actions', section).replaceChildren()
  }

  private title(style: string): string {
    return this.data.styles.find(({ name }) => name === style)?.title ?? style
  }

  private say(sentence: string): void {
    find('#words').textContent = sentence
  }

  private trouble(error: unknown): void {
    const isMember = find('#keep-form').dataset.member === 'yes'
    showTrouble(find('#notice'), refusal(error, isMember), (step) => {
      if (step === 'sign-up') location.assign(find('#keep-form').dataset.signup!)
      else if (step === 'reload') location.reload()
      else void this.generate()
    })
  }

  private listen(): void {
    const { signal } = new AbortController()
    find('#arrangers-form').addEventListener('submit', (e) => {
      e.preventDefault()
      void this.generate()
    })
    find('#keys-open').addEventListener('click', () => find<HTMLDialogElement>('#keys-dialog').showModal())
    const { player } = this
    player.addEventListener('position', () => this.three.forEach(({ roll }) => roll.setPlayhead(player.position)))
    player.addEventListener('settings', () => {
      const range = player.loopOn || player.loop ? (player.loop ?? ([0, player.length] as const)) : null
      for (const { roll } of this.three) roll.setLoop(range, player.loopOn)
    })
    player.addEventListener('state', () => this.noteHeard())
    // Before the player's own keys, to which A would mean a bar back.
    document.addEventListener('keydown', (e) => this.pressKey(e))
    bindKeys(player, null, signal)
    bindDialogs()
  }

  private pressKey(e: KeyboardEvent): void {
    if (e.defaultPrevented || e.repeat || isTyping(e)) return
    const key = e.key.toUpperCase()
    const letter = LETTERS.findIndex((one) => one === key)
    if (letter >= 0) this.hear(letter)
    else if (key === 'G') void this.generate()
    else if (key === '?') find<HTMLDialogElement>('#keys-dialog').showModal()
    else return
    e.preventDefault()
  }
}

new Arrangers()
