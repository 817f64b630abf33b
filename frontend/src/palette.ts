import { SLOTS } from './trackStyle.ts'

/** Red, green, blue in 0–255. */
export type Rgb = readonly [number, number, number]

/** The design system's colours as the painter needs them. */
export interface Palette {
  readonly ground: Rgb
  readonly surface: Rgb
  readonly raised: Rgb
  readonly ink: Rgb
  readonly muted: Rgb
  readonly line: Rgb
  readonly accent: Rgb
  /** --track-1 … --track-5. */
  readonly tracks: readonly Rgb[]
  readonly dark: boolean
  readonly font: string
}

/** What stands when the page gives no tokens: the "desk" theme. */
const DESK: Record<string, string> = {
  '--ground': '#0e1013',
  '--surface': '#15181d',
  '--raised': '#1d2127',
  '--ink': '#eceae4',
  '--muted': '#9aa0a8',
  '--line': '#2a2f37',
  '--accent': '#ffb454',
  '--track-1': '#e69f00',
  '--track-2': '#56b4e9',
  '--track-3': '#2bb68a',
  '--track-4': '#f0784a',
  '--track-5': '#d68ab5',
}

/** Reads the tokens that hold at `element` now. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element)
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!
  const colour = (token: string): Rgb => {
    // The canvas understands every notation that CSS does; what it painted is read back.
    pen.fillStyle = DESK[token]!
    pen.fillStyle = style.getPropertyValue(token).trim() || DESK[token]!
    pen.fillRect(0, 0, 1, 1)
    const [r, g, b] = pen.getImageData(0, 0, 1, 1).data
    return [r!, g!, b!]
  }
  const ground = colour('--ground')
  return {
    ground,
    surface: colour('--surface'),
    raised: colour('--raised'),
    ink: colour('--ink'),
    muted: colour('--muted'),
    line: colour('--line'),
    accent: colour('--accent'),
    tracks: Array.from({ length: SLOTS }, (_, i) => colour(`--track-${i + 1}`)),
    dark: luminance(ground) < 0.5,
    font: style.fontFamily || 'sans-serif',
  }
}

/** `share` of b in a: mix(black, white, 0.25) is a dark grey. */
export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share]
}

export function css([r, g, b]: Rgb, alpha = 1): string {
  return `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)} / ${alpha})`
}

/** Perceived brightness, 0–1. */
export function luminance([r, g, b]: Rgb): number {
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255
}

/** Calls back when the page's theme changes: by the system's setting, or by an attribute of <html>. */
export function onThemeChange(change: () => void, signal: AbortSignal): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', change, { signal })
  const observer = new MutationObserver(change)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['class', 'data-theme', 'style'] })
  signal.addEventListener('abort', () => observer.disconnect())
}
