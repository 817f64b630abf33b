/** Asks by how many semitones; drums stay. */
import { bindDialogs } from '../dialogs.ts'
import { make } from '../dom.ts'
import { gettext } from '../words.ts'

const words = {
  title: gettext('Transpose'),
  by: gettext('Semitones'),
  hint: gettext('What is selected, or the whole track; drums stay. 12 is an octave, below zero goes down.'),
  down: gettext('An octave down'),
  up: gettext('An octave up'),
  go: gettext('Transpose'),
  leave: gettext('Leave it'),
}

const MOST = 48

export function askTranspose(transpose: (semitones: number) => void): void {
  const field = make('input', { class: 'input', type: 'number', id: 'transpose-by', min: String(-MOST), max: String(MOST), step: '1', value: '0', 'aria-describedby': 'transpose-hint' })
  const octave = (label: string, by: number) => {
    const button = make('button', { type: 'button', class: 'button' }, label)
    button.addEventListener('click', () => {
      field.value = String(Math.max(-MOST, Math.min(MOST, (Number(field.value) || 0) + by)))
    })
    return button
  }
  const form = make(
    'form',
    { class: 'form', method: 'dialog' },
    make('div', { class: 'field' }, make('label', { class: 'label', for: 'transpose-by' }, words.by), field, make('p', { class: 'hint', id: 'transpose-hint' }, words.hint)),
    make('div', { class: 'button-row' }, octave(words.down, -12), octave(words.up, 12)),
    make('div', { class: 'button-row' }, make('button', { class: 'button button-primary' }, words.go), make('button', { type: 'button', class: 'button button-quiet', 'data-dismiss': true }, words.leave)),
  )
  const dialog = make('dialog', { class: 'dialog', 'aria-labelledby': 'transpose-title' }, make('h2', { id: 'transpose-title' }, words.title), form)
  const place = make('div', {}, dialog)
  document.body.append(place)
  bindDialogs(place)
  form.addEventListener('submit', () => {
    const by = Math.round(Number(field.value))
    if (by) transpose(Math.max(-MOST, Math.min(MOST, by)))
  })
  dialog.addEventListener('close', () => place.remove())
  dialog.showModal()
  field.select()
}
