import type { Player } from '../Player.ts'
import { probe } from '../probe.ts'
import { barCount, barsBetween, placeAt } from '../score.ts'
import { TempoMap } from '../tempo.ts'
import { type Command, message, type Place, readRequest, type Told } from './messages.ts'
import { gettext } from '../words.ts'

const words = { blocked: gettext('The browser lets no sound through before somebody has pressed something in this frame.') }

/** How often the page around hears where the music is, ms. */
const TELL_MS = 250

/** Lets the page around an embed lead its player, and tells that page what happens. */
export class Remote {
  private readonly listeners = new AbortController()
  private loudness: number | null = null
  private told = 0
  /** The origin of the page around, known once it has spoken; until then anybody who frames us may hear us. */
  private origin = '*'

  constructor(
    private readonly player: Player,
    private readonly around: Window,
    private readonly here: EventTarget & { performance: Pick<Performance, 'now'> } = window,
    /** Whether the browser lets sound through. */
    private readonly isHeard: () => boolean = () => probe.analyser?.context.state === 'running',
  ) {
    const { signal } = this.listeners
    here.addEventListener('message', (e) => void this.hear(e as MessageEvent), { signal })
    player.addEventListener('state', () => this.showState(), { signal })
    player.addEventListener('ended', () => this.tell({ event: 'ended', ...this.place }), { signal })
    player.addEventListener('position', () => this.showPosition(), { signal })
  }

  ready(): void {
    this.tell({ event: 'ready', title: this.player.title, bars: barCount(this.player.score), ...this.place })
  }

  dispose(): void {
    this.listeners.abort()
  }

  private async hear({ source, origin, data }: MessageEvent): Promise<void> {
    if (source !== this.around) return
    const request = readRequest(data)
    if (request === null) return
    // A page from a file has the origin "null", to which nothing can be addressed.
    this.origin = origin && origin !== 'null' ? origin : '*'
    if (typeof request === 'string') return this.tell({ event: 'refused', reason: request })
    this.tell(await this.carryOut(request.command), request.id)
  }

  private async carryOut(command: Command): Promise<Told> {
    const { player } = this
    switch (command.do) {
      case 'play':
        await player.play()
        return this.isHeard() ? { event: 'playing', ...this.place } : { event: 'refused', reason: words.blocked }
      case 'pause':
        player.pause()
        return { event: 'paused', ...this.place }
      case 'seek':
        player.seek('bar' in command ? this.startOf(command.bar) : this.tickAt(command.seconds))
        return { event: 'position', ...this.place }
      case 'mute':
        this.mute(command.on)
        return { event: 'muted', on: command.on }
      case 'position':
        return { event: 'position', ...this.place }
    }
  }

  private mute(on: boolean): void {
    const { player } = this
    if (on === (this.loudness !== null)) return
    const before = this.loudness
    this.loudness = on ? player.volume : null
    player.setVolume(on ? 0 : (before ?? player.volume))
  }

  private startOf(number: number): number {
    const { score, length } = this.player
    for (const bar of barsBetween(score.metres, 0, length)) if (bar.number === number) return bar.start
    return length
  }

  private tickAt(seconds: number): number {
    return new TempoMap(this.player.score.tempos).tick(seconds)
  }

  private get place(): Place {
    const { player } = this
    const { bar, beat } = placeAt(player.score.metres, Math.min(player.position, Math.max(0, player.length - 1)))
    return { bar, beat, seconds: rounded(player.elapsed), duration: rounded(player.duration) }
  }

  private showState(): void {
    const { state } = this.player
    if (state === 'playing') this.tell({ event: 'playing', ...this.place })
    else if (state !== 'waiting') this.tell({ event: 'paused', ...this.place })
  }

  private showPosition(): void {
    const now = this.here.performance.now()
    if (now - this.told < TELL_MS) return
    this.told = now
    this.tell({ event: 'position', ...this.place })
  }

  private tell(told: Told, id: string | number | null = null): void {
    this.around.postMessage(message(told, id), this.origin)
  }
}

const rounded = (seconds: number) => Math.round(seconds * 1000) / 1000
