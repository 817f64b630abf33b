/** Clicks on the beats, for counting in. */
import { Synth } from '../synth.ts'

/** A short high tone, higher on the first beat of a bar, `wait` seconds from now. Returns what takes it back. */
export function click(strong: boolean, wait: number): () => void {
  const { context, bus } = Synth.shared().build()
  const at = context.currentTime + wait
  const tone = context.createOscillator()
  const gain = context.createGain()
  tone.frequency.value = strong ? 1760 : 1175
  gain.gain.setValueAtTime(0, at)
  gain.gain.linearRampToValueAtTime(0.35, at + 0.002)
  gain.gain.exponentialRampToValueAtTime(0.001, at + 0.06)
  tone.connect(gain).connect(bus)
  tone.start(at)
  tone.stop(at + 0.08)
  return () => tone.disconnect()
}
