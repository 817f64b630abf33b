import type { Area } from './painter.ts'

/** Columns that fill the pane's width. */
const COLUMNS = 3

interface Tile {
  readonly canvas: HTMLCanvasElement
  /** Column and row, counted from the origin. */
  readonly column: number
  readonly row: number
  /** The span of content (px) that is out of date, or null. */
  stale: readonly [from: number, to: number] | null
}

/** Paints an area of the content; the pen draws in the content's pixels, `area` counts from the content's origin. */
export type PaintArea = (pen: CanvasRenderingContext2D, area: Area) => void

/** Which tiles lie in view, as columns and rows counted from the origin. */
export function tilesInView(origin: number, size: number, scroll: number, length: number): [first: number, last: number] {
  return [Math.floor((scroll - origin) / size), Math.floor((scroll + length - origin - 1e-6) / size)]
}

/**
 * A scrolled picture in tiles. Scrolling only moves them, which costs the browser almost nothing; what comes into view is
 * painted a tile at a time, and its neighbours before they are needed.
 */
export class Tiles {
  readonly element = document.createElement('div')
  private readonly world = document.createElement('div')
  private readonly tiles = new Map<string, Tile>()
  private readonly spare: HTMLCanvasElement[] = []
  private width = 0
  private height = 0
  private ratio = 1
  private originX = 0
  private originY = 0
  private fresh = true

  constructor() {
    this.element.className = 'pane'
    this.world.className = 'world'
    this.element.append(this.world)
  }

  resize(width: number, height: number, ratio: number): void {
    this.element.style.top = '0px'
    this.element.style.width = `${width}px`
    this.element.style.height = `${height}px`
    if (width === this.width && height === this.height && ratio === this.ratio) return
    Object.assign(this, { width, height, ratio })
    for (const tile of this.tiles.values()) tile.canvas.remove()
    this.tiles.clear()
    this.spare.length = 0
    this.clear()
  }

  /** Everything is out of date. */
  clear(): void {
    this.fresh = true
  }

  /** A span of the content, px, is out of date. */
  soil(from: number, to: number): void {
    for (const tile of this.tiles.values()) {
      const left = this.originX + tile.column * this.tileWidth
      if (to < left || from > left + this.tileWidth) continue
      tile.stale = tile.stale ? [Math.min(from, tile.stale[0]), Math.max(to, tile.stale[1])] : [from, to]
    }
  }

  /** Shows the content from (x, y) on. True when a neighbour remains to be painted in a later frame. */
  show(x: number, y: number, paint: PaintArea): boolean {
    if (this.width <= 0 || this.height <= 0) return false
    if (this.fresh) this.restart(x, y)
    this.world.style.transform = `translate(${-x}px, ${-y}px)`
    const [left, right] = tilesInView(this.originX, this.tileWidth, x, this.width)
    const [top, bottom] = tilesInView(this.originY, this.tileHeight, y, this.height)
    this.recycle(left, right, top, bottom)
    let busy = false
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) busy = this.bring(column, row, paint) || busy
    }
    // What comes next is painted in a frame that has nothing else to paint.
    const next = [right + 1, left - 1].find((column) => this.originX + (column + 1) * this.tileWidth > 0 && this.isStale(column, top))
    if (next === undefined) return false
    if (!busy) this.bring(next, top, paint)
    return true
  }

  // Tiles are whole device pixels wide and high, so that none is stretched.
  private get tileWidth(): number {
    return Math.ceil((this.width * this.ratio) / COLUMNS) / this.ratio
  }

  private get tileHeight(): number {
    return Math.ceil(this.height * this.ratio) / this.ratio
  }

  /** The tiles are laid out anew from the corner that is in view, so that none is painted for nothing. */
  private restart(x: number, y: number): void {
    this.fresh = false
    this.originX = x
    this.originY = y
    for (const [key, tile] of this.tiles) this.drop(key, tile)
  }

  private recycle(left: number, right: number, top: number, bottom: number): void {
    for (const [key, tile] of this.tiles) {
      const far = tile.column < left - 2 || tile.column > right + 2 || tile.row < top - 1 || tile.row > bottom + 1
      if (far) this.drop(key, tile)
    }
  }

  private drop(key: string, tile: Tile): void {
    this.tiles.delete(key)
    this.spare.push(tile.canvas)
  }

  private isStale(column: number, row: number): boolean {
    const tile = this.tiles.get(`${column} ${row}`)
    return !tile || tile.stale !== null
  }

  /** Sees that a tile is there and up to date. True when something had to be painted. */
  private bring(column: number, row: number, paint: PaintArea): boolean {
    const key = `${column} ${row}`
    const x = this.originX + column * this.tileWidth
    const y = this.originY + row * this.tileHeight
    let tile = this.tiles.get(key)
    if (!tile) {
      tile = { canvas: this.canvas(), column, row, stale: [x, x + this.tileWidth] }
      tile.canvas.style.transform = `translate(${x}px, ${y}px)`
      this.tiles.set(key, tile)
    }
    if (!tile.stale) return false
    const from = Math.max(x, Math.floor(tile.stale[0]))
    const to = Math.min(x + this.tileWidth, Math.ceil(tile.stale[1]))
    tile.stale = null
    if (from >= to) return false
    const pen = tile.canvas.getContext('2d', { alpha: false })!
    pen.setTransform(this.ratio, 0, 0, this.ratio, -x * this.ratio, -y * this.ratio)
    paint(pen, { x: from, y, width: to - from, height: this.tileHeight })
    return true
  }

  private canvas(): HTMLCanvasElement {
    const spare = this.spare.pop()
    if (spare) return spare
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(this.tileWidth * this.ratio)
    canvas.height = Math.round(this.tileHeight * this.ratio)
    canvas.style.width = `${this.tileWidth}px`
    canvas.style.height = `${this.tileHeight}px`
    this.world.append(canvas)
    return canvas
  }
}
