import silence from './silence.wav?url'

/**
 * The keyboard's media keys and the lock screen. Browsers give them to a page that plays a media element, so a silent
 * one plays along; on phones it also lifts Web Audio over the ring/silent switch.
 */
let element: HTMLAudioElement | null = null
let owner: Played | null = null
const heard = new WeakSet<Played>()

/** What the keys need of a player. */
interface Played extends EventTarget {
  /** Shown on the lock screen. */
  readonly title: string
  readonly state: string
  play(): Promise<void>
  pause(): void
  stop(): void
  /** tick: from the piece's beginning. */
  seek(tick: number): void
  seekBars(bars: number): void
}

export function claimMediaKeys(player: Played): void {
  if (typeof navigator === 'undefined' || !('mediaSession' in navigator)) return
  const session = navigator.mediaSession
  if (!element) {
    element = new Audio(silence)
    element.loop = true
  }
  // Refused before the first gesture; then there are no media keys, and nothing else is lost.
  element.play().catch(() => undefined)
  session.metadata = new MediaMetadata({ title: player.title, artist: 'Ostinato' })
  session.playbackState = 'playing'
  if (owner === player) return
  owner = player
  if (!heard.has(player)) {
    heard.add(player)
    player.addEventListener('state', () => follow(player))
  }
  const actions: [MediaSessionAction, () => void][] = [
    ['play', () => void player.play()],
    ['pause', () => player.pause()],
    ['stop', () => player.stop()],
    ['previoustrack', () => player.seek(0)],
    ['seekbackward', () => player.seekBars(-1)],
    ['seekforward', () => player.seekBars(1)],
  ]
  for (const [action, call] of actions) session.setActionHandler(action, call)
}

function follow(player: Played): void {
  if (owner !== player) return
  const going = player.state === 'playing' || player.state === 'waiting'
  navigator.mediaSession.playbackState = going ? 'playing' : 'paused'
  if (!going) element?.pause()
}

export function releaseMediaKeys(player: Played): void {
  if (owner !== player) return
  owner = null
  element?.pause()
  navigator.mediaSession.playbackState = 'none'
}
