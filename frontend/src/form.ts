/** Forms that are sent by script: errors beside their field, a button that says what is going on. */
import { ApiError } from './api.ts'
import { icon, make } from './dom.ts'
import { gettext } from './words.ts'

const words = { failed: gettext('Something went wrong on this page. Nothing was lost; try again.') }

/** Shows what was wrong, each sentence beside its field, the rest at the top, and goes to the first. */
export function showErrors(form: HTMLFormElement, error: unknown): void {
  clearErrors(form)
  const { fields, rest } = sortErrors(error, (name) => form.elements.namedItem(name) instanceof HTMLElement)
  for (const [name, said] of Object.entries(fields)) {
    const input = form.elements.namedItem(name) as HTMLElement
    const note = errorNote(said.join(' '))
    note.id = `${form.id || 'form'}-${name}-error`
    input.setAttribute('aria-invalid', 'true')
    input.setAttribute('aria-describedby', `${input.getAttribute('aria-describedby') ?? ''} ${note.id}`.trim())
    input.closest('.field')?.append(note)
  }
  if (rest.length) {
    const note = errorNote(rest.join(' '))
    note.tabIndex = -1
    form.prepend(note)
  }
  form.querySelector<HTMLElement>('[aria-invalid="true"], .error')?.focus()
}

export function clearErrors(form: HTMLFormElement): void {
  for (const note of form.querySelectorAll('.error')) {
    for (const input of form.querySelectorAll(`[aria-describedby~="${note.id}"]`)) {
      const others = input.getAttribute('aria-describedby')!.split(' ').filter((id) => id !== note.id)
      if (others.length) input.setAttribute('aria-describedby', others.join(' '))
      else input.removeAttribute('aria-describedby')
    }
    note.remove()
  }
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid')
}

/** Sentences for fields that the form has, and those that have no field to stand beside. */
export function sortErrors(
  error: unknown,
  has: (name: string) => boolean,
): { fields: Record<string, readonly string[]>; rest: string[] } {
  if (!(error instanceof ApiError)) return { fields: {}, rest: [words.failed] }
  const all = Object.entries(error.fields).filter(([, said]) => said.length)
  const fields = Object.fromEntries(all.filter(([name]) => has(name)))
  const rest = all.filter(([name]) => !has(name)).flatMap(([, said]) => said)
  // The general sentence only repeats what the fields say better.
  if (!all.length && error.message) rest.push(error.message)
  return { fields, rest }
}

export function errorNote(text: string): HTMLElement {
  return make('p', { class: 'error', role: 'alert' }, icon('circle-alert'), make('span', {}, text))
}

/** Runs `work` while the button cannot be pressed again and says `doing`. */
export async function whileBusy(button: HTMLButtonElement, doing: string, work: () => Promise<void>): Promise<void> {
  if (button.getAttribute('aria-busy') === 'true') return
  const before = [...button.childNodes]
  button.setAttribute('aria-busy', 'true')
  button.replaceChildren(doing)
  try {
    await work()
  } finally {
    button.removeAttribute('aria-busy')
    button.replaceChildren(...before)
  }
}
