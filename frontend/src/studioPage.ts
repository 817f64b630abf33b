/** The studio: one press, and a piece is written, shown and heard. Also opened by the home page, in the same document. */
import { showLeft, showLeftAtFirst } from './allowance.ts'
import { Alternatives } from './alternatives.ts'
import { type AcceptedJob, ApiError, cancelJob, createJob, getPiece, type Job, type JobRequest } from './api.ts'
import { bindDialogs } from './dialogs.ts'
import { find, isTyping, pageData } from './dom.ts'
import { isOver, type JobEvent, JobSocket, socketAddress, type TrackNoteRow } from './jobSocket.ts'
import { bindKeys, joinRoll, rollOptions } from './join.ts'
import { KeepDialog } from './keepDialog.ts'
import { focusOf } from './keys.ts'
import { byTrack, endOfBar } from './liveScore.ts'
import './mixer.ts'
import { byOnset, type Note } from './note.ts'
import { PianoRoll } from './PianoRoll.ts'
import { Player } from './Player.ts'
import { RerollPanel, type Take } from './rerollPanel.ts'
import { noteCount, type Score, scoreFromJson, scoreFromOpening, type ScoreJson } from './score.ts'
import { keptSettings, StudioForm } from './studioForm.ts'
import { isBand, requestFrom, settingsFromRequest, type StyleCard } from './studioSettings.ts'
import { showProgress } from './studioProgress.ts'
import { isOpen, jobGone, jobTrouble, type NextStep, type Progress, progressLine, refusal, type Trouble } from './studioWords.ts'
import { Synth } from './synth.ts'
import './transport.ts'
import { showTrouble } from './troubleNotice.ts'
import { onceReached } from './waits.ts'

interface StudioData {
  styles: StyleCard[]
  job: Job | null
  continue_from: { piece: string; title: string; bars: number; style: string; score: ScoreJson } | null
  limits: { max_bars: number; at_once: number }
}

const NOTHING: Score = { length: 0, tempos: [], metres: [], tracks: [] }

const IDLE: Progress = {
  phase: 'done', position: 0, waitSeconds: null, bars: 0, barsDone: 0, notes: 0, lost: false, catchingUp: false, kept: false,
} // prettier-ignore

export class Studio {
  private readonly listeners = new AbortController()
  private readonly data: StudioData
  private readonly form: StudioForm
  private readonly keep: KeepDialog
  private readonly roll: PianoRoll
  private readonly reroll: RerollPanel
  private readonly alternatives: Alternatives
  readonly player: Player
  private socket: JobSocket | null = null
  private job: Job | null = null
  private score: Score = NOTHING
  /** What has come so far, by track. */
  private arrived: Note[][] = []
  private progress: Progress = IDLE
  private started = false
  /** Playback begins by itself only for a piece that was asked for by a press on this page. */
  private playsItself = false
  private piece: { code: string; title: string } | null = null
  /** Given up when another piece takes the stage. */
  private offering = new AbortController()
  /** What the next press continues: the piece in the address, or a job that broke off. */
  private continueFrom: JobRequest['continue_from']

  constructor(private readonly root: HTMLElement) {
    this.data = pageData<StudioData>()
    const { styles, limits, job, continue_from } = this.data
    this.form = new StudioForm(root, styles, limits.max_bars)
    this.keep = new KeepDialog(document)
    this.player = new Player(Synth.shared())
    const transport = find<HTMLElementTagNameMap['ostinato-transport']>('ostinato-transport', root)
    const mixer = find<HTMLElementTagNameMap['ostinato-mixer']>('ostinato-mixer', root)
    this.roll = new PianoRoll(find('#roll', root), { ...rollOptions(this.player), onFollow: () => transport.requestUpdate() })
    this.alternatives = new Alternatives(root, (take) => this.hearAlternative(take))
    this.reroll = new RerollPanel(root, (take) => this.showTake(take))
    transport.player = mixer.player = this.player
    transport.roll = this.roll
    transport.mixer = mixer
    this.continueFrom = continue_from && { piece: continue_from.piece, bars: continue_from.bars }
    void joinRoll(this.player, this.roll, this.listeners.signal)
    bindKeys(this.player, this.roll, this.listeners.signal)
    bindDialogs()
    showLeftAtFirst()
    this.listen()
    if (job) this.show(job)
    else if (continue_from) this.showPrime(continue_from)
  }

