import { barTicks, beatTicks, type Metre, placeAt } from './score.ts'
import type { TickRange } from './painter.ts'
import type { Viewport } from './viewport.ts'

/** Movements shorter than this are a click, px. */
const STILL = 4

/** What a movement on the ruler means: a place to go to, or a loop from beat to beat. */
export type RulerIntent = { readonly kind: 'seek'; readonly tick: number } | { readonly kind: 'loop'; readonly range: TickRange }

export function rulerIntent(view: Viewport, metres: readonly Metre[], fromX: number, toX: number): RulerIntent {
  const tickAt = (x: number) => Math.max(0, Math.min(view.length, view.tick(x)))
  if (Math.abs(toX - fromX) < STILL) return { kind: 'seek', tick: Math.round(tickAt(toX)) }
  const [a, b] = fromX < toX ? [fromX, toX] : [toX, fromX]
  const start = snapTick(view, metres, tickAt(a), 'down')
  const end = snapTick(view, metres, tickAt(b), 'up')
  return { kind: 'loop', range: [start, Math.min(end, Math.max(view.length, start + 1))] }
}

/** The beat before or after `tick`; the bar, where beats are too narrow to aim at. */
export function snapTick(view: Viewport, metres: readonly Metre[], tick: number, way: 'down' | 'up'): number {
  const { start, metre } = placeAt(metres, tick)
  const step = beatTicks(metre) * view.scale >= 12 ? beatTicks(metre) : barTicks(metre)
  const steps = (tick - start) / step
  // A hair over the line still means that line.
  return start + step * (way === 'down' ? Math.floor(steps + 0.1) : Math.ceil(steps - 0.1))
}

export interface WheelLike {
  readonly deltaX: number
  readonly deltaY: number
  readonly deltaMode: number
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/** The view after a turn of the wheel: Ctrl zooms at the pointer (with Alt the rows), Shift scrolls time. */
export function wheeled(view: Viewport, wheel: WheelLike, x: number, y: number): Viewport {
  const unit = wheel.deltaMode === 1 ? 16 : wheel.deltaMode === 2 ? view.height : 1
  const dx = wheel.deltaX * unit
  const dy = wheel.deltaY * unit
  if (wheel.ctrlKey || wheel.metaKey) {
    const factor = Math.exp(-Math.max(-120, Math.min(120, dy)) * 0.0035)
    return wheel.altKey ? view.zoomedRows(factor, y) : view.zoomed(factor, x)
  }
  return wheel.shiftKey ? view.scrolled(dx || dy, 0) : view.scrolled(dx, dy)
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** The view after two fingers moved from `before` to `after`: it follows their middle and their distance. */
export function pinched(view: Viewport, before: readonly [Point, Point], after: readonly [Point, Point]): Viewport {
  const middle = ([a, b]: readonly [Point, Point]) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 })
  const spread = ([a, b]: readonly [Point, Point]) => Math.max(24, Math.hypot(a.x - b.x, a.y - b.y))
  const from = middle(before)
  const to = middle(after)
  return view.zoomed(spread(after) / spread(before), from.x).scrolled(from.x - to.x, from.y - to.y)
}

export interface SurfaceHandlers {
  press(point: Point, event: PointerEvent): void
  /** One finger, or the mouse, dragged by this much. */
  drag(dx: number, dy: number, point: Point, event: PointerEvent): void
  /** It let go, with this speed in px/ms; `lost` when the browser took the pointer away. */
  release(speedX: number, point: Point, lost: boolean): void
  pinch(before: readonly [Point, Point], after: readonly [Point, Point]): void
}

/** Turns the pointers on the note area into presses, drags and pinches. */
export function listenOnSurface(element: HTMLElement, handlers: SurfaceHandlers, signal: AbortSignal): void {
  const pointers = new Map<number, Point>()
  let speed = 0
  let time = 0
  const at = (event: PointerEvent): Point => {
    const box = element.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  element.addEventListener(
    'pointerdown',
    (event) => {
      if (event.pointerType === 'mouse' && event.button > 1) return
      pointers.set(event.pointerId, at(event))
      element.setPointerCapture(event.pointerId)
      speed = 0
      if (pointers.size === 1) handlers.press(at(event), event)
    },
    { signal },
  )
  element.addEventListener(
    'pointermove',
    (event) => {
      const before = pointers.get(event.pointerId)
      if (!before) return
      const now = at(event)
      if (pointers.size === 2) {
        const [first, second] = [...pointers.keys()] as [number, number]
        const old = [pointers.get(first)!, pointers.get(second)!] as const
        pointers.set(event.pointerId, now)
        handlers.pinch(old, [pointers.get(first)!, pointers.get(second)!])
      } else {
        pointers.set(event.pointerId, now)
        if (pointers.size === 1) {
          const elapsed = Math.max(1, event.timeStamp - time)
          speed = 0.7 * speed + 0.3 * ((now.x - before.x) / elapsed)
          handlers.drag(now.x - before.x, now.y - before.y, now, event)
        }
      }
      time = event.timeStamp
    },
    { signal },
  )
  const lift = (event: PointerEvent) => {
    const was = pointers.size
    if (!pointers.delete(event.pointerId) || was > 1) return
    // A finger that rested before it let go does not throw.
    handlers.release(event.pointerType === 'touch' && event.timeStamp - time < 60 ? speed : 0, at(event), event.type === 'pointercancel')
  }
  element.addEventListener('pointerup', lift, { signal })
  element.addEventListener('pointercancel', lift, { signal })
  // Two fingers are ours: without this the browser would zoom or scroll the page.
  element.addEventListener('touchstart', (event) => event.touches.length > 1 && event.preventDefault(), { signal, passive: false })
}
