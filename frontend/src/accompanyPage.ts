/** The page where a band plays along with tracks of a piece: which stay, in which roles, which bars, then press. */
import { showLeft, showLeftAtFirst } from './allowance.ts'
import { keepPiece, sentenceOf } from './api.ts'
import { accompany, followBand } from './band.ts'
import { bindDialogs, bindKeysDialog } from './dialogs.ts'
import { find, findAll, pageData } from './dom.ts'
import { type Choice, isShared, ticksOf, troubleWith, whatCameOf } from './givenChoice.ts'
import './playerElement.ts'
import { barCount, type Score, scoreFromJson, type ScoreJson } from './score.ts'
import { Synth } from './synth.ts'
import { toast } from './toast.ts'
import { Upload } from './upload.ts'
import { gettext, interpolate } from './words.ts'

interface AccompanyData {
  piece: { code: string; title: string }
  score: ScoreJson
  runs: [number, number][]
  n_bars: number
  max_bars: number
}

class AccompanyPage {
  private readonly data = pageData<AccompanyData>()
  private readonly source = scoreFromJson(this.data.score)
  private readonly element = find<HTMLElementTagNameMap['ostinato-player']>('#player')
  private readonly line = find('#accompany-line')
  private readonly button = find<HTMLButtonElement>('#accompany-go')
  private readonly result = find('#accompany-result')
  private busy = false
  /** Whether the piece is shown, and not what a band made of it. */
  private showsSource = false
  /** Code of the draft that was made last. */
  private made = ''

  constructor(private readonly form: HTMLFormElement) {
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.start()
    })
    form.addEventListener('change', ({ target }) => (target as HTMLInputElement).name !== 'arranger' && this.changed())
    for (const row of findAll('.part', form)) find('.part-hear', row).addEventListener('click', () => this.hear(Number(row.dataset.track)))
    for (const type of ['state', 'strips', 'load']) this.element.player.addEventListener(type, () => this.showHeard())
    find('#accompany-keep').addEventListener('click', () => void this.keep())
    this.changed()
  }

  private get choice(): Choice {
    const rows = findAll('.part', this.form).filter((row) => find<HTMLInputElement>('[name=given]', row).checked)
    const tracks = rows.map((row) => ({
      track: Number(row.dataset.track),
      role: row.dataset.drum === 'yes' ? 'drums' : find<HTMLSelectElement>('[name=role]', row).value,
    }))
    const bar = (id: string) => find<HTMLInputElement>(id).valueAsNumber
    return { tracks, first: bar('#first-bar'), last: bar('#last-bar') }
  }

  private get trouble(): string | null {
    const { n_bars, max_bars, runs } = this.data
    return troubleWith(this.choice, { bars: n_bars, most: max_bars, runs })
  }

  /** What is wrong is said before the press, and the chosen bars are marked in the roll. */
  private changed(): void {
    if (this.busy) return
    const { trouble, choice } = this
    this.showSource()
    this.say(trouble ?? (isShared(choice.tracks) ? gettext('Tracks that share a role become one; what both play at once is written once.') : ''))
    if (!trouble) this.markBars(choice)
  }

  private markBars({ first, last }: Choice): void {
    const { player } = this.element
    player.setLoop(ticksOf(this.source, first, last))
    player.setLoopOn(false)
  }

  private showSource(): void {
    if (this.showsSource) return
    this.showsSource = true
    this.element.load(this.source)
    this.element.roll!.lock(new Set())
    if (!this.trouble) this.markBars(this.choice)
  }

  /** One track alone, over the chosen bars; pressed again it stops. */
  private hear(track: number): void {
    if (this.busy) return
    const { player } = this.element
    const stops = this.heard === track
    this.showSource()
    player.pause()
    this.source.tracks.forEach((_, i) => player.setSolo(i, !stops && i === track))
    if (stops) return
    player.seek(player.loop?.[0] ?? 0)
    void player.play()
  }

  private get heard(): number | null {
    const { player } = this.element
    if (!this.showsSource || (player.state !== 'playing' && player.state !== 'waiting')) return null
    const solo = player.strips.findIndex((strip) => strip.solo)
    return solo < 0 ? null : solo
  }

  private showHeard(): void {
    const { heard } = this
    for (const row of findAll('.part', this.form)) {
      const button = find('.part-hear', row)
      const sounds = Number(row.dataset.track) === heard
      button.setAttribute('aria-pressed', String(sounds))
      const use = find('use', button)
      use.setAttribute('href', use.getAttribute('href')!.replace(/#\w+$/, sounds ? '#pause' : '#play'))
    }
  }

  private async start(): Promise<void> {
    const { trouble } = this
    if (this.busy) return
    if (trouble) {
      this.say(trouble)
      return toast(trouble)
    }
    this.busy = true
    this.button.setAttribute('aria-busy', 'true')
    this.result.hidden = true
    void Synth.shared().unlock()
    this.element.player.pause()
    this.say(gettext('The band listens'))
    try {
      await this.play(this.choice)
    } catch (error) {
      this.busy = false
      this.changed()
      this.say(sentenceOf(error))
      toast(sentenceOf(error))
    } finally {
      this.busy = false
      this.button.removeAttribute('aria-busy')
    }
  }

  private async play(choice: Choice): Promise<void> {
    const { element, data } = this
    const arranger = new FormData(this.form).get('arranger') as string
    const job = await accompany({ piece: data.piece.code, tracks: choice.tracks, first_bar: choice.first, last_bar: choice.last }, { arranger })
    showLeft(job)
    const roles = new Set(choice.tracks.map(({ role }) => role))
    let bars = 0
    const { score, piece } = await followBand(job, undefined, {
      open: (opening) => {
        bars = barCount(opening)
        this.showsSource = false
        element.load(opening, { live: true })
        // On a phone it stands below what was pressed.
        element.scrollIntoView({ block: 'nearest' })
        element.roll!.lock(new Set(opening.tracks.flatMap(({ role }, i) => (roles.has(role) ? [i] : []))))
      },
      add: (notes, until, barsDone) => {
        notes.forEach((more, track) => element.addNotes(track, more, until))
        this.say(interpolate(gettext('Bar %s of %s'), [barsDone, bars]))
        if (element.player.state === 'stopped') void element.player.play()
      },
    })
    element.complete()
    this.made = piece
    find<HTMLAnchorElement>('#accompany-open').href = `/pieces/${piece}/`
    this.result.hidden = false
    this.report(choice, score)
  }

  /** Whether the given notes are the same, one by one, is looked at and said. */
  private report(choice: Choice, made: Score): void {
    const { sentence, stayed } = whatCameOf(choice, this.source, made)
    this.say(`${sentence} ${gettext('It is a draft of yours. Press again for another band.')}`, stayed)
  }

  private async keep(): Promise<void> {
    try {
      const { url } = await keepPiece(this.made)
      location.assign(url)
    } catch (error) {
      toast(sentenceOf(error))
    }
  }

  private say(sentence: string, good = false): void {
    this.line.textContent = sentence
    this.line.classList.toggle('is-unchanged', good)
  }
}

bindDialogs()
bindKeysDialog()
showLeftAtFirst()
const form = document.querySelector<HTMLFormElement>('#accompany-form')
if (form) new AccompanyPage(form)
// Without a piece one is brought here.
if (document.querySelector('#upload-form')) new Upload(find('#accompany'), ({ piece }) => location.assign(`?${new URLSearchParams({ piece: piece.code })}`))