  /**
   * Asks for a piece with the settings as they stand, or shows one that was asked for already. Call it in a click or a
   * key press, so that it may sound.
   */
  async generate(asked?: Promise<AcceptedJob>): Promise<void> {
    if (this.isBusy) return
    void Synth.shared().unlock()
    this.player.stop()
    this.begin({ ...IDLE, phase: 'sending', bars: this.form.settings.bars })
    this.playsItself = true
    try {
      const { settings } = this.form
      const request = requestFrom(settings, this.continueFrom)
      const job = await (asked ?? createJob(request))
      history.replaceState(null, '', `?${new URLSearchParams({ job: job.code })}`)
      this.follow(job)
      showLeft(job)
      void this.alternatives.ask(request, job, settings.alternatives, this.data.limits.at_once)
    } catch (error) {
      this.progress = { ...this.progress, phase: 'failed' }
      this.showTrouble(refusal(error, this.isMember))
      this.render()
    }
  }

  /** Stops what is being written; the bars made stay. */
  async stop(): Promise<void> {
    if (!this.job || !isOpen(this.progress)) return
    this.update({ phase: 'stopping' })
    this.alternatives.clear()
    try {
      await cancelJob(this.job.code)
    } catch (error) {
      // It goes on being written, and may be stopped at the next try.
      this.update({ phase: 'writing' })
      this.showTrouble(refusal(error, this.isMember))
    }
  }

  dispose(): void {
    this.listeners.abort()
    this.socket?.close()
    this.offering.abort()
    this.alternatives.clear()
    this.player.dispose()
    this.roll.dispose()
  }

  private get isBusy(): boolean {
    return this.root.dataset.open === 'yes'
  }

  private get isMember(): boolean {
    return find('#keep-form', document).dataset.member === 'yes'
  }

  // --- the job --------------------------------------------------------------------------------------------------------

  /** A job that the address names: shown, and played only when asked for. */
  private show(job: Job): void {
    this.form.settings = { ...settingsFromRequest(job.request, this.data.styles, this.data.limits.max_bars), seed: this.form.settings.seed }
    this.continueFrom = job.request.continue_from
    this.begin({ ...IDLE, phase: 'queued', bars: job.bars })
    this.playsItself = false
    this.follow(job)
  }

  private begin(progress: Progress): void {
    this.socket?.close()
    this.socket = null
    this.offering.abort()
    this.job = this.piece = null
    this.started = false
    this.progress = progress
    this.setScore(NOTHING, true)
    this.alternatives.clear()
    this.reroll.hide()
    this.hideTrouble()
    this.render()
  }

  private follow(job: Job): void {
    this.job = job
    find('#stage-title', this.root).textContent = this.data.styles.find(({ name }) => name === job.style)?.title ?? ''
    this.form.offerSeed(job.seed)
    this.hear({ type: 'state', number: 0, job })
    this.socket = new JobSocket(socketAddress(job.socket, location), {
      onEvent: (event) => this.hear(event),
      onLine: (line) => {
        if (line === 'gone') {
          this.update({ phase: 'failed', lost: false })
          this.showTrouble(jobGone())
        } else {
          this.update({ lost: line === 'lost' })
        }
      },
    })
  }

  private hear(event: JobEvent): void {
    switch (event.type) {
      case 'state': {
        this.job = event.job
        // How a job that is over ended is told by its last event, after its notes.
        if (isOver(event.job) || this.progress.phase === 'stopping') return
        const running = this.progress.barsDone || this.progress.notes ? 'writing' : 'warming'
        const phase = event.job.status === 'queued' ? 'queued' : running
        return this.update({ phase, bars: event.job.bars, position: event.job.position, waitSeconds: event.job.wait_seconds })
      }
      case 'queue':
        return this.update({ phase: 'queued', position: event.position, waitSeconds: event.wait_seconds })
      case 'opening':
        this.setScore(scoreFromOpening(event), true)
        return this.update({ phase: this.progress.phase === 'stopping' ? 'stopping' : 'warming', bars: event.bars })
      case 'notes':
        this.append(event.notes, event.until)
        this.update({
          phase: this.progress.phase === 'stopping' ? 'stopping' : 'writing',
          barsDone: event.bars_done,
          notes: this.progress.notes + event.notes.length,
        })
        return this.playFirst(event.until)
      case 'finished':
        this.complete(this.score.length)
        this.update({ phase: 'done', barsDone: this.progress.bars })
        if (event.piece) this.offerTakes(event.piece)
        return void this.offer(event.piece)
      case 'cancelled':
        this.complete(endOfBar(this.score, this.progress.barsDone))
        this.update({ phase: 'cancelled' })
        return void this.offer(event.piece)
      case 'failed':
        this.complete(endOfBar(this.score, this.progress.barsDone))
        this.update({ phase: 'failed' })
        this.alternatives.fail()
        this.showTrouble(jobTrouble(event.error, this.progress.barsDone, event.piece))
        return void this.offer(event.piece)
    }
  }

