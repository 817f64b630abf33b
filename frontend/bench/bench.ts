/** What the bench and the probe drive from outside: a page with a roll, or a whole player. */
import { PianoRoll } from '../src/PianoRoll.ts'
import type { Player } from '../src/Player.ts'
import '../src/playerElement.ts'
import { scoreFromJson, type ScoreJson } from '../src/score.ts'
import recorder from './recorder.js?url'
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
let player: Player
let tick = 0
let watched: [time: number, tick: number][] = []
let press = { sound: 0, voice: '', samples: 0, gap: 0 }
let recorded: [time: number, level: number][] = []

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
  /** A player with its roll, transport and mixer: a score from the server, or so many bars of the band. */
  showPlayer(score: ScoreJson | number, { live = false } = {}) {
    const element = document.createElement('ostinato-player')
    stage.replaceChildren(element)
    const made = typeof score === 'number' ? band(score) : scoreFromJson(score)
    element.load(live ? { ...made, tracks: made.tracks.map((track) => ({ ...track, notes: [] })) } : made, { live })
    player = element.player
    roll = element.roll!
    return made
  },
  /** Hands a live player its notes, a bar every so many milliseconds. */
  async write(bars: number, every: number) {
    const element = stage.querySelector('ostinato-player')!
    for (let bar = 0; bar < bars; bar++) {
      await new Promise((resolve) => setTimeout(resolve, every))
      band(bars).tracks.forEach(({ notes }, track) => {
        element.addNotes(track, notes.filter((note) => Math.floor(note.onset / 1920) === bar), (bar + 1) * 1920)
      })
    }
    element.complete()
  },
  /** From now on notes down what leaves the analyser: time (s) and loudness of each block of 128 frames. */
  async record() {
    const { analyser } = window.ostinato
    const context = analyser!.context as AudioContext
    await context.audioWorklet.addModule(new URL(recorder, import.meta.url).href)
    const node = new AudioWorkletNode(context, 'recorder', { numberOfOutputs: 1 })
    analyser!.connect(node)
    // Pulled, but not heard a second time.
    const silent = context.createGain()
    silent.gain.value = 0
    node.connect(silent).connect(context.destination)
    recorded = []
    node.port.onmessage = ({ data }: MessageEvent<{ start: number; levels: number[] }>) => {
      data.levels.forEach((level, i) => recorded.push([data.start + (i * 128) / context.sampleRate, level]))
    }
  },
  get recorded() {
    return recorded
  },
  /** From now on notes down where the playhead is: audio clock (s) and tick. */
  watch() {
    watched = []
    player.addEventListener('position', () => watched.push([window.ostinato.now(), player.position]))
  },
  get watched() {
    return watched
  },
  /** The largest sample that leaves the analyser now. */
  peak() {
    const { analyser } = window.ostinato
    const wave = new Float32Array(analyser!.fftSize)
    analyser!.getFloatTimeDomainData(wave)
    return wave.reduce((peak, x) => Math.max(peak, Math.abs(x)), 0)
  },
  /** Times (ms) from the next press of the mouse to the first sound and to the samples, and the longest silence after. */
  timePress() {
    addEventListener(
      'pointerdown',
      () => {
        const start = performance.now()
        press = { sound: 0, voice: '', samples: 0, gap: 0 }
        let last = 0
        const look = () => {
          const now = performance.now() - start
          const { voice } = window.ostinato
          if (window.ostinato.level() > 0.002) {
            if (press.sound) press.gap = Math.max(press.gap, now - last)
            else press = { ...press, sound: now, voice }
            last = now
          }
          if (voice === 'samples') press.samples ||= now
          if (now < 5500) setTimeout(look, 5)
        }
        look()
      },
      { once: true, capture: true },
    )
  },
  get press() {
    return press
  },
  get player() {
    return player
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
