import { WorkletSynthesizer } from 'spessasynth_lib'
import processor from 'spessasynth_lib/dist/spessasynth_processor.min.js?url'
import { loadBank } from './banks.ts'
import { kitFor, type Patch, patchId } from './instruments.ts'

const VOLUME = 7
/** A change of level is spread over these steps, s apart, so that it does not click. */
const STEPS = 4
const STEP = 0.004
/** Notes are planned at most this far ahead (s); after that a released channel is clean. */
const CLEAN = 1.5

interface Channel {
  patch: Patch | null
  level: number
}

/**
 * The sampled instruments: one synthesizer in an AudioWorklet with a channel for each part. It cannot take back a note
 * that is planned, so a part that falls silent is left on its channel, muted, and goes on playing on a fresh one.
 */
export class Samples {
  private readonly channels: Channel[] = []
  private readonly resting: { number: number; until: number }[] = []
  private readonly loaded = new Set<string>()

  private constructor(
    private readonly context: AudioContext,
    private readonly synth: WorkletSynthesizer,
  ) {}

  static async start(context: AudioContext, to: AudioNode): Promise<Samples> {
    await context.audioWorklet.addModule(new URL(processor, import.meta.url).href)
    const synth = new WorkletSynthesizer(context, { eventsEnabled: false })
    synth.connect(to)
    await synth.isReady
    return new Samples(context, synth)
  }

  /** Whether a patch can be played now. */
  has(patch: Patch): boolean {
    return this.loaded.has(patchId(patch))
  }

  async load(patch: Patch): Promise<void> {
    const id = patchId(patch)
    if (this.loaded.has(id)) return
    const bank = await loadBank(patch)
    if (this.loaded.has(id)) return
    this.loaded.add(id)
    // The buffer is handed over to the audio thread; a copy stays for a page that opens another context.
    const added = this.synth.soundBankManager.addSoundBank(bank.slice(0), id)
    // A new bank resets every channel, so all are set again in the same breath.
    this.channels.forEach((channel, number) => {
      if (channel.patch) this.sendPatch(number, channel.patch)
      this.sendLevel(number, channel.level)
    })
    await added
  }

  /** A channel that nothing sounds on. */
  take(): number {
    const rested = this.resting.findIndex(({ until }) => until < this.context.currentTime)
    if (rested >= 0) {
      const { number } = this.resting.splice(rested, 1)[0]!
      this.synth.midiChannels[number]?.setSystemParameter('isMuted', false)
      return number
    }
    const number = this.channels.length
    this.channels.push({ patch: null, level: 0 })
    if (number >= 16) this.synth.addNewChannel()
    return number
  }

  /** Mutes a channel within `seconds`, and lets it rest until what was planned on it has passed. */
  release(number: number, seconds: number): void {
    this.fadeOut(number, seconds)
    setTimeout(() => this.synth.midiChannels[number]?.setSystemParameter('isMuted', true), seconds * 1000 + 60)
    this.resting.push({ number, until: this.context.currentTime + seconds + CLEAN })
  }

  setPatch(number: number, patch: Patch): void {
    this.channels[number]!.patch = patch
    this.sendPatch(number, patch)
  }

  /** 0–1, without a click. */
  setLevel(number: number, level: number, at = this.context.currentTime): void {
    const channel = this.channels[number]!
    const from = channel.level
    channel.level = level
    for (let step = 1; step <= STEPS; step++) this.sendLevel(number, from + ((level - from) * step) / STEPS, at + step * STEP)
  }

  noteOn(number: number, pitch: number, velocity: number, time: number): void {
    this.synth.noteOn(number, pitch, velocity, { time })
  }

  noteOff(number: number, pitch: number, time: number): void {
    this.synth.noteOff(number, pitch, { time })
  }

  private fadeOut(number: number, seconds: number): void {
    const channel = this.channels[number]!
    const from = channel.level
    channel.level = 0
    const steps = Math.max(STEPS, Math.round(seconds / 0.01))
    for (let step = 1; step <= steps; step++) {
      this.sendLevel(number, from * (1 - step / steps), this.context.currentTime + (seconds * step) / steps)
    }
  }

  private sendPatch(number: number, patch: Patch): void {
    this.synth.midiChannels[number]?.setDrums(patch.isDrum)
    this.synth.programChange(number, patch.isDrum ? kitFor(patch.program) : patch.program)
  }

  /** Channel volume is a square law; the level is linear. */
  private sendLevel(number: number, level: number, time?: number): void {
    this.synth.controllerChange(number, VOLUME, Math.round(127 * Math.sqrt(level)), time === undefined ? undefined : { time })
  }
}