  private setScore(score: Score, live: boolean): void {
    this.score = score
    this.arrived = score.tracks.map(() => [])
    this.roll.setScore(score, { live })
    this.player.load(score, { live })
  }

  private append(rows: readonly TrackNoteRow[], until: number): void {
    for (const [track, notes] of byTrack(rows, this.score.tracks.length).entries()) {
      this.roll.append(track, notes, until)
      this.player.append(track, notes, until)
      this.arrived[track]!.push(...notes)
    }
  }

  /** The first notes are there: it plays, and a piece that goes on after another one begins a bar before the join. */
  private playFirst(until: number): void {
    if (this.started || until <= 0) return
    this.started = true
    if (!this.playsItself) return
    const join = this.continueFrom ? endOfBar(this.score, this.continueFrom.bars - 1) : 0
    if (join > 0) this.player.seek(join)
    void this.player.play()
  }

  private complete(length: number): void {
    this.player.complete(length)
    this.roll.complete(length)
  }

  // --- takes of a band ------------------------------------------------------------------------------------------------

  /** The piece is whole: it can be exchanged for another take, or for an alternative. */
  private offerTakes(piece: string): void {
    if (!this.job) return
    const tracks = this.score.tracks.map((track, i) => ({ ...track, notes: this.arrived[i]!.toSorted(byOnset) }))
    this.revise({ ...this.score, tracks })
    const take = { job: this.job, score: this.score, piece }
    this.alternatives.fill(take)
    if (isBand(this.job.style)) this.reroll.offer(take)
  }

  private hearAlternative(take: Take): void {
    this.putOn(take)
    if (isBand(take.job.style)) this.reroll.offer(take)
  }

  private showTake(take: Take): void {
    this.alternatives.fill(take)
    this.putOn(take)
  }

  /** Another take of the piece, in its place: it goes on sounding where it is. */
  private putOn({ job, score, piece }: Take): void {
    this.hideTrouble()
    this.job = job
    if (this.score.tracks.length === score.tracks.length) this.revise(score)
    else this.setScore(score, false) // what was on the stage broke off before it had tracks
    history.replaceState(null, '', `?${new URLSearchParams({ job: job.code })}`)
    this.update({ phase: 'done', bars: job.bars, barsDone: job.bars, notes: noteCount(score) })
    void this.offer(piece)
  }

  private revise(score: Score): void {
    this.score = score
    this.roll.revise(score)
    this.player.revise(score)
  }

  // --- what to do with it ---------------------------------------------------------------------------------------------

  private async offer(code: string | null): Promise<void> {
    this.offering.abort()
    if (!code) return
    const { signal } = (this.offering = new AbortController())
    try {
      const { title, is_draft, url } = await onceReached(() => getPiece(code), { signal, onAway: () => this.update({ lost: true }) })
      this.update({ lost: false, kept: !is_draft })
      // A blend that a recipe asked for comes as a whole, not note by note.
      if (this.score === NOTHING) return location.replace(url)
      this.piece = { code, title }
      find('#stage-title', this.root).textContent = this.player.title = title
      find<HTMLButtonElement>('#keep', this.root).hidden = !is_draft
      find('#actions', this.root).hidden = false
      const edit = find<HTMLAnchorElement>('#edit-piece', this.root)
      edit.href = `${url}?edit`
      edit.hidden = false
    } catch (error) {
      // Deleted meanwhile: the notes are still here to be heard, but there is nothing to keep.
      if (signal.aborted) return
      if (!(error instanceof ApiError)) throw error
      this.update({ lost: false })
    }
  }

  private showPrime(prime: NonNullable<StudioData['continue_from']>): void {
    if (this.data.styles.some((style) => style.name === prime.style)) {
      this.form.settings = { ...this.form.settings, style: prime.style, metre: '' }
    }
    this.setScore(scoreFromJson(prime.score), false)
    this.roll.complete()
    find('#empty', this.root).hidden = true
    this.progress = { ...IDLE, bars: prime.bars, barsDone: prime.bars, notes: noteCount(this.score) }
    find('#words', this.root).textContent = progressLine(this.progress)
  }

  private next(step: NextStep): void {
    switch (step) {
      case 'again':
        return void this.generate()
      case 'continue':
        if (this.piece) this.continueFrom = { piece: this.piece.code, bars: this.progress.barsDone }
        this.form.settings = { ...this.form.settings, bars: Math.max(1, this.progress.bars - this.progress.barsDone) }
        return void this.generate()
      case 'sign-up':
        return location.assign(find<HTMLElement>('#keep-form', document).dataset.signup!)
      case 'reload':
        return location.reload()
      case 'fresh':
        return location.assign(location.pathname)
    }
  }

