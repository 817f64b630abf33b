import { SmoothClock } from './audioClock.ts'
import { loadBank } from './banks.ts'
import { type Patch, patchId } from './instruments.ts'
import { probe } from './probe.ts'
import { whySilent } from './silence.ts'
import { SimpleVoices } from './simpleVoice.ts'
import type { Deck, Sound } from './sound.ts'
import type { Samples } from './samples.ts'

declare global {
  interface Navigator {
    /** Safari: 'playback' sounds in spite of the ring/silent switch. */
    readonly audioSession?: { type: string }
  }
}

/** How often it is looked whether anything is heard, ms. */
const WATCH = 500
/** Without a note for so long (s), the audio thread sleeps: it costs a phone its battery. */
const SLEEP = 30

/**
 * Everything that makes sound on the page: simple voices at once, sampled instruments as soon as they are there.
 *
 * decks → volume → limiter → soft clip → analyser → loudspeaker
 */
export class Synth extends EventTarget implements Sound {
  private static instance: Synth | null = null

  /** One a page: browsers allow few audio contexts, and one is enough. */
  static shared(): Synth {
    return (Synth.instance ??= new Synth())
  }

  private context: AudioContext | null = null
  private bus: GainNode | null = null
  private voices: SimpleVoices | null = null
  private starting: Promise<Samples> | null = null
  private readonly decks = new Set<SynthDeck>()
  private readonly clock = new SmoothClock()
  private volume_ = 0.8
  private trouble_: string | null = null
  private failed = false
  private pressed = 0
  private clockThen = 0
  private sounding: number | null = null
  private latest = 0
  private loudest = 0
  private watcher: ReturnType<typeof setInterval> | null = null

  get now(): number {
    return this.context?.currentTime ?? 0
  }

  get heard(): number {
    const { context } = this
    if (!context) return 0
    if (context.state !== 'running') return context.currentTime
    const latency = LOOKAHEAD + Math.min(0.5, context.outputLatency || context.baseLatency || 0)
    return this.clock.read(context.currentTime, performance.now() / 1000) - latency
  }

  get volume(): number {
    return this.volume_
  }

  set volume(volume: number) {
    this.volume_ = volume
    if (this.bus) this.bus.gain.setTargetAtTime(volume ** 2 * LOUDNESS, this.now, 0.015)
    this.look()
  }

  get trouble(): string | null {
    return this.trouble_
  }

