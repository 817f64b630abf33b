import { BandControls } from './bandControls.ts'
import { find, findAll, make } from './dom.ts'
import {
  defaultSettings, isBand, isWritten, keyName, MAJOR_KEYS, MINOR_KEYS, type Range, RANGES, type Settings, settingsFrom, type StyleCard, typedNumber, within,
} from './studioSettings.ts' // prettier-ignore
import { gettext, interpolate, number } from './words.ts'

const words = {
  major: gettext('Major'),
  minor: gettext('Minor'),
  lockHint: gettext('Choose a key to lock it.'),
  seedAgain: (seed: number) => interpolate(gettext('This piece: %s. Use it again'), [seed]),
}

const KEPT_AS = 'ostinato.studio'

type Slider = 'temperature_pitch' | 'temperature_rhythm' | 'top_p'
const SLIDERS: Record<Slider, 'temperaturePitch' | 'temperatureRhythm' | 'topP'> = {
  temperature_pitch: 'temperaturePitch',
  temperature_rhythm: 'temperatureRhythm',
  top_p: 'topP',
}

/** The rail of the studio: shows settings, hears changes, keeps them in the browser. */
export class StudioForm {
  private settings_: Settings
  private readonly form: HTMLFormElement
  private readonly bars: Range
  private readonly band: BandControls

  constructor(
    root: ParentNode,
    private readonly styles: readonly StyleCard[],
    maxBars: number,
  ) {
    this.form = find('#studio-form', root)
    this.bars = { least: 1, most: maxBars }
    this.addKeys()
    this.band = new BandControls(this.form)
    this.settings_ = keptSettings(styles, maxBars)
    this.show()
    this.form.addEventListener('change', (e) => this.read(e.target as HTMLInputElement))
    this.form.addEventListener('input', (e) => this.preview(e.target as HTMLInputElement))
    this.form.addEventListener('click', (e) => this.press(e.target as Element))
    this.form.addEventListener('submit', (e) => e.preventDefault())
  }

  get settings(): Settings {
    return this.settings_
  }

  set settings(settings: Settings) {
    this.settings_ = settings
    this.show()
    localStorage.setItem(KEPT_AS, JSON.stringify(settings))
  }

  /** Offers the seed of what was just made, to make the same again. */
  offerSeed(seed: number): void {
    const button = find<HTMLButtonElement>('#seed-again', this.form)
    button.textContent = words.seedAgain(seed)
    button.value = String(seed)
    button.hidden = false
  }

  /** Goes to the first control. */
  focus(): void {
    this.form.querySelector<HTMLInputElement>('input[name="style"]:checked')?.focus()
  }

  private get style(): StyleCard | undefined {
    return this.styles.find((style) => style.name === this.settings_.style)
  }

  private input<T extends HTMLInputElement | HTMLSelectElement = HTMLInputElement>(name: string): T {
    return find<T>(`[name="${name}"]`, this.form)
  }

  private read(input: HTMLInputElement): void {
    const { settings } = this
    const typed = (range: Range) => typedNumber(input.value, range)
    switch (input.name) {
      case 'style':
        // A tempo or metre that was chosen for one style says nothing about another.
        this.settings = { ...settings, style: input.value, tempo: null, metre: '' }
        break
      case 'bars':
        this.settings = { ...settings, bars: typed(this.bars) ?? settings.bars }
        break
      case 'key':
        this.settings = { ...settings, key: input.value, keyLock: settings.keyLock && input.value !== '' }
        break
      case 'key_lock':
        this.settings = { ...settings, keyLock: input.checked }
        break
      case 'tempo': {
        const tempo = typed(RANGES.tempo)
        this.settings = { ...settings, tempo: tempo === undefined ? settings.tempo : tempo }
        break
      }
      case 'metre':
        this.settings = { ...settings, metre: input.value }
        break
      case 'seed': {
        const seed = typed(RANGES.seed)
        this.settings = { ...settings, seed: seed === undefined ? settings.seed : seed }
        break
      }
      case 'alternatives':
        this.settings = { ...settings, alternatives: Number(input.value) }
        break
      case 'temperature_pitch':
      case 'temperature_rhythm':
      case 'top_p':
        this.settings = { ...settings, [SLIDERS[input.name]]: Number(input.value) }
        break
      default:
        this.settings = this.band.read(input, settings) ?? settings
    }
  }

