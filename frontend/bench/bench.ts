/** What the bench and the probe drive from outside: a page with a roll, or a whole player. */
import { PianoRoll } from '../src/PianoRoll.ts'
import { band, longBand } from './songs.ts'

const stage = document.getElementById('stage')!

function emptyStage(): HTMLElement {
  const host = document.createElement('div')
  stage.replaceChildren(host)
  return host
}

/** Frame times (ms) while `step` is called each frame for `seconds`. */
async function frames(seconds: number, step: (elapsed: number) => void): Promise<number[]> {
  const times: number[] = []
  const start = performance.now()
  let last = start
  return new Promise((resolve) => {
    const tick = (now: number) => {
      times.push(now - last)
      step(now - last)
      last = now
      if (now - start < seconds * 1000) requestAnimationFrame(tick)
      else resolve(times.slice(1))
    }
    requestAnimationFrame(tick)
  })
}

let roll: PianoRoll
let tick = 0

const bench = {
  showBand(bars: number) {
    roll = new PianoRoll(emptyStage())
    roll.setScore(band(bars))
    return roll.accessibleName
  },
  showLong(notes: number, options: object = {}) {
    roll = new PianoRoll(emptyStage(), options)
    roll.setScore(longBand(notes))
    return roll.accessibleName
  },
  get roll() {
    return roll
  },
  /** Moves the playhead as 120 beats a minute do. */
  play(elapsed: number) {
    tick += elapsed * 0.96
    roll.setPlayhead(tick)
  },
  frames,
  band,
}

declare global {
  interface Window {
    bench: typeof bench
  }
}
window.bench = bench
