import { html, svg, type TemplateResult } from 'lit'

/** Icons of the editing bar: Lucide's shapes (ISC licence), drawn on 24 × 24. */
const SHAPES = {
  pencil: svg`<path d="M21.2 6.8a2.8 2.8 0 0 0-4-4L3.8 16.2a2 2 0 0 0-.5.8L2 21.4a.5.5 0 0 0 .6.6L7 20.7a2 2 0 0 0 .8-.5z"/><path d="m15 5 4 4"/>`,
  select: svg`<path d="M4 4.7 9.8 20a.6.6 0 0 0 1.1 0l1.9-6a2 2 0 0 1 1.3-1.2l6-2a.6.6 0 0 0 0-1L4.8 4a.6.6 0 0 0-.8.7z"/>`,
  undo: svg`<path d="M9 14 4 9l5-5"/><path d="M4 9h10.5a5.5 5.5 0 0 1 0 11H11"/>`,
  redo: svg`<path d="m15 14 5-5-5-5"/><path d="M20 9H9.5a5.5 5.5 0 0 0 0 11H13"/>`,
  cut: svg`<circle cx="6" cy="6" r="3"/><path d="M8.1 8.1 12 12M20 4 8.1 15.9M14.8 14.8 20 20"/><circle cx="6" cy="18" r="3"/>`,
  copy: svg`<rect width="14" height="14" x="8" y="8" rx="2"/><path d="M4 16a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2"/>`,
  paste: svg`<rect width="8" height="4" x="8" y="2" rx="1"/><path d="M16 4h2a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2h2"/><path d="M12 10v7M9 14l3 3 3-3"/>`,
  duplicate: svg`<path d="M3 7h8v4H3zM13 13h8v4h-8z"/><path d="M14 9h3v2"/>`,
  delete: svg`<path d="M3 6h18M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2M10 11v6M14 11v6"/>`,
  transpose: svg`<path d="m8 7 4-4 4 4M12 3v18M8 17l4 4 4-4"/>`,
  quantise: svg`<path d="M3 3v18M9 3v18M15 3v18M21 3v18"/><rect x="3" y="9" width="6" height="5" fill="currentColor" stroke="none"/><rect x="15" y="9" width="6" height="5" fill="currentColor" stroke="none"/>`,
  infill: svg`<path d="M5 3a2 2 0 0 0-2 2M19 3a2 2 0 0 1 2 2M21 19a2 2 0 0 1-2 2M5 21a2 2 0 0 1-2-2M9 3h1M9 21h1M14 3h1M14 21h1M3 9v1M21 9v1M3 14v1M21 14v1"/><path d="M8 9.5h4M12 14.5h4"/>`,
  lock: svg`<rect width="18" height="11" x="3" y="11" rx="2"/><path d="M7 11V7a5 5 0 0 1 10 0v4"/>`,
  midi: svg`<rect x="2" y="5" width="20" height="14" rx="2"/><path d="M7 5v8M12 5v8M17 5v8M5.5 13h3M10.5 13h3M15.5 13h3"/>`,
  record: svg`<circle cx="12" cy="12" r="6" fill="currentColor"/>`,
} as const

export type EditGlyph = keyof typeof SHAPES

export function editGlyph(name: EditGlyph): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true">${SHAPES[name]}</svg>`
}
