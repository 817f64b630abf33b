/** Tells the site that a piece was listened to, which counts it and keeps nothing of who did. */
import { tellPlayed } from './api.ts'
import type { Player } from './Player.ts'

/** So long must it sound in all; of a short piece, half. */
export const ENOUGH_MS = 5000

/** Called once for a player that plays one piece. */
export function countPlay(player: Player, code: string): void {
  let left = ENOUGH_MS
  let began = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  player.addEventListener('state', () => {
    if (player.state === 'playing') {
      if (timer !== undefined || left <= 0) return
      began = performance.now()
      timer = setTimeout(told, Math.min(left, player.duration * 500))
    } else if (timer !== undefined) {
      clearTimeout(timer)
      timer = undefined
      left -= performance.now() - began
    }
  })

  function told(): void {
    timer = undefined
    left = 0
    // Nobody who listens need know that it was not counted.
    tellPlayed(code).catch(() => undefined)
  }
}
