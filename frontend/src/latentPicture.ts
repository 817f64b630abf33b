/** The drawing of the four latents: each box is a draw under the parts that hear it; the same pattern is the same draw. */
import { icon, make } from './dom.ts'
import { hasPrivate, hasShared, type BandRecipe, heldBecause, isTurned, type Knob, seedOf } from './latents.ts'
import { BAND, type Role, roleName } from './roles.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  shared: gettext('Shared'),
  sharedLine: gettext('one idea for all, the whole piece long'),
  sharedTime: gettext('Shared over time'),
  sharedTimeLine: gettext('the course of the harmony'),
  ownCourse: gettext('A course of its own'),
  ownCourseLine: gettext('instead of the shared one'),
  private: gettext('Private'),
  privateLine: gettext('how a part plays'),
  privateTime: gettext('Private over time'),
  privateTimeLine: gettext('where its line goes'),
  draw: (what: string) => interpolate(gettext('Draw anew: %s'), [what]),
  back: (what: string) => interpolate(gettext('Back to the seed of the piece: %s'), [what]),
}

interface Row {
  readonly name: string
  readonly line: string
  /** One for all five, or one a part. */
  readonly knobs: readonly Knob[]
  /** Drawn as several bars instead of one block. */
  readonly overTime: boolean
}

function rowsOf(recipe: BandRecipe): Row[] {
  const each = (latent: 'shared_time_of' | 'private' | 'private_time') => BAND.map((role): Knob => ({ latent, role }))
  const rows: Row[] = []
  if (hasShared(recipe)) {
    rows.push({ name: words.shared, line: words.sharedLine, knobs: [{ latent: 'shared' }], overTime: false })
    rows.push({ name: words.sharedTime, line: words.sharedTimeLine, knobs: [{ latent: 'shared_time' }], overTime: true })
    // A detour: shown once a part has taken it, or where it is the only way to a single part.
    const own = each('shared_time_of').filter((knob) => !hasPrivate(recipe) || isTurned(recipe, knob))
    if (own.length) rows.push({ name: words.ownCourse, line: words.ownCourseLine, knobs: own, overTime: true })
  }
  if (hasPrivate(recipe)) {
    rows.push({ name: words.private, line: words.privateLine, knobs: each('private'), overTime: false })
    rows.push({ name: words.privateTime, line: words.privateTimeLine, knobs: each('private_time'), overTime: true })
  }
  return rows
}

/** `turn` hears a knob with 'draw' for another seed, with 'back' for the one it followed at first. */
export function latentPicture(recipe: BandRecipe, turn: (knob: Knob, how: 'draw' | 'back') => void): HTMLElement {
  const head = make('div', { class: 'latent-heads', 'aria-hidden': 'true' }, ...BAND.map((role) => make('span', {}, make('span', { class: 'role-mark', 'data-role': role }), roleName(role))))
  const rows = rowsOf(recipe).map((row) => {
    const label = make('p', { class: 'latent-name' }, make('span', { class: 'label' }, row.name), ' ', make('span', { class: 'hint' }, row.line))
    return make('div', { class: 'latent-row', role: 'group', 'aria-label': row.name }, label, ...row.knobs.map((knob) => box(recipe, row, knob, turn)))
  })
  return make('div', { class: 'latent-picture' }, head, ...rows)
}

function box(recipe: BandRecipe, row: Row, knob: Knob, turn: (knob: Knob, how: 'draw' | 'back') => void): HTMLElement {
  const role: Role | null = 'role' in knob ? knob.role : null
  const what = role ? `${row.name}, ${roleName(role)}` : row.name
  const held = role !== null && heldBecause(recipe, role) !== null
  const changed = isTurned(recipe, knob)
  const draw = make('button', { type: 'button', class: 'latent-draw', 'aria-label': words.draw(what), disabled: held }, pattern(seedOf(recipe, knob), row.overTime, role === null))
  const back = make('button', { type: 'button', class: 'icon-button latent-back', 'aria-label': words.back(what), hidden: !changed }, icon('rotate-ccw'))
  draw.addEventListener('click', () => turn(knob, 'draw'))
  back.addEventListener('click', () => turn(knob, 'back'))
  return make('div', { class: 'latent-box', 'data-role': role ?? 'all', 'data-turned': changed }, draw, back)
}

const SVG = 'http://www.w3.org/2000/svg'
const HEIGHT = 20

/** Strokes that a seed decides: one block, or four bars. */
function pattern(seed: number, overTime: boolean, wide: boolean): SVGSVGElement {
  const [groups, strokes] = overTime ? [4, wide ? 6 : 3] : [1, wide ? 24 : 9]
  const svg = document.createElementNS(SVG, 'svg')
  const width = groups * strokes * 4 + (groups - 1) * 4
  svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`)
  svg.setAttribute('aria-hidden', 'true')
  let state = mixed(seed)
  for (let group = 0, x = 0; group < groups; group++, x += 4) {
    for (let stroke = 0; stroke < strokes; stroke++, x += 4) {
      state = mixed(state + stroke + 1)
      const height = 3 + ((state >>> 8) % (HEIGHT - 3))
      const rect = document.createElementNS(SVG, 'rect')
      for (const [name, value] of Object.entries({ x, y: (HEIGHT - height) / 2, width: 2.5, height, rx: 1 })) rect.setAttribute(name, String(value))
      svg.append(rect)
    }
  }
  return svg
}

/** 32 bits in which every bit of the number has a say (the finaliser of MurmurHash3). */
function mixed(value: number): number {
  let x = (value ^ Math.floor(value / 2 ** 32)) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
