import { loadBank } from './banks.ts'
import { kitFor, type Patch, patchId } from './instruments.ts'
import type { SampleAnswer, SampleMessage } from './sampleMessages.ts'
import processor from './sampleProcessor.ts?worker&url'

/** A cleared channel rests this much longer than its fade, s. */
const REST = 0.1

/** The sampled instruments, played on the audio thread: one channel for each part. */
export class Samples {
  private channels = 0
  private readonly resting: { channel: number; until: number }[] = []
  private readonly asked = new Map<string, Promise<void>>()
  private readonly loaded = new Set<string>()
  private readonly arrived = new Map<string, () => void>()

  private constructor(
    private readonly context: AudioContext,
    private readonly node: AudioWorkletNode,
    ready: () => void,
  ) {
    node.port.onmessage = ({ data }: MessageEvent<SampleAnswer>) => {
      if (data.kind === 'ready') ready()
      else this.arrived.get(data.id)?.()
    }
  }

  static async start(context: AudioContext, to: AudioNode): Promise<Samples> {
    await context.audioWorklet.addModule(new URL(processor, import.meta.url).href)
    const node = new AudioWorkletNode(context, 'ostinato-samples', { numberOfInputs: 0, outputChannelCount: [2] })
    node.connect(to)
    return new Promise((resolve, reject) => {
      node.onprocessorerror = () => reject(new Error('the sampler stopped'))
      const samples = new Samples(context, node, () => resolve(samples))
    })
  }

  /** Whether a patch can be played now. */
  has(patch: Patch): boolean {
    return this.loaded.has(patchId(patch))
  }

  load(patch: Patch): Promise<void> {
    const id = patchId(patch)
    let load = this.asked.get(id)
    if (!load) {
      load = loadBank(patch).then((bank) => this.hand(id, bank))
      this.asked.set(id, load)
      load.catch(() => this.asked.delete(id))
    }
    return load
  }

  /** A channel that nothing sounds on. */
  take(): number {
    const rested = this.resting.findIndex(({ until }) => until < this.context.currentTime)
    return rested >= 0 ? this.resting.splice(rested, 1)[0]!.channel : this.channels++
  }

  /** Forgets what is planned on a channel, fades what sounds there, and lets it rest. */
  release(channel: number, seconds: number): void {
    this.send({ kind: 'clear', channel, seconds })
    this.resting.push({ channel, until: this.context.currentTime + seconds + REST })
  }

  setPatch(channel: number, { program, isDrum }: Patch): void {
    this.send({ kind: 'patch', channel, program: isDrum ? kitFor(program) : program, isDrum })
  }

  /** 0–1, without a click. */
  setLevel(channel: number, level: number): void {
    this.send({ kind: 'level', channel, level })
  }

  noteOn(channel: number, pitch: number, velocity: number, time: number): void {
    this.send({ kind: 'on', channel, pitch, velocity, time })
  }

  noteOff(channel: number, pitch: number, time: number): void {
    this.send({ kind: 'off', channel, pitch, time })
  }

  private hand(id: string, bank: ArrayBuffer): Promise<void> {
    return new Promise((resolve) => {
      this.arrived.set(id, () => {
        this.loaded.add(id)
        resolve()
      })
      this.send({ kind: 'bank', id, bank }, [bank])
    })
  }

  private send(message: SampleMessage, transfer: Transferable[] = []): void {
    this.node.port.postMessage(message, transfer)
  }
}
