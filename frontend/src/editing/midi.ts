/** Instruments at the other end of a cable. Web MIDI is not in every browser, and asks for leave where it is. */

export type Played = { readonly kind: 'on' | 'off'; readonly pitch: number; readonly velocity: number }

/** What a MIDI message says of a note; null for all others. A note struck with velocity 0 is one let go. */
export function playedFrom(data: ArrayLike<number> | null): Played | null {
  if (!data || data.length < 3) return null
  const [status, pitch, velocity] = [data[0]! & 0xf0, data[1]! & 0x7f, data[2]! & 0x7f]
  if (status === 0x90 && velocity > 0) return { kind: 'on', pitch, velocity }
  return status === 0x90 || status === 0x80 ? { kind: 'off', pitch, velocity: 0 } : null
}

/** The bytes of a note for an instrument: each track on its own channel, drums on the tenth. */
export function messageFor(kind: 'on' | 'off', track: number, isDrum: boolean, pitch: number, velocity: number): number[] {
  return [(kind === 'on' ? 0x90 : 0x80) | channelOf(track, isDrum), pitch, kind === 'on' ? velocity : 0]
}

/** Tracks beyond the fifteenth share the last channel that is not the drums'. */
export function channelOf(track: number, isDrum: boolean): number {
  if (isDrum) return 9
  return Math.min(15, track < 9 ? track : track + 1)
}

export const hasMidi = (): boolean => typeof navigator !== 'undefined' && 'requestMIDIAccess' in navigator

/** The cables of this computer. */
export class MidiPorts extends EventTarget {
  private output: MIDIOutput | null = null

  private constructor(
    private readonly access: MIDIAccess,
    private readonly onPlayed: (played: Played, time: number) => void,
    signal: AbortSignal,
  ) {
    super()
    this.listen()
    access.onstatechange = () => {
      this.listen()
      this.dispatchEvent(new Event('change'))
    }
    signal.addEventListener('abort', () => {
      access.onstatechange = null
      for (const input of access.inputs.values()) input.onmidimessage = null
      this.quiet()
    })
  }

  /** Asks the browser for the cables; rejects when it has none to give, or may not. */
  static async open(onPlayed: (played: Played, time: number) => void, signal: AbortSignal): Promise<MidiPorts> {
    return new MidiPorts(await navigator.requestMIDIAccess(), onPlayed, signal)
  }

  get inputs(): string[] {
    return [...this.access.inputs.values()].map((port) => port.name ?? '')
  }

  get outputs(): { readonly id: string; readonly name: string }[] {
    return [...this.access.outputs.values()].map(({ id, name }) => ({ id, name: name ?? id }))
  }

  /** Where notes are sent from now on; '' sends none. */
  choose(id: string): void {
    this.quiet()
    this.output = [...this.access.outputs.values()].find((port) => port.id === id) ?? null
  }

  /** `wait` seconds from now. */
  send(bytes: number[], wait: number): void {
    this.output?.send(bytes, performance.now() + Math.max(0, wait) * 1000)
  }

  /** Lets all notes go. */
  quiet(): void {
    for (let channel = 0; channel < 16; channel++) this.output?.send([0xb0 | channel, 123, 0])
  }

  private listen(): void {
    for (const input of this.access.inputs.values()) {
      input.onmidimessage = ({ data, timeStamp }) => {
        const played = playedFrom(data)
        if (played) this.onPlayed(played, timeStamp)
      }
    }
  }
}