  async unlock(): Promise<void> {
    const { context } = this.build()
    if (navigator.audioSession) navigator.audioSession.type = 'playback'
    this.pressed = performance.now()
    this.clockThen = context.currentTime
    this.sounding = null
    this.loudest = 0
    this.watcher ??= setInterval(() => this.look(), WATCH)
    if (context.state !== 'running') {
      // A blocked context never answers; whoever waits for it goes on without.
      await Promise.race([context.resume().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 1000))])
    }
    for (const deck of this.decks) deck.connect()
  }

  open(patches: readonly Patch[]): Deck {
    const deck = new SynthDeck(this, patches)
    this.decks.add(deck)
    if (this.context) deck.connect()
    whenIdle(() => this.decks.has(deck) && this.prepare(patches))
    return deck
  }

  /** Fetches the instruments, and the synthesizer that plays them, while nothing else is to be done. */
  private prepare(patches: readonly Patch[]): void {
    if (isSparing()) return
    for (const patch of patches) loadBank(patch).catch(() => undefined)
    const asleep = !this.context
    const { context } = this.build()
    for (const deck of this.decks) deck.connect()
    if (asleep && !this.pressed) void this.starting!.then(() => (this.pressed ? undefined : context.suspend())).catch(() => undefined)
  }

  /** @internal The parts a deck plays with; made at the first call. */
  build(): { context: AudioContext; bus: GainNode; voices: SimpleVoices } {
    if (!this.context) {
      const context = new AudioContext({ latencyHint: 'interactive' })
      const bus = context.createGain()
      bus.gain.value = this.volume_ ** 2 * LOUDNESS
      const analyser = context.createAnalyser()
      analyser.fftSize = 2048
      softClip(context, bus.connect(limiter(context))).connect(analyser).connect(context.destination)
      this.context = context
      this.bus = bus
      this.voices = new SimpleVoices(context)
      probe.analyser = analyser
      context.addEventListener('statechange', () => this.look())
      this.starting = import('./samples.ts').then(({ Samples }) => Samples.start(context, bus))
      this.starting.catch(() => this.fail())
    }
    return { context: this.context, bus: this.bus!, voices: this.voices! }
  }

  /** @internal Resolves when a patch can be played by samples; null when it cannot. */
  async sampled(patch: Patch): Promise<Samples | null> {
    try {
      const samples = await this.starting!
      await samples.load(patch)
      this.failed = false
      return samples
    } catch {
      this.fail()
      return null
    }
  }

  /** @internal */
  forget(deck: SynthDeck): void {
    this.decks.delete(deck)
  }

  /** @internal A note was handed to the synthesizer. */
  noted(time: number, voice: 'simple' | 'samples'): void {
    this.sounding ??= time
    this.latest = Math.max(this.latest, time)
    probe.voice = voice
  }

  private fail(): void {
    this.failed = true
    this.look()
  }

  private sleep(context: AudioContext): void {
    this.pressed = 0
    if (this.watcher) clearInterval(this.watcher)
    this.watcher = null
    void context.suspend()
  }

  private look(): void {
    const { context } = this
    if (!context || !this.pressed) return
    if (context.state === 'running' && context.currentTime - Math.max(this.latest, this.clockThen) > SLEEP) return this.sleep(context)
    this.loudest = Math.max(this.loudest, probe.level())
    const trouble = whySilent({
      state: context.state as 'running',
      since: (performance.now() - this.pressed) / 1000,
      moving: context.currentTime > this.clockThen,
      volume: this.volume_,
      sounding: this.sounding === null ? null : context.currentTime - this.sounding,
      level: this.loudest,
      samplesFailed: this.failed,
      silentSwitch: /iPhone|iPad|iPod/.test(navigator.userAgent) && !navigator.audioSession,
    })
    if (trouble === this.trouble_) return
    this.trouble_ = trouble
    this.dispatchEvent(new Event('trouble'))
  }
}

/** The limiter listens this far ahead, s, and so delays what it lets through. */
const LOOKAHEAD = 0.006

/** Makes one loud piece about as loud as other things that a computer plays. */
const LOUDNESS = 1.6

interface Part {
  /** What is asked for, and what the samples' channel plays; null while the simple voice plays. */
  patch: Patch
  channel: number | null
  channelPatch: Patch | null
  level: number
  gain: GainNode | null
}

let decks = 0

/** One piece's parts: each on a channel of the samples, or on the simple voice until they are there. */
class SynthDeck implements Deck {
  private readonly parts: Part[]
  private readonly name = `deck${decks++}`
  private generation = 0
  private out: GainNode | null = null
  private samples: Samples | null = null
  private disposed = false

  constructor(
    private readonly synth: Synth,
    patches: readonly Patch[],
  ) {
    this.parts = patches.map(({ program, isDrum }) => ({ patch: { program, isDrum }, channel: null, channelPatch: null, level: 0.8, gain: null }))
  }

  /** Plugs in, once there is an audio context. */
  connect(): void {
    if (this.out || this.disposed) return
    this.plug()
    for (const track of this.parts.keys()) void this.fetch(track)
  }

  noteOn(track: number, pitch: number, velocity: number, time: number): void {
    this.connect()
    const part = this.parts[track]
    if (!part) return
    if (part.channel !== null && part.channelPatch) {
      this.synth.noted(time, 'samples')
      this.samples!.noteOn(part.channel, pitch, velocity, time)
    } else {
      this.synth.noted(time, 'simple')
      this.synth.build().voices.noteOn(this.key(track), part.gain!, part.patch, pitch, velocity, time)
    }
  }

