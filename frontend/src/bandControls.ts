/** The part of the studio's form that is a band's alone: its form, who plays, and how densely. */
import { find, findAll, icon, make } from './dom.ts'
import { BAND, type Role, roleName } from './roles.ts'
import { defaultSettings, formLetters, type Settings } from './studioSettings.ts'
import { gettext, interpolate, number } from './words.ts'

const words = {
  density: (role: string) => interpolate(gettext('Density: %s'), [role]),
  reset: (role: string) => interpolate(gettext('Back to as learnt: %s'), [role]),
  learnt: gettext('as learnt'),
  denser: (by: string) => interpolate(gettext('denser by %s'), [by]),
  sparser: (by: string) => interpolate(gettext('sparser by %s'), [by]),
  oneMust: gettext('One of the five must play.'),
}

export class BandControls {
  constructor(private readonly form: HTMLElement) {
    find('#players-hint', form).after(...BAND.map(playerRow))
  }

  /** The settings after a control was changed; null when it is not one of these. */
  read(input: HTMLInputElement, settings: Settings): Settings | null {
    if (input.name === 'form') return { ...settings, form: formLetters(input.value) }
    const [what, role] = input.name.split('_') as [string, Role]
    if (what === 'density') return { ...settings, density: withDensity(settings.density, role, Number(input.value)) }
    if (what !== 'plays') return null
    const muted = BAND.filter((other) => (other === role ? !input.checked : settings.muted.includes(other)))
    const silent = muted.length === BAND.length
    find('#players-line', this.form).textContent = silent ? words.oneMust : ''
    return { ...settings, muted: silent ? settings.muted : muted }
  }

  /** The settings with one control as it was at first; null when it is not one of these. */
  reset(name: string, settings: Settings): Settings | null {
    if (name === 'form') return { ...settings, form: defaultSettings('').form }
    const [what, role] = name.split('_') as [string, Role]
    return what === 'density' ? { ...settings, density: withDensity(settings.density, role, 0) } : null
  }

  show(settings: Settings, isBand: boolean): void {
    for (const part of findAll('[data-band]', this.form)) part.hidden = !isBand
    find<HTMLInputElement>('#form', this.form).value = settings.form
    find('[data-reset="form"]', this.form).hidden = settings.form === ''
    for (const role of BAND) {
      const plays = !settings.muted.includes(role)
      find<HTMLInputElement>(`[name="plays_${role}"]`, this.form).checked = plays
      const slider = find<HTMLInputElement>(`[name="density_${role}"]`, this.form)
      slider.value = String(settings.density[role] ?? 0)
      slider.disabled = !plays
      this.preview(slider)
      find(`[data-reset="density_${role}"]`, this.form).hidden = !settings.density[role]
    }
  }

  /** A slider says its value while it moves. True when it is one of these. */
  preview(slider: HTMLInputElement): boolean {
    if (!slider.name.startsWith('density_')) return false
    const value = Number(slider.value)
    find(`output[for="${slider.id}"]`, this.form).textContent = signed(value)
    const by = number(Math.abs(value))
    slider.setAttribute('aria-valuetext', value > 0 ? words.denser(by) : value < 0 ? words.sparser(by) : words.learnt)
    return true
  }
}

/** Nought is left out: it is what a band has learnt. */
function withDensity(density: Settings['density'], role: Role, value: number): Settings['density'] {
  return Object.fromEntries(BAND.flatMap((other) => {
    const its = other === role ? value : density[other]
    return its ? [[other, its]] : []
  })) // prettier-ignore
}

const signed = (value: number) => number(value, { signDisplay: 'exceptZero', minimumFractionDigits: 1 })

function playerRow(role: Role): HTMLElement {
  const name = roleName(role)
  const id = `density-${role}`
  const plays = make('input', { type: 'checkbox', name: `plays_${role}`, checked: true, 'aria-describedby': 'players-hint' })
  const slider = make('input', { class: 'range', type: 'range', name: `density_${role}`, id, min: '-1', max: '1', step: '0.1', 'aria-label': words.density(name), 'aria-describedby': 'players-hint' })
  const reset = make('button', { type: 'button', class: 'icon-button reset', 'data-reset': slider.name, 'aria-label': words.reset(name), hidden: true }, icon('rotate-ccw'))
  return make(
    'div',
    { class: 'player' },
    make('label', { class: 'check' }, plays, make('span', { class: 'role-mark', 'data-role': role }), make('span', {}, name)),
    slider,
    make('output', { for: id }),
    reset,
  )
}
