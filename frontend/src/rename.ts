/** A title that is changed where it stands. */
import { ApiError } from './api.ts'
import { make } from './dom.ts'
import { errorNote } from './form.ts'
import { gettext } from './words.ts'

const words = { title: gettext('Title'), save: gettext('Save'), leave: gettext('Leave it'), failed: gettext('The title could not be changed.') }

const LONGEST = 120

/** Puts a field in the heading's place until it is saved or left; `save` says the title that was stored. */
export function rename(heading: HTMLElement, title: string, save: (title: string) => Promise<string>): void {
  if (heading.hidden) return
  const before = document.activeElement
  const input = make('input', { class: 'input', type: 'text', 'aria-label': words.title, maxlength: String(LONGEST), value: title })
  const form = make(
    'form',
    { class: 'rename-form' },
    input,
    make('button', { class: 'button button-primary' }, words.save),
    make('button', { type: 'button', class: 'button button-quiet' }, words.leave),
  )
  const leave = () => {
    form.remove()
    heading.hidden = false
    if (before instanceof HTMLElement) before.focus()
  }
  form.addEventListener('submit', (e) => {
    e.preventDefault()
    void store()
  })
  form.querySelector('[type=button]')!.addEventListener('click', leave)
  form.addEventListener('keydown', (e) => e.key === 'Escape' && leave())
  heading.hidden = true
  heading.after(form)
  input.select()
  input.focus()

  async function store(): Promise<void> {
    form.querySelector('.error')?.remove()
    try {
      const stored = await save(input.value.trim())
      ;(heading.querySelector('a') ?? heading).textContent = stored
      leave()
    } catch (error) {
      const said = error instanceof ApiError ? (error.fields.title?.join(' ') ?? error.message) : words.failed
      form.append(errorNote(said))
      input.focus()
    }
  }
}