  noteOff(track: number, pitch: number, time: number): void {
    const part = this.parts[track]
    if (!part || !this.out) return
    const { voices } = this.synth.build()
    if (!voices.noteOff(this.key(track), pitch, time) && part.channel !== null) this.samples!.noteOff(part.channel, pitch, time)
  }

  setLevel(track: number, level: number): void {
    const part = this.parts[track]
    if (!part) return
    part.level = level
    part.gain?.gain.setTargetAtTime(level, this.synth.now, 0.008)
    if (part.channel !== null) this.samples!.setLevel(part.channel, level)
  }

  setPatch(track: number, { program, isDrum }: Patch): void {
    const part = this.parts[track]
    if (!part || patchId(part.patch) === patchId({ program, isDrum })) return
    part.patch = { program, isDrum }
    if (this.out) void this.fetch(track)
  }

  silence(seconds: number): void {
    if (!this.out) return
    const { context, voices } = this.synth.build()
    const old = this.out
    old.gain.setTargetAtTime(0, context.currentTime, seconds / 4)
    voices.silence(`${this.name}.${this.generation}`, seconds * 1.5)
    setTimeout(() => old.disconnect(), seconds * 1500 + 200)
    const channels = this.parts.map((part) => part.channel)
    for (const channel of channels) if (channel !== null) this.samples!.release(channel, seconds)
    this.generation++
    this.plug()
    for (const part of this.parts) {
      if (part.channel === null) continue
      part.channel = null
      this.tune(part)
    }
  }

  dispose(): void {
    if (this.disposed) return
    this.disposed = true
    this.synth.forget(this)
    for (const { channel } of this.parts) if (channel !== null) this.samples!.release(channel, 0.05)
    const { out } = this
    setTimeout(() => out?.disconnect(), 2000)
  }

  private key(track: number): string {
    return `${this.name}.${this.generation}:${track}`
  }

  /** New outputs for the simple voices. */
  private plug(): void {
    const { context, bus } = this.synth.build()
    this.out = context.createGain()
    this.out.connect(bus)
    for (const part of this.parts) {
      part.gain = context.createGain()
      part.gain.gain.value = part.level
      part.gain.connect(this.out)
    }
  }

  /** Gets a part's samples; until they are there it plays on as it did. */
  private async fetch(track: number): Promise<void> {
    const part = this.parts[track]!
    const { patch } = part
    const samples = await this.synth.sampled(patch)
    if (!samples || this.disposed || part.patch !== patch) return
    this.samples = samples
    this.tune(part)
  }

  /** Puts a part on a channel with its patch and level. */
  private tune(part: Part): void {
    if (this.samples!.has(part.patch)) part.channelPatch = part.patch
    if (!part.channelPatch) return
    part.channel ??= this.samples!.take()
    this.samples!.setPatch(part.channel, part.channelPatch)
    this.samples!.setLevel(part.channel, part.level)
  }
}

/** Holds five loud tracks below full scale. */
function limiter(context: AudioContext): DynamicsCompressorNode {
  const node = context.createDynamicsCompressor()
  node.threshold.value = -9
  node.knee.value = 6
  node.ratio.value = 12
  node.attack.value = 0.002
  node.release.value = 0.16
  return node
}

/** Straight up to 0.8, then bent so that nothing passes 1. */
function softClip(context: AudioContext, from: AudioNode): AudioNode {
  // The curve reaches to twice full scale: its input is halved, its output is not.
  const half = context.createGain()
  half.gain.value = 0.5
  const bend = context.createWaveShaper()
  bend.curve = Float32Array.from({ length: 4097 }, (_, i) => {
    const x = (i / 2048 - 1) * 2
    const over = Math.max(0, Math.abs(x) - 0.8)
    return Math.sign(x) * (Math.min(Math.abs(x), 0.8) + 0.18 * Math.tanh(over / 0.18))
  })
  return from.connect(half).connect(bend)
}

function whenIdle(call: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(call, { timeout: 3000 })
  else setTimeout(call, 800)
}

/** Someone who saves data gets samples only after pressing play. */
function isSparing(): boolean {
  return (navigator as Navigator & { connection?: { saveData?: boolean } }).connection?.saveData === true
}
