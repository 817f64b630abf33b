/** Bars of a track played anew by a band: asked for, heard in turn, kept as one step or left. */
import { askInfill, giveUp, type Job, sentenceOf } from '../api.ts'
import { leftToday } from '../allowance.ts'
import { followInfill } from '../band.ts'
import type { TrackNoteRow } from '../jobSocket.ts'
import { byTrack } from '../liveScore.ts'
import type { Note } from '../note.ts'
import type { TickRange } from '../painter.ts'
import type { Player } from '../Player.ts'
import { placeAt, scoreToJson } from '../score.ts'
import type { Editor } from './Editor.ts'
import { infilled, type Stretch, troubleIn } from './infilling.ts'
import { counted, gettext, interpolate } from '../words.ts'

/** How many are asked for; the number keys choose among them. */
export const ALTERNATIVES = 4

export type InfillState = 'closed' | 'trouble' | 'asking' | 'choosing'

const words = {
  step: (stretch: string) => interpolate(gettext('Play anew: %s'), [stretch]),
  bars: (first: number, last: number, track: string) =>
    first === last ? interpolate(gettext('bar %s of %s'), [first, track]) : interpolate(gettext('bars %s–%s of %s'), [first, last, track]),
  asking: (stretch: string) => interpolate(gettext('The band plays %s anew'), [stretch]),
  heard: (n: number, of: number, notes: string) => interpolate(gettext('Alternative %s of %s, %s'), [n, of, notes]),
  kept: (stretch: string) => interpolate(gettext('Kept: %s'), [stretch]),
  left: gettext('All is as it was'),
}

/** Events: 'change' (anything that its bar shows). */
export class Infill extends EventTarget {
  state: InfillState = 'closed'
  /** What is wrong, when it is. */
  trouble = ''
  /** How many more may be asked for today, once that is few. */
  left = ''
  /** Which alternative is heard, from 0. */
  heard: number | null = null
  private stretch: Stretch | null = null
  private alternatives: ReadonlyMap<number, readonly Note[]>[] = []
  private loop: { readonly range: TickRange | null; readonly on: boolean } | null = null
  private asked = 0
  /** What the band still plays. */
  private job: Job | null = null

  constructor(
    private readonly editor: Editor,
    private readonly player: Player,
  ) {
    super()
    // Another step was made meanwhile, or taken back: what was offered was for other notes.
    editor.addEventListener('step', () => this.state !== 'closed' && this.close())
  }

  get count(): number {
    return this.alternatives.length
  }

  /** "bars 3–4 of Piano". */
  get name(): string {
    if (!this.stretch) return ''
    const { from, to, tracks } = this.stretch
    const { score } = this.editor
    const names = tracks.map((track) => score.tracks[track]?.name ?? '').join(', ')
    return words.bars(placeAt(score.metres, from).bar, placeAt(score.metres, to - 1).bar, names)
  }

  get sentence(): string {
    if (this.state === 'trouble') return this.trouble
    return this.state === 'asking' ? words.asking(this.name) : ''
  }

  /** Asks a band for this stretch. What was open is left first. */
  async start(stretch: Stretch): Promise<void> {
    this.leave()
    const { editor } = this
    this.stretch = stretch
    const trouble = troubleIn(editor.score, stretch)
    if (trouble) return this.fail(trouble)
    const asked = ++this.asked
    editor.mark(stretch.from, stretch.to)
    this.set('asking')
    editor.say(words.asking(this.name))
    try {
      const job = await askInfill({ score: scoreToJson(editor.score), tracks: stretch.tracks, start: stretch.from, end: stretch.to, alternatives: ALTERNATIVES })
      if (asked !== this.asked) return giveUp(job)
      this.job = job
      this.left = leftToday(job)
      await followInfill(job, (rows) => asked === this.asked && this.take(rows))
      if (asked !== this.asked) return
      this.job = null
      if (!this.count) this.fail(gettext('The band found nothing to play here.'))
    } catch (error) {
      if (asked === this.asked) this.fail(sentenceOf(error))
    }
  }

  /** Shows an alternative in its place, and plays it over and over. */
  hear(index: number): void {
    const notes = this.alternatives[index]
    const { stretch, player, editor } = this
    if (!notes || !stretch) return
    this.heard = index
    editor.preview((score) => infilled(score, stretch, notes), 'model')
    editor.say(words.heard(index + 1, ALTERNATIVES, counted([...notes.values()].flat().length, 'note')))
    if (!this.loop) {
      this.loop = { range: player.loop, on: player.loopOn }
      player.setLoop([stretch.from, stretch.to])
    }
    if (player.state !== 'playing' && player.state !== 'waiting') {
      player.seek(stretch.from)
      void player.play()
    }
    this.set('choosing')
  }

  /** What is heard stays, as one step. */
  keep(): void {
    if (this.heard === null || !this.stretch) return
    const { editor, name } = this
    this.close()
    editor.perform(words.step(name), { score: editor.score, selected: editor.selected }, 'model')
    editor.say(words.kept(name))
  }

  /** All is as it was. */
  leave(): void {
    if (this.state === 'closed') return
    const { state } = this
    this.close()
    if (state === 'trouble') return
    this.editor.abandon()
    this.editor.say(words.left)
  }

  /** Whether a key is the infill's while it is open; then it is done. */
  takes(event: KeyboardEvent): boolean {
    if (this.state === 'closed' || event.ctrlKey || event.metaKey || event.altKey) return false
    const target = event.composedPath()[0]
    if (event.key === 'Escape') this.leave()
    else if (this.state !== 'choosing') return false
    else if (/^[1-9]$/.test(event.key)) this.hear(Number(event.key) - 1)
    else if (event.key === 'Enter' && !(target instanceof Element && target.closest('button:not([role=radio]), a, summary'))) this.keep()
    else return false
    return true
  }

  private take(rows: readonly TrackNoteRow[]): void {
    const lists = byTrack(rows, this.editor.score.tracks.length)
    this.alternatives.push(new Map(this.stretch!.tracks.map((track) => [track, lists[track]!.map((note): Note => ({ ...note, origin: 'model' }))])))
    if (this.heard === null) this.hear(0)
    this.tell()
  }

  private fail(trouble: string): void {
    this.asked++
    this.job = null
    this.trouble = trouble
    this.set('trouble')
    this.editor.say(trouble)
  }

  private close(): void {
    const { player, loop } = this
    this.asked++
    if (this.job) giveUp(this.job)
    this.job = null
    if (loop) {
      player.pause()
      player.setLoop(loop.range)
      player.setLoopOn(loop.on)
    }
    this.loop = null
    this.heard = null
    this.alternatives = []
    this.set('closed')
  }

  private set(state: InfillState): void {
    this.state = state
    this.tell()
  }

  private tell(): void {
    this.dispatchEvent(new Event('change'))
  }
}
