import { focusOf, type KeyAction, keyAction } from './keys.ts'
import type { NoteGrid } from './NoteGrid.ts'
import type { PianoRoll } from './PianoRoll.ts'
import type { Player } from './Player.ts'

/** What a roll tells the player that it is joined to; pass it when the roll is made. */
export function rollOptions(player: Player) {
  return {
    onSeek: (tick: number) => player.seek(tick),
    onLoop: (range: readonly [number, number]) => player.setLoop(range),
    onKeyPress: (pitch: number, track: number, velocity: number) => void player.audition(track, pitch, velocity),
  }
}

/** Shows on the roll what the player does, until the signal aborts. The grid beside it comes a little later. */
export function joinRoll(player: Player, roll: PianoRoll, signal: AbortSignal): Promise<NoteGrid> {
  player.addEventListener('position', () => roll.setPlayhead(player.position), { signal })
  player.addEventListener('settings', () => roll.setLoop(player.loopOn || player.loop ? (player.loop ?? [0, player.length]) : null, player.loopOn), { signal })
  let strips = player.strips
  let current = player.currentTrack
  player.addEventListener(
    'strips',
    () => {
      if (player.strips !== strips) roll.setAudible(player.audible)
      if (player.currentTrack !== current) roll.setCurrentTrack(player.currentTrack)
      strips = player.strips
      current = player.currentTrack
    },
    { signal },
  )
  // The grid is read, and walked, once the picture stands.
  return import('./walking.ts').then(({ joinGrid }) => joinGrid(player, roll, signal))
}

/** The page's keys work on this player and its roll, until the signal aborts. */
export function bindKeys(player: Player, roll: PianoRoll | null, signal: AbortSignal): void {
  const scroll = 60
  const actions: Record<KeyAction, () => void> = {
    toggle: () => void player.toggle(),
    stop: () => player.stop(),
    noteBack: () => roll?.walker?.step(-1),
    noteForward: () => roll?.walker?.step(1),
    barBack: () => player.seekBars(-1),
    barForward: () => player.seekBars(1),
    loop: () => player.setLoopOn(!player.loopOn),
    mute: () => player.setMuted(player.currentTrack, !player.strips[player.currentTrack]?.muted),
    solo: () => player.setSolo(player.currentTrack, !player.strips[player.currentTrack]?.solo),
    trackUp: () => player.setCurrentTrack(player.currentTrack - 1),
    trackDown: () => player.setCurrentTrack(player.currentTrack + 1),
    zoomIn: () => roll?.zoomBy(1.25),
    zoomOut: () => roll?.zoomBy(0.8),
    fit: () => roll?.fit(),
    follow: () => roll && (roll.follow = !roll.follow),
    scrollLeft: () => roll?.scrollBy(-scroll, 0),
    scrollRight: () => roll?.scrollBy(scroll, 0),
    scrollUp: () => roll?.scrollBy(0, -scroll),
    scrollDown: () => roll?.scrollBy(0, scroll),
  }
  document.addEventListener(
    'keydown',
    (event) => {
      // A dialog over the page has the keys to itself.
      if (event.defaultPrevented || (event.repeat && event.key === ' ') || document.querySelector('dialog[open]')) return
      const action = keyAction(event, focusOf(event.composedPath()))
      if (!action || !player.score.tracks.length) return
      event.preventDefault()
      actions[action]()
    },
    { signal },
  )
}
