import type { Patch } from './instruments.ts'

/** How a family of instruments begins, holds and ends; times in s. */
interface Shape {
  readonly harmonics: readonly number[]
  readonly attack: number
  /** Seconds to a third of the level; 0 holds. */
  readonly decay: number
  readonly release: number
  readonly level: number
}

const PLUCKED: Shape = { harmonics: [1, 0.45, 0.22, 0.12, 0.05, 0.03], attack: 0.003, decay: 0.7, release: 0.12, level: 0.2 }
const HELD: Shape = { harmonics: [1, 0.5, 0.33, 0.2, 0.12, 0.08], attack: 0.03, decay: 0, release: 0.18, level: 0.1 }
const BLOWN: Shape = { harmonics: [1, 0.18, 0.3, 0.06, 0.08], attack: 0.02, decay: 0, release: 0.1, level: 0.13 }
const LOW: Shape = { harmonics: [1, 0.6, 0.25, 0.1], attack: 0.004, decay: 1.1, release: 0.08, level: 0.26 }

/** By General MIDI family, program ÷ 8. */
const SHAPES: readonly Shape[] = [
  PLUCKED, PLUCKED, HELD, PLUCKED, LOW, HELD, HELD, BLOWN, BLOWN, BLOWN, BLOWN, HELD, HELD, PLUCKED, PLUCKED, HELD,
]

interface Voice {
  readonly key: string
  readonly gain: GainNode
  readonly sources: AudioScheduledSourceNode[]
  readonly shape: Shape
  released: boolean
}

const MOST = 48

/** A small synthesizer that sounds at once: oscillators with an envelope, and drums from noise. */
export class SimpleVoices {
  private voices: Voice[] = []
  private readonly waves = new Map<Shape, PeriodicWave>()
  private readonly noise: AudioBuffer

  constructor(private readonly context: BaseAudioContext) {
    this.noise = context.createBuffer(1, context.sampleRate, context.sampleRate)
    const data = this.noise.getChannelData(0)
    let state = 1
    for (let i = 0; i < data.length; i++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      data[i] = state / 2 ** 31 - 1
    }
  }

  noteOn(part: string, to: AudioNode, patch: Patch, pitch: number, velocity: number, time: number): void {
    const at = Math.max(time, this.context.currentTime)
    const loudness = (velocity / 127) ** 1.6
    if (patch.isDrum) this.strike(to, pitch, loudness, at)
    else this.sing(`${part} ${pitch}`, to, SHAPES[patch.program >> 3]!, pitch, loudness, at)
  }

  /** False when no such note of ours sounds. */
  noteOff(part: string, pitch: number, time: number): boolean {
    const key = `${part} ${pitch}`
    const voice = this.voices.find((v) => v.key === key && !v.released)
    if (!voice) return false
    this.release(voice, Math.max(time, this.context.currentTime), voice.shape.release)
    return true
  }

  /** Ends what begins with `part`, now. */
  silence(part: string, seconds: number): void {
    for (const voice of this.voices.filter((v) => v.key.startsWith(`${part} `) || v.key.startsWith(`${part}:`))) {
      for (const source of voice.sources) source.stop(this.context.currentTime + seconds)
      voice.released = true
    }
  }

  private sing(key: string, to: AudioNode, shape: Shape, pitch: number, loudness: number, at: number): void {
    if (this.voices.length >= MOST) {
      const oldest = this.voices.find((voice) => voice.released) ?? this.voices[0]!
      for (const source of oldest.sources) source.stop()
    }
    const oscillator = this.context.createOscillator()
    oscillator.setPeriodicWave(this.wave(shape))
    oscillator.frequency.value = 440 * 2 ** ((pitch - 69) / 12)
    const gain = this.context.createGain()
    // High notes pierce, low ones need more.
    const peak = shape.level * loudness * 2 ** ((60 - pitch) / 48)
    gain.gain.setValueAtTime(0, at)
    gain.gain.linearRampToValueAtTime(peak, at + shape.attack)
    if (shape.decay) gain.gain.setTargetAtTime(peak * 0.08, at + shape.attack, shape.decay)
    oscillator.connect(gain).connect(to)
    oscillator.start(at)
    const voice: Voice = { key, gain, sources: [oscillator], shape, released: false }
    this.voices.push(voice)
    oscillator.onended = () => {
      gain.disconnect()
      this.voices = this.voices.filter((other) => other !== voice)
    }
  }

  private release(voice: Voice, at: number, seconds: number): void {
    voice.released = true
    const { gain } = voice.gain
    gain.cancelAndHoldAtTime?.(at)
    gain.setTargetAtTime(0, at, seconds / 3)
    for (const source of voice.sources) source.stop(at + seconds * 2)
  }

  private wave(shape: Shape): PeriodicWave {
    let wave = this.waves.get(shape)
    if (!wave) {
      const real = new Float32Array(shape.harmonics.length + 1)
      const imag = Float32Array.from([0, ...shape.harmonics])
      wave = this.context.createPeriodicWave(real, imag)
      this.waves.set(shape, wave)
    }
    return wave
  }

  /** Kick and toms are a falling tone, snare is tone and noise, hats and cymbals are bright noise. */
  private strike(to: AudioNode, pitch: number, loudness: number, at: number): void {
    if (pitch === 35 || pitch === 36) this.fall(to, 150, 48, 0.22, loudness * 0.75, at)
    else if ([41, 43, 45, 47, 48, 50].includes(pitch)) this.fall(to, 90 + (pitch - 41) * 18, 60 + (pitch - 41) * 12, 0.3, loudness * 0.4, at)
    else if (pitch >= 37 && pitch <= 40) {
      this.fall(to, 210, 160, 0.1, loudness * 0.25, at)
      this.hiss(to, 1800, 0.16, loudness * 0.32, at)
    } else if (pitch === 42 || pitch === 44) this.hiss(to, 8000, 0.05, loudness * 0.2, at)
    else if (pitch === 46) this.hiss(to, 7000, 0.3, loudness * 0.18, at)
    else if ([49, 51, 52, 53, 55, 57, 59].includes(pitch)) this.hiss(to, 5000, pitch === 51 || pitch === 59 ? 0.5 : 1.1, loudness * 0.16, at)
    else this.fall(to, 400 + (pitch % 12) * 40, 380, 0.07, loudness * 0.25, at)
  }

  private fall(to: AudioNode, from: number, down: number, seconds: number, level: number, at: number): void {
    const tone = this.context.createOscillator()
    tone.frequency.setValueAtTime(from, at)
    tone.frequency.exponentialRampToValueAtTime(down, at + seconds * 0.5)
    this.burst(tone, tone, to, seconds, level, at)
  }

  private hiss(to: AudioNode, above: number, seconds: number, level: number, at: number): void {
    const noise = this.context.createBufferSource()
    noise.buffer = this.noise
    noise.loop = true
    const filter = this.context.createBiquadFilter()
    filter.type = 'highpass'
    filter.frequency.value = above
    this.burst(noise, noise.connect(filter), to, seconds, level, at)
  }

  private burst(source: AudioScheduledSourceNode, last: AudioNode, to: AudioNode, seconds: number, level: number, at: number): void {
    const gain = this.context.createGain()
    gain.gain.setValueAtTime(level, at)
    gain.gain.exponentialRampToValueAtTime(0.0005, at + seconds)
    last.connect(gain).connect(to)
    source.start(at)
    source.stop(at + seconds)
    source.onended = () => gain.disconnect()
  }
}
