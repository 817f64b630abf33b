/** Small helpers for pages that the server has already written. */

/** The first element that fits, or an error that names it: a page and its script belong together. */
export function find<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T {
  const element = within.querySelector<T>(selector)
  if (!element) throw new Error(`this page has no ${selector}`)
  return element
}

export function findAll<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T[] {
  return [...within.querySelectorAll<T>(selector)]
}

/** What the page was given by the server ({{ data|json_script:"page-data" }}). */
export function pageData<T>(page: Document = document): T {
  return JSON.parse(find('#page-data', page).textContent ?? 'null') as T
}

type Child = Node | string | null | false

/** An element with attributes and children: make('p', { class: 'hint' }, 'Words'). */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string | boolean> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(key, value === true ? '' : value)
  }
  element.append(...children.filter((child) => child !== null && child !== false))
  return element
}

const SVG = 'http://www.w3.org/2000/svg'

/** One of the icons of scripts/assets.mjs. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  const use = document.createElementNS(SVG, 'use')
  use.setAttribute('href', `${document.documentElement.dataset.icons}#${name}`)
  svg.append(use)
  return svg
}

/** True for a keyboard press that belongs to a field or a dialog and not to the page. */
export function isTyping(e: KeyboardEvent): boolean {
  if (e.ctrlKey || e.metaKey || e.altKey) return true
  if (document.querySelector('dialog[open]')) return true
  const target = e.target instanceof Element ? e.target : null
  return target?.closest('input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable]') != null
}

export const movesLittle = () => matchMedia('(prefers-reduced-motion: reduce)').matches
