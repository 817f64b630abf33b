import { focusOf } from '../keys.ts'
import type { PianoRoll } from '../PianoRoll.ts'
import type { Player } from '../Player.ts'
import { barTicks, beatTicks, placeAt } from '../score.ts'
import { Synth } from '../synth.ts'
import type { Editor } from './Editor.ts'
import { click } from './metronome.ts'
import { hasMidi, messageFor, MidiPorts, type Played } from './midi.ts'
import { onGrid, Recorder } from './recorder.ts'
import { typedOctave, typedPitch } from './typing.ts'
import { gettext, interpolate, ngettext } from '../words.ts'

const words = {
  recorded: (n: number) => interpolate(ngettext('Record %s note', 'Record %s notes', n), [n]),
  nothing: gettext('Nothing was played'),
  countIn: gettext('Counting in'),
  recording: gettext('Recording'),
  noMidi: gettext('This browser has no MIDI. Chrome, Edge and Firefox have; the letter keys play everywhere.'),
  refused: gettext('The browser keeps MIDI to itself. Allow it for this site to play on an instrument.'),
  noInput: gettext('No MIDI instrument is plugged in.'),
  inputs: (names: string) => interpolate(gettext('Listening to %s.'), [names]),
  octave: (octave: number) => interpolate(gettext('Octave %s'), [octave]),
}

/** The piece is this much longer while something is recorded, in bars. */
const ROOM = 64
const TYPED_VELOCITY = 90

/**
 * Notes played by hand: on the letter keys, on a MIDI instrument; heard at once, and recorded when asked.
 * Event 'change': something that is shown has changed.
 */
export class Hands extends EventTarget {
  typing = false
  quantise = true
  /** What there is to say of MIDI, '' before it was asked for. */
  midiWords = ''
  state: 'idle' | 'counting' | 'recording' = 'idle'
  ports: MidiPorts | null = null
  private octave = 4
  private recorder: Recorder | null = null
  private readonly held = new Map<string, number>()
  private startTimer: ReturnType<typeof setTimeout> | null = null
  private clicks: (() => void)[] = []
  /** While counting in: when the first beat comes, in ms of the page's clock, and its tick. */
  private begins = { time: 0, tick: 0 }

  constructor(
    private readonly player: Player,
    private readonly roll: PianoRoll,
    private readonly editor: Editor,
    private readonly signal: AbortSignal,
  ) {
    super()
    document.addEventListener('keydown', (event) => this.type(event), { signal, capture: true })
    document.addEventListener('keyup', (event) => this.lift(event), { signal, capture: true })
    player.addEventListener('state', () => {
      if (this.state === 'recording' && player.state !== 'playing') this.stop()
      if (player.state !== 'playing') this.ports?.quiet()
    }, { signal })
    signal.addEventListener('abort', () => {
      this.cancel()
      player.mirror = null
    })
  }

  /** Asks for the instruments of this computer. */
  async connect(): Promise<void> {
    if (this.ports) return
    if (!hasMidi()) this.midiWords = words.noMidi
    else {
      try {
        this.ports = await MidiPorts.open((played, time) => this.hear(played, time), this.signal)
        this.ports.addEventListener('change', () => this.tellPorts(), { signal: this.signal })
        this.player.mirror = ({ kind, track, pitch, velocity }, wait) =>
          this.ports!.send(messageFor(kind, track, this.player.strips[track]?.isDrum ?? false, pitch, velocity), wait)
        return this.tellPorts()
      } catch {
        this.midiWords = words.refused
      }
    }
    this.tell()
  }

  setTyping(typing: boolean): void {
    this.typing = typing
    this.tell()
  }

  /** Begins with a bar counted in, or ends. */
  toggle(): void {
    if (this.state === 'idle') this.countIn()
    else if (this.state === 'counting') this.cancel()
    else this.player.pause()
  }

  private countIn(): void {
    const { player, editor } = this
    player.pause()
    void Synth.shared().unlock()
    const { start, metre } = placeAt(editor.score.metres, player.position)
    player.seek(start)
    const beat = (60 / player.bpm) * (beatTicks(metre) / 480)
    const lead = 0.1
    this.clicks = Array.from({ length: metre.numerator }, (_, i) => click(i === 0, lead + i * beat))
    const wait = (lead + metre.numerator * beat) * 1000
    this.begins = { time: performance.now() + wait, tick: start }
    this.recorder = new Recorder(start)
    this.state = 'counting'
    editor.say(words.countIn)
    this.startTimer = setTimeout(() => void this.begin(), wait - START_MS)
    this.tell()
  }

  private async begin(): Promise<void> {
    const { score } = this.editor
    const bar = barTicks(score.metres.at(-1) ?? { tick: 0, numerator: 4, denominator: 4 })
    const longer = { ...score, length: score.length + ROOM * bar }
    this.player.revise(longer)
    this.roll.revise(longer)
    this.state = 'recording'
    this.editor.say(words.recording)
    await this.player.play()
    this.tell()
  }

  private stop(): void {
    const { player, editor, recorder } = this
    const tick = player.position
    this.state = 'idle'
    this.recorder = null
    const played = recorder?.finish(tick) ?? []
    const notes = this.quantise ? onGrid(played, editor.score.metres, editor.grid) : played
    player.revise(editor.score)
    this.roll.revise(editor.score)
    if (notes.length) editor.addAll(words.recorded(notes.length), notes)
    editor.say(notes.length ? words.recorded(notes.length) : words.nothing)
    this.tell()
  }

  private cancel(): void {
    if (this.startTimer) clearTimeout(this.startTimer)
    for (const silence of this.clicks) silence()
    this.clicks = []
    this.recorder = null
    this.state = 'idle'
    this.tell()
  }

  private hear({ kind, pitch, velocity }: Played, time: number): void {
    const { editor, player } = this
    if (kind === 'on') {
      void player.hold(editor.track, pitch, velocity)
      this.recorder?.press(pitch, velocity, this.tickAt(time))
    } else {
      player.letGo(editor.track, pitch)
      this.recorder?.release(pitch, this.tickAt(time))
    }
  }

  private tickAt(time: number): number {
    if (this.state !== 'counting') return this.player.tickAt(time)
    return this.begins.tick - ((this.begins.time - time) / 1000) * (this.player.bpm / 60) * 480
  }

  private type(event: KeyboardEvent): void {
    if (!this.typing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    if (focusOf(event.composedPath()) === 'text' || document.querySelector('dialog[open]')) return
    const octave = typedOctave(event.code, this.octave)
    const pitch = typedPitch(event.code, this.octave)
    if (octave === null && pitch === null) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (event.repeat) return
    if (octave !== null) {
      this.octave = octave
      return this.editor.say(words.octave(octave))
    }
    this.held.set(event.code, pitch!)
    this.hear({ kind: 'on', pitch: pitch!, velocity: TYPED_VELOCITY }, event.timeStamp)
  }

  private lift(event: KeyboardEvent): void {
    const pitch = this.held.get(event.code)
    if (pitch === undefined) return
    this.held.delete(event.code)
    this.hear({ kind: 'off', pitch, velocity: 0 }, event.timeStamp)
  }

  private tellPorts(): void {
    const names = this.ports?.inputs ?? []
    this.midiWords = names.length ? words.inputs(names.join(', ')) : words.noInput
    this.tell()
  }

  private tell(): void {
    this.dispatchEvent(new Event('change'))
  }
}

/** The player needs so long from the press to its first note, ms. */
const START_MS = 40