  // --- what is seen ---------------------------------------------------------------------------------------------------

  private update(change: Partial<Progress>): void {
    this.progress = { ...this.progress, ...change }
    this.render()
  }

  private render(): void {
    showProgress(this.root, this.progress)
  }

  private showTrouble(trouble: Trouble): void {
    showTrouble(find('#notice', this.root), trouble, (step) => this.next(step))
  }

  private hideTrouble(): void {
    find('#notice', this.root).hidden = true
  }

  // --- what is pressed ------------------------------------------------------------------------------------------------

  private listen(): void {
    const { signal } = this.listeners
    const on = (id: string, act: () => void) => find(id, document).addEventListener('click', act, { signal })
    const openSheet = (open: boolean) => this.openSheet(open)
    // The piece on the stage goes on being written, and its address leads back to it; to an alternative none does.
    addEventListener('pagehide', () => this.alternatives.leave(), { signal })
    on('#generate', () => this.pressGenerate())
    on('#another', () => void this.generate())
    on('#keep', () => this.piece && this.keep.open(this.piece))
    on('#change', () => {
      openSheet(true)
      this.form.focus()
    })
    on('#keys-open', () => find<HTMLDialogElement>('#keys-dialog').showModal())
    on('#sheet-open', () => openSheet(!find('#rail').classList.contains('is-open')))
    on('#sheet-close', () => openSheet(false))
    on('#sheet-shade', () => openSheet(false))
    this.player.addEventListener('state', () => this.job && this.update({ catchingUp: this.player.state === 'waiting' }), { signal })
    document.addEventListener('keydown', (e) => this.pressKey(e), { signal })
    // Before the player's own keys, to which Enter would mean stop.
    document.addEventListener('keydown', (e) => this.pressEnter(e), { signal, capture: true })
  }

  /** Among alternatives Enter keeps the one that is heard. */
  private pressEnter(e: KeyboardEvent): void {
    if (e.key !== 'Enter' || e.repeat || isTyping(e) || focusOf(e.composedPath()) !== 'page') return
    if (!this.alternatives.isShown || !this.piece || find('#keep', this.root).hidden || find('#actions', this.root).hidden) return
    e.preventDefault()
    this.keep.open(this.piece)
  }

  private pressGenerate(): void {
    if (this.progress.phase === 'stopping' || this.progress.phase === 'sending') return
    this.openSheet(false)
    void (this.isBusy ? this.stop() : this.generate())
  }

  private pressKey(e: KeyboardEvent): void {
    if (e.key === 'Escape' && find('#rail').classList.contains('is-open')) return this.openSheet(false)
    if (e.defaultPrevented || e.repeat) return
    const key = e.key.toLowerCase()
    if (isUndo(e) && focusOf(e.composedPath()) !== 'text') {
      e.preventDefault()
      return this.reroll.step(key === 'y' || e.shiftKey ? 1 : -1)
    }
    if (isTyping(e)) return
    const alternative = ['1', '2', '3', '4', '5', '6', '7', '8'].indexOf(key)
    if (this.alternatives.isShown && alternative >= 0) this.alternatives.hear(alternative)
    else if (key === 'g') this.pressGenerate()
    else if (key === 'r') void this.again()
    else if (key === '?') find<HTMLDialogElement>('#keys-dialog').showModal()
    else return
    e.preventDefault()
  }

  /** The same settings with another seed. */
  private async again(): Promise<void> {
    if (this.form.settings.seed !== null) this.form.settings = { ...this.form.settings, seed: null }
    await this.generate()
  }

  /** On a phone the rail is a sheet that comes from below; on a desk it is always there. */
  private openSheet(open: boolean): void {
    const rail = find('#rail', this.root)
    const button = find('#sheet-open', this.root)
    const was = rail.classList.contains('is-open')
    rail.classList.toggle('is-open', open)
    button.setAttribute('aria-expanded', String(open))
    if (was && !open) button.focus()
    else if (open && !was) find('#sheet-close', rail).focus()
  }
}

const isUndo = (e: KeyboardEvent) => (e.ctrlKey || e.metaKey) && !e.altKey && ['z', 'y'].includes(e.key.toLowerCase())

export const openStudio = (): Studio => new Studio(find('#studio'))

/** Asks for a piece with the settings that this browser keeps, before the studio is even built: `page` holds it. */
export function askAhead(page: Document): Promise<AcceptedJob> {
  const { styles, limits } = pageData<StudioData>(page)
  return createJob(requestFrom(keptSettings(styles, limits.max_bars), null))
}
