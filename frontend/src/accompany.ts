/** "Accompany" on the page of an empty roll: what a person drew or played stays, and a band plays along. */
import { showLeft, showLeftAtFirst } from './allowance.ts'
import { ApiError, editNotes, getPiece, giveUp, keepPiece, notesVersion, type Piece, sentenceOf } from './api.ts'
import { accompany, followBand, sameNotes } from './band.ts'
import type { Editor } from './editing/Editor.ts'
import { infilled } from './editing/infilling.ts'
import type { Note } from './note.ts'
import type { PlayerElement } from './playerElement.ts'
import { barCount, isCommonTime, type Score, scoreToJson } from './score.ts'
import { toast } from './toast.ts'
import { gettext, interpolate, ngettext } from './words.ts'

/** Code of the draft that the last accompaniment became, kept over a reload. */
const PLAYED = 'ostinato-drawing-band'

/** Tracks on which a person wrote something: a band leaves them as they are. */
export function givenTracks(score: Score): number[] {
  return score.tracks.flatMap(({ notes }, track) => (notes.some(({ origin }) => origin !== 'model') ? [track] : []))
}

/** Tracks shown as locked: given ones, as soon as a band plays beside them. */
export function lockedTracks(score: Score): ReadonlySet<number> {
  const plays = score.tracks.some(({ notes }) => notes.some(({ origin }) => origin === 'model'))
  return new Set(plays ? givenTracks(score) : [])
}

/** Why no band plays in this metre, or null. */
export function metreTrouble({ metres }: Score): string | null {
  if (metres.every(isCommonTime)) return null
  return gettext('The band plays in 4/4 only. Choose 4/4 as the metre to be accompanied.')
}

export class Accompaniment {
  private editor: Editor | null = null
  /** There while a band plays along. */
  private playing: AbortController | null = null

  constructor(
    private readonly element: PlayerElement,
    private readonly button: HTMLButtonElement,
    private readonly line: HTMLElement,
  ) {
    showLeftAtFirst()
    button.addEventListener('click', () => void this.start())
    document.addEventListener('ostinato-draw', ({ detail }) => this.follow(detail.editor))
  }

  /** The drawing goes on in the piece that the band's notes come from, which says whose each note is. Null when there is none. */
  async keep(score: Score): Promise<{ piece: Piece; version: string; places: readonly number[] } | null> {
    const code = localStorage.getItem(PLAYED)
    if (!code || !lockedTracks(score).size) return null
    try {
      const piece = await getPiece(code)
      if (piece.tempo !== score.tempos[0]?.bpm) return null
      const places = score.tracks.map(({ role }) => piece.score.tracks.findIndex((track) => track.role === role))
      if (new Set(places).size !== piece.score.tracks.length || places.includes(-1)) return null
      const tracks = [...score.tracks]
      score.tracks.forEach((track, i) => (tracks[places[i]!] = track))
      const version = await editNotes(code, { ...score, tracks }, await notesVersion(code))
      return { piece: await keepPiece(code), version, places }
    } catch (error) {
      // The draft is gone, or was made by somebody else in this browser: the drawing is kept as one.
      if (error instanceof ApiError && error.status === 404) return null
      throw error
    }
  }

  /** Another drawing begins: no band plays along with this one any more. */
  forget(): void {
    this.leave()
    localStorage.removeItem(PLAYED)
  }

  /** The band goes on along with the same notes in another tempo, but not in a metre that it does not play. */
  private follow(editor: Editor): void {
    this.editor = editor
    const trouble = metreTrouble(editor.score)
    if (trouble) this.leave()
    const show = () => this.element.roll?.lock(lockedTracks(editor.score))
    editor.addEventListener('score', show)
    show()
    // Before the press, and gone when the metre is one that a band plays.
    if (!this.playing) this.say(trouble ?? '')
  }

  /** The band is stopped, and what it played so far is taken back. */
  private leave(): void {
    if (!this.playing) return
    this.playing.abort()
    this.editor?.leaveTried()
    this.end()
  }

  private end(): void {
    this.playing = null
    this.button.removeAttribute('aria-busy')
  }

  private async start(): Promise<void> {
    const { editor } = this
    if (!editor || this.playing) return
    const trouble = metreTrouble(editor.score)
    if (trouble) return this.say(trouble)
    // What is only tried, bars played anew, is left.
    editor.abandon()
    const given = givenTracks(editor.score)
    if (!given.length) return this.say(gettext('Draw or play a few notes first: the band plays along with them.'))
    if (given.length === editor.score.tracks.length) return this.say(gettext('All five tracks have notes of yours. Empty one for the band to play.'))
    const { signal } = (this.playing = new AbortController())
    this.button.setAttribute('aria-busy', 'true')
    this.say(gettext('The band listens'))
    try {
      await this.play(editor.score, given, signal)
    } catch (error) {
      if (signal.aborted) return
      this.editor?.leaveTried()
      this.say('')
      toast(sentenceOf(error))
    } finally {
      if (!signal.aborted) this.end()
    }
  }

  private async play(asked: Score, given: readonly number[], signal: AbortSignal): Promise<void> {
    const bars = barCount(asked)
    const tracks = given.map((track) => ({ track, role: asked.tracks[track]!.role }))
    const job = await accompany({ score: scoreToJson(asked), tracks })
    showLeft(job)
    if (signal.aborted) return giveUp(job)
    signal.addEventListener('abort', () => giveUp(job))
    const others = asked.tracks.flatMap((_, i) => (given.includes(i) ? [] : [i]))
    // Laid into the drawing as it is by then: who goes on drawing meanwhile loses nothing, and what is locked stays.
    const placed = (from: Score, score: Score) =>
      infilled(from, { from: 0, to: from.length, tracks: others }, new Map(others.map((i) => [i, byModel(notesOf(score, from.tracks[i]!.role))])))
    const { score, piece } = await followBand(job, (soFar) => {
      if (signal.aborted) return
      const done = barCount({ ...soFar, length: Math.max(0, ...soFar.tracks.flatMap(({ notes }) => notes.map(({ onset }) => onset + 1))) })
      this.say(interpolate(gettext('Bar %s of %s'), [done, bars]))
      this.editor!.preview((from) => placed(from, soFar), 'model')
    })
    if (signal.aborted) return
    const editor = this.editor!
    editor.perform(gettext('Accompany'), { score: placed(editor.score, score).score, selected: new Set() }, 'model')
    localStorage.setItem(PLAYED, piece)
    const stayed = given.every((track) => sameNotes(asked.tracks[track]!.notes, notesOf(score, asked.tracks[track]!.role)))
    const yours = given.reduce((sum, track) => sum + asked.tracks[track]!.notes.length, 0)
    const said = ngettext('Your %s note is unchanged. Press again for another band.', 'Your %s notes are unchanged. Press again for another band.', yours)
    const sentence = stayed ? interpolate(said, [yours]) : gettext('The band heard your notes as its grid holds them, one of a pitch at a time; here they stay as you wrote them.')
    this.say(sentence, stayed)
  }

  private say(sentence: string, good = false): void {
    this.line.textContent = sentence
    this.line.classList.toggle('is-unchanged', good)
  }
}

const notesOf = (score: Score, role: string): readonly Note[] => score.tracks.find((track) => track.role === role)?.notes ?? []

const byModel = (notes: readonly Note[]) => notes.map((note): Note => ({ ...note, origin: 'model' }))
