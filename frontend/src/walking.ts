/** Joins the grid of notes to a player and its roll: a note that the cursor comes to is shown, heard, and played from. */
import { NoteGrid } from './NoteGrid.ts'
import type { PianoRoll } from './PianoRoll.ts'
import type { Player } from './Player.ts'

export function joinGrid(player: Player, roll: PianoRoll, signal: AbortSignal): NoteGrid {
  const show = () => {
    const { note } = grid
    roll.setMark(note && { track: grid.place.track, note })
  }
  const grid = new NoteGrid({
    read: () => ({ tracks: roll.parts, metres: roll.metres }),
    onWalk: ({ track }, note) => {
      if (track !== player.currentTrack) player.setCurrentTrack(track)
      show()
      if (!note) return
      roll.reveal(note, player.strips[track]?.isDrum ?? false)
      const going = player.state === 'playing' || player.state === 'waiting'
      if (going) return
      player.seek(note.onset)
      void player.audition(track, note.pitch, note.velocity)
    },
    onFocus: (focused) => (focused ? show() : roll.setMark(null)),
  })
  roll.walker = grid
  roll.cover(grid.element)
  player.addEventListener('strips', () => {
    grid.goToTrack(player.currentTrack)
    if (grid.hasFocus) show()
  }, { signal })
  signal.addEventListener('abort', () => grid.element.remove())
  return grid
}