  /** A slider says its value while it moves. */
  private preview(input: HTMLInputElement): void {
    if (input.type !== 'range' || this.band.preview(input)) return
    const output = this.form.querySelector(`output[for="${input.id}"]`)
    if (output) output.textContent = number(Number(input.value), { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  }

  private press(target: Element): void {
    const stepper = target.closest<HTMLButtonElement>('[data-step]')
    if (stepper) return this.step(stepper.dataset.for as 'bars' | 'tempo', Number(stepper.dataset.step))
    const reset = target.closest<HTMLButtonElement>('[data-reset]')
    if (reset) return this.reset(reset.dataset.reset!)
    const again = target.closest<HTMLButtonElement>('#seed-again')
    if (again) this.settings = { ...this.settings, seed: Number(again.value) }
  }

  private step(name: 'bars' | 'tempo', by: number): void {
    const { settings } = this
    if (name === 'bars') {
      this.settings = { ...settings, bars: within(stepped(settings.bars, by), this.bars) }
    } else {
      const tempo = settings.tempo ?? Math.round(this.style?.default_tempo ?? 100)
      this.settings = { ...settings, tempo: within(tempo + by, RANGES.tempo) }
    }
  }

  private reset(name: string): void {
    const { settings } = this
    const base = defaultSettings('')
    if (name === 'seed') this.settings = { ...settings, seed: null }
    else if (name in SLIDERS) this.settings = { ...settings, [SLIDERS[name as Slider]]: base[SLIDERS[name as Slider]] }
    else this.settings = this.band.reset(name, settings) ?? settings
    this.input(name).focus()
  }

  private show(): void {
    const { settings } = this
    const base = defaultSettings('')
    for (const radio of findAll<HTMLInputElement>('[name="style"]', this.form)) radio.checked = radio.value === settings.style
    for (const radio of findAll<HTMLInputElement>('[name="alternatives"]', this.form)) radio.checked = Number(radio.value) === settings.alternatives
    this.input('bars').value = String(settings.bars)
    this.input<HTMLSelectElement>('key').value = settings.key
    const lock = this.input('key_lock')
    lock.checked = settings.keyLock
    lock.disabled = settings.key === ''
    find('#key-lock-hint', this.form).textContent = settings.key === '' ? words.lockHint : ''
    const written = isWritten(settings.style)
    lock.closest<HTMLElement>('.check')!.hidden = !written
    find('#key-lock-hint', this.form).hidden = !written
    this.band.show(settings, isBand(settings.style))
    const tempo = this.input('tempo')
    tempo.value = settings.tempo === null ? '' : String(settings.tempo)
    tempo.placeholder = String(Math.round(this.style?.default_tempo ?? 0) || '')
    this.showMetres()
    for (const [name, key] of Object.entries(SLIDERS)) {
      const input = this.input(name)
      input.value = String(settings[key])
      input.closest<HTMLElement>('.field')!.hidden = !written
      this.preview(input)
      this.showReset(name, settings[key] !== base[key])
    }
    this.input('seed').value = settings.seed === null ? '' : String(settings.seed)
    this.showReset('seed', settings.seed !== null)
  }

  private showReset(name: string, changed: boolean): void {
    find<HTMLButtonElement>(`[data-reset="${name}"]`, this.form).hidden = !changed
  }

  private showMetres(): void {
    const metres = this.style?.metres ?? []
    find('#metre-field', this.form).hidden = metres.length < 2
    const chosen = this.settings.metre || metres[0]
    find('#metres', this.form).replaceChildren(
      ...metres.map((metre) =>
        make(
          'label',
          { class: 'segment' },
          make('input', { type: 'radio', name: 'metre', value: metre, checked: metre === chosen }),
          make('span', {}, metre),
        ),
      ),
    )
  }

  private addKeys(): void {
    const option = (key: string) => make('option', { value: key }, keyName(key))
    this.input<HTMLSelectElement>('key').append(
      make('optgroup', { label: words.major }, ...MAJOR_KEYS.map(option)),
      make('optgroup', { label: words.minor }, ...MINOR_KEYS.map(option)),
    )
  }
}

/** The settings of the last visit, as far as they still make sense. */
export const keptSettings = (styles: readonly StyleCard[], maxBars: number) =>
  settingsFrom(localStorage.getItem(KEPT_AS), styles, maxBars)

/** The next multiple of the step: 8 + 4 is 12, 9 + 4 too, 9 − 4 is 8. */
export function stepped(value: number, by: number): number {
  const size = Math.abs(by)
  return by > 0 ? (Math.floor(value / size) + 1) * size : (Math.ceil(value / size) - 1) * size
}
