import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Line } from '../jobSocket.ts'
import type { Player } from '../Player.ts'
import type { Score } from '../score.ts'
import { Editor } from './Editor.ts'
import { Infill } from './Infill.ts'

const note = (onset: number, pitch = 60) => ({ onset, duration: 480, pitch, velocity: 80 })
const track = (role: string) => ({ name: role, role, program: 0, isDrum: false, notes: [note(0)] })
const score: Score = { length: 4 * 1920, tempos: [{ tick: 0, bpm: 110 }], metres: [{ tick: 0, numerator: 4, denominator: 4 }], tracks: [track('piano'), track('bass')] }
const bar = { from: 1920, to: 3840, tracks: [0] }

/** The addresses that were posted to. */
let posted: string[]
let line: Line

beforeEach(() => {
  posted = []
  let jobs = 0
  vi.stubGlobal('fetch', async (address: string) => {
    posted.push(address)
    return new Response(JSON.stringify({ code: `job${++jobs}`, socket: '/ws/', left_today: 20, small_left_today: 80 }))
  })
  vi.stubGlobal('document', { cookie: 'csrftoken=t', documentElement: { lang: 'en' } })
  vi.stubGlobal('location', new URL('http://site/'))
  vi.stubGlobal('WebSocket', class {
    onmessage = null
    onclose = null
    constructor() {
      line = this
    }
    close() {}
  })
})
afterEach(() => void vi.unstubAllGlobals())

const player = () => ({ state: 'stopped', loop: null, loopOn: false, pause() {}, seek() {}, play() {}, setLoop() {}, setLoopOn() {} }) as unknown as Player
const infill = () => new Infill(new Editor(score), player())

/** The band plays an alternative of one note. */
const alternative = (number: number) =>
  line.onmessage!({ data: JSON.stringify({ type: 'alternative', number, index: number - 1, notes: [[0, 1920, 480, 59 + number, 80]] }) })
const finished = (number: number) => line.onmessage!({ data: JSON.stringify({ type: 'finished', number, piece: null }) })
const settled = () => new Promise((resolve) => setTimeout(resolve))

const cancelled = () => posted.filter((address) => address.endsWith('/cancel/'))

test('who leaves while the band plays has its job cancelled', async () => {
  const bars = infill()
  void bars.start(bar)
  await settled()
  bars.leave()
  expect(cancelled()).toEqual(['/api/v1/generations/job1/cancel/'])
})

test('who leaves before the site has answered has the job cancelled as soon as it is known', async () => {
  const bars = infill()
  void bars.start(bar)
  bars.leave()
  await settled()
  expect(cancelled()).toEqual(['/api/v1/generations/job1/cancel/'])
})

test('who keeps the first alternative does not have the others played', async () => {
  const bars = infill()
  void bars.start(bar)
  await settled()
  alternative(1)
  bars.keep()
  expect(cancelled()).toEqual(['/api/v1/generations/job1/cancel/'])
})

test('a job that is over is not cancelled', async () => {
  const bars = infill()
  void bars.start(bar)
  await settled()
  alternative(1)
  finished(2)
  await settled()
  bars.keep()
  expect(cancelled()).toEqual([])
})

test('other bars asked for meanwhile are played, and the first given up', async () => {
  const bars = infill()
  void bars.start(bar)
  await settled()
  void bars.start({ ...bar, from: 3840, to: 5760 })
  await settled()
  expect(cancelled()).toEqual(['/api/v1/generations/job1/cancel/'])
  expect(bars.state).toBe('asking')
})
