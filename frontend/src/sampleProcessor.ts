/**
 * Runs on the audio thread: plays planned notes on SpessaSynth's sampler, exactly when they are due, and forgets them
 * when it is told to. (spessasynth_lib's own processor can do neither: its clock starts when it is made, which was
 * measured 0.14 to 0.37 s late, and what it has planned it plays.)
 */
import { SoundBankLoader, SpessaSynthProcessor } from 'spessasynth_core'
import type { SampleAnswer, SampleMessage } from './sampleMessages.ts'

// The audio thread's own globals, which TypeScript's libraries do not know.
declare const sampleRate: number
declare const currentTime: number
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}

type Planned = Extract<SampleMessage, { kind: 'on' | 'off' }>

interface Channel {
  patch: { program: number; isDrum: boolean }
  level: number
  goal: number
  /** Change of level a block. */
  step: number
  /** When the fade ends, everything on the channel stops. */
  clearing: boolean
}

const FRAMES = 128
const VOLUME = 7
/** A change of level takes this long from end to end, s. */
const GLIDE = 0.03

class SampleProcessor extends AudioWorkletProcessor {
  private readonly synth = new SpessaSynthProcessor(sampleRate, { eventsEnabled: false })
  private readonly channels: Channel[] = []
  /** In order of time. */
  private queue: Planned[] = []

  constructor() {
    super()
    void this.synth.processorInitialized.then(() => {
      this.port.onmessage = ({ data }: MessageEvent<SampleMessage>) => this.take(data)
      this.answer({ kind: 'ready' })
    })
  }

  process(_inputs: Float32Array[][], [output]: [Float32Array[]]): boolean {
    const end = currentTime + FRAMES / sampleRate / 2
    while (this.queue[0] && this.queue[0].time < end) this.play(this.queue.shift()!)
    this.channels.forEach((channel, number) => this.glide(channel, number))
    this.synth.process(output[0]!, output[1]!)
    return true
  }

  private take(message: SampleMessage): void {
    switch (message.kind) {
      case 'on':
      case 'off':
        return this.plan(message)
      case 'level': {
        const channel = this.channel(message.channel)
        channel.goal = message.level
        channel.step = FRAMES / sampleRate / GLIDE
        channel.clearing = false
        return
      }
      case 'patch': {
        const { program, isDrum } = message
        this.channel(message.channel).patch = { program, isDrum }
        return this.sendPatch(message.channel)
      }
      case 'clear': {
        const channel = this.channel(message.channel)
        this.queue = this.queue.filter((planned) => planned.channel !== message.channel)
        channel.goal = 0
        channel.step = (FRAMES / sampleRate / Math.max(0.01, message.seconds)) * Math.max(0.1, channel.level)
        channel.clearing = true
        return
      }
      case 'bank':
        this.synth.soundBankManager.addSoundBank(SoundBankLoader.fromArrayBuffer(message.bank), message.id)
        // A new bank resets every channel.
        this.channels.forEach((_, number) => {
          this.sendPatch(number)
          this.sendLevel(number)
        })
        return this.answer({ kind: 'bank', id: message.id })
    }
  }

  private plan(planned: Planned): void {
    let at = this.queue.length
    while (at > 0 && this.queue[at - 1]!.time > planned.time) at--
    this.queue.splice(at, 0, planned)
  }

  private play(planned: Planned): void {
    this.channel(planned.channel)
    if (planned.kind === 'on') this.synth.noteOn(planned.channel, planned.pitch, planned.velocity)
    else this.synth.noteOff(planned.channel, planned.pitch)
  }

  /** One step of a level on its way; within a block the sampler itself draws a straight line. */
  private glide(channel: Channel, number: number): void {
    if (channel.level !== channel.goal) {
      const way = channel.goal - channel.level
      channel.level = Math.abs(way) <= channel.step ? channel.goal : channel.level + Math.sign(way) * channel.step
      this.sendLevel(number)
    } else if (channel.clearing) {
      channel.clearing = false
      this.synth.midiChannels[number]!.stopAllNotes(true)
    }
  }

  private channel(number: number): Channel {
    while (this.channels.length <= number) {
      if (this.channels.length >= this.synth.midiChannels.length) this.synth.createMIDIChannel()
      this.channels.push({ patch: { program: 0, isDrum: false }, level: 0, goal: 0, step: 1, clearing: false })
      this.sendPatch(this.channels.length - 1)
      this.sendLevel(this.channels.length - 1)
    }
    return this.channels[number]!
  }

  private sendPatch(number: number): void {
    const { program, isDrum } = this.channels[number]!.patch
    this.synth.midiChannels[number]!.setDrums(isDrum)
    this.synth.programChange(number, program)
  }

  /** MIDI's channel volume is a square law, the level is linear. */
  private sendLevel(number: number): void {
    this.synth.controllerChange(number, VOLUME, Math.round(127 * Math.sqrt(this.channels[number]!.level)))
  }

  private answer(answer: SampleAnswer): void {
    this.port.postMessage(answer)
  }
}

registerProcessor('ostinato-samples', SampleProcessor)
