/**
 * What a browser test may look at, as `window.ostinato`:
 *
 * - `analyser`: the last node before the loudspeaker, null before the first press;
 * - `level()`: the loudness (RMS, 0–1) of what it hears now;
 * - `now()`: the audio clock, s;
 * - `sounded`: the notes given to the synthesizer, each with the time (s of the audio clock) it was planned for and its
 *   tick in the score (null for a key that was pressed); the latest 2,000;
 * - `voice`: 'none', 'simple' (oscillators, until the samples are there) or 'samples'.
 */
export interface Probe {
  analyser: AnalyserNode | null
  level(): number
  now(): number
  readonly sounded: SoundedNote[]
  voice: 'none' | 'simple' | 'samples'
}

export interface SoundedNote {
  readonly track: number
  readonly pitch: number
  readonly velocity: number
  readonly time: number
  readonly tick: number | null
}

declare global {
  interface Window {
    ostinato: Probe
  }
}

const KEPT = 2000

export const probe: Probe = {
  analyser: null,
  level() {
    if (!this.analyser) return 0
    const wave = new Float32Array(this.analyser.fftSize)
    this.analyser.getFloatTimeDomainData(wave)
    return Math.sqrt(wave.reduce((sum, x) => sum + x * x, 0) / wave.length)
  },
  now() {
    return this.analyser?.context.currentTime ?? 0
  },
  sounded: [],
  voice: 'none',
}

export function record(note: SoundedNote): void {
  probe.sounded.push(note)
  if (probe.sounded.length > KEPT) probe.sounded.splice(0, probe.sounded.length - KEPT)
}

if (typeof window !== 'undefined') window.ostinato = probe
