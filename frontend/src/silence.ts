/** What is known when someone has pressed play. */
import { gettext } from './words.ts'

export interface SoundFacts {
  readonly state: 'running' | 'suspended' | 'interrupted' | 'closed'
  /** Seconds since play was pressed. */
  readonly since: number
  /** Whether the audio clock has moved since then. */
  readonly moving: boolean
  /** 0–1. */
  readonly volume: number
  /** Seconds since the first note that should be heard; null when there was none. */
  readonly sounding: number | null
  /** The loudest that was measured since, 0–1. */
  readonly level: number
  readonly samplesFailed: boolean
  /** A phone whose ring/silent switch silences web pages. */
  readonly silentSwitch: boolean
}

/** Why nothing is heard, in a sentence that says what to do, or null. */
export function whySilent(facts: SoundFacts): string | null {
  if (facts.since < 0.8) return null
  if (facts.state === 'interrupted') return gettext('Another app has the sound now. Press play to take it back.')
  if (facts.state !== 'running') return gettext('The browser is holding the sound back. Press play once more.')
  if (!facts.moving) return gettext('No loudspeaker answers. Check which sound output this device uses.')
  if (facts.volume === 0) return gettext('The volume is at zero.')
  if (facts.sounding !== null && facts.sounding > 1.5 && facts.level < 1e-5) {
    return gettext('Notes are played but no sound comes out. Reload the page.')
  }
  if (facts.samplesFailed) return gettext('The instruments could not be loaded, so plain tones play instead.')
  if (facts.silentSwitch && facts.since < 8) return gettext('If you hear nothing, check the ring/silent switch and the volume keys.')
  return null
}
