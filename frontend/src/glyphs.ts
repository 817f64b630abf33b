import { html, svg, type TemplateResult } from 'lit'

/** Icons of the controls: Lucide's shapes (ISC licence), drawn on 24 × 24. */
const SHAPES = {
  play: svg`<path d="M7 4.5v15l12-7.5z" fill="currentColor"/>`,
  pause: svg`<rect x="6.5" y="5" width="3.6" height="14" rx="1" fill="currentColor"/><rect x="13.9" y="5" width="3.6" height="14" rx="1" fill="currentColor"/>`,
  start: svg`<path d="M19 20 9 12l10-8z"/><path d="M5 19V5"/>`,
  loop: svg`<path d="m17 2 4 4-4 4"/><path d="M3 11v-1a4 4 0 0 1 4-4h14"/><path d="m7 22-4-4 4-4"/><path d="M21 13v1a4 4 0 0 1-4 4H3"/>`,
  follow: svg`<path d="M12 3v18"/><path d="M8 8l-4 4 4 4"/><path d="M16 8l4 4-4 4"/>`,
  volume: svg`<path d="M11 4.7 6.8 8.5H3.5v7h3.3L11 19.3z"/><path d="M15.5 9a4.2 4.2 0 0 1 0 6"/><path d="M18.6 6a8.5 8.5 0 0 1 0 12"/>`,
  zoomIn: svg`<circle cx="11" cy="11" r="7.5"/><path d="m21 21-4.6-4.6M11 8v6M8 11h6"/>`,
  zoomOut: svg`<circle cx="11" cy="11" r="7.5"/><path d="m21 21-4.6-4.6M8 11h6"/>`,
  fit: svg`<path d="M8 3H5a2 2 0 0 0-2 2v3M21 8V5a2 2 0 0 0-2-2h-3M3 16v3a2 2 0 0 0 2 2h3M16 21h3a2 2 0 0 0 2-2v-3"/>`,
  minus: svg`<path d="M5 12h14"/>`,
  plus: svg`<path d="M5 12h14M12 5v14"/>`,
  more: svg`<path d="M4 6h10M18 6h2M4 12h2M10 12h10M4 18h8M16 18h4"/><circle cx="16" cy="6" r="2"/><circle cx="8" cy="12" r="2"/><circle cx="14" cy="18" r="2"/>`,
  tracks: svg`<path d="M3 6h9M15 6h6M3 12h4M10 12h11M3 18h11M17 18h4"/>`,
} as const

export type Glyph = keyof typeof SHAPES

export function glyph(name: Glyph): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true">${SHAPES[name]}</svg>`
}
