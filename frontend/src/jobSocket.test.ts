import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Job } from './api.ts'
import { type JobEvent, JobSocket, type Line, socketAddress } from './jobSocket.ts'

class FakeLine implements Line {
  onmessage: ((e: { data: string }) => void) | null = null
  onclose: ((e: { code: number }) => void) | null = null
  closed = false

  constructor(readonly url: string) {}

  close(): void {
    this.closed = true
  }

  say(event: object): void {
    this.onmessage?.({ data: JSON.stringify(event) })
  }
}

const running = { status: 'running' } as Job
const notes = (number: number) => ({ type: 'notes', number, notes: [[0, number * 480, 480, 60, 80]], until: 0, bars_done: 0 })

describe('a job socket', () => {
  let lines: FakeLine[]
  let heard: JobEvent[]
  let states: string[]
  let socket: JobSocket

  const line = () => lines[lines.length - 1]!
  const numbers = () => heard.flatMap((e) => ('number' in e && e.type !== 'state' ? [e.number] : []))

  beforeEach(() => {
    vi.useFakeTimers()
    lines = []
    heard = []
    states = []
    socket = new JobSocket(
      'ws://site/ws/jobs/abc/',
      { onEvent: (e) => heard.push(e), onLine: (s) => states.push(s) },
      (url) => {
        lines.push(new FakeLine(url))
        return line()
      },
    )
  })

  afterEach(() => {
    socket.close()
    vi.useRealTimers()
  })

  test('begins before the first event', () => {
    expect(line().url).toBe('ws://site/ws/jobs/abc/?after=0')
  })

  test('comes back after the last event it saw, and hears nothing twice', () => {
    line().say({ type: 'state', number: 2, job: running })
    line().say(notes(1))
    line().say(notes(2))
    line().onclose?.({ code: 1006 })
    expect(states).toEqual(['open', 'lost'])
    vi.advanceTimersByTime(250)
    expect(line().url).toBe('ws://site/ws/jobs/abc/?after=2')
    line().say({ type: 'state', number: 3, job: running })
    line().say(notes(2))
    line().say(notes(3))
    expect(numbers()).toEqual([1, 2, 3])
    expect(states).toEqual(['open', 'lost', 'open'])
  })

  test('asks again at once when an event is missing', () => {
    line().say(notes(1))
    line().say(notes(3))
    vi.advanceTimersByTime(0)
    expect(numbers()).toEqual([1])
    expect(line().url).toBe('ws://site/ws/jobs/abc/?after=1')
    expect(states).toEqual([])
  })

  test('waits longer after each failed try, up to four seconds', () => {
    const waits: number[] = []
    for (let i = 0; i < 7; i++) {
      line().onclose?.({ code: 1006 })
      const before = lines.length
      let waited = 0
      while (lines.length === before) {
        vi.advanceTimersByTime(50)
        waited += 50
      }
      waits.push(waited)
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000])
  })

  test('does not hear a line it has given up', () => {
    line().say(notes(1))
    const old = line()
    old.onclose?.({ code: 1006 })
    old.say(notes(2))
    expect(numbers()).toEqual([1])
  })

  test('takes ten silent seconds for a dead line', () => {
    line().say(notes(1))
    vi.advanceTimersByTime(9_999)
    expect(lines).toHaveLength(1)
    vi.advanceTimersByTime(2)
    expect(line().url).toBe('ws://site/ws/jobs/abc/?after=1')
  })

  test('stops when the job has ended', () => {
    line().say(notes(1))
    line().say({ type: 'finished', number: 2, piece: 'p1' })
    expect(line().closed).toBe(true)
    vi.advanceTimersByTime(60_000)
    expect(lines).toHaveLength(1)
  })

  test('stops when it is told of a job that ended long ago, once it has its events', () => {
    line().say({ type: 'state', number: 1, job: { status: 'failed' } })
    expect(line().closed).toBe(false)
    line().say({ type: 'failed', number: 1, error: { code: 'x', message: 'y' }, piece: null })
    expect(line().closed).toBe(true)
  })

  test('says so when there is no such job, and does not try again', () => {
    line().onclose?.({ code: 4404 })
    vi.advanceTimersByTime(60_000)
    expect(states).toEqual(['gone'])
    expect(lines).toHaveLength(1)
  })
})

test('a socket is as safe as its page', () => {
  expect(socketAddress('/ws/jobs/a/', { protocol: 'https:', host: 'x.org' })).toBe('wss://x.org/ws/jobs/a/')
  expect(socketAddress('/ws/jobs/a/', { protocol: 'http:', host: 'localhost:8000' })).toBe('ws://localhost:8000/ws/jobs/a/')
})
