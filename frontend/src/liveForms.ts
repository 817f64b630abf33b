/**
 * Forms that the server answers with a page, sent without leaving the page: the parts that changed are taken from the
 * answer and put in the place of ours. `data-live` names them by their ids. Without this script they are plain forms.
 */
import { csrfToken, errorFrom } from './api.ts'
import { clearErrors, showErrors } from './form.ts'
import { toast } from './toast.ts'
import { gettext } from './words.ts'

const words = { unreachable: gettext('The site cannot be reached. What you typed is still here; try again.') }

/** sent: by a form of this page, and not because somebody else changed something. */
type Swapped = (ids: readonly string[], sent: boolean) => void

export function bindLiveForms(onSwap: Swapped): void {
  const onSubmit = (e: SubmitEvent): void => {
    const form = e.target as HTMLFormElement
    if (form.dataset.live === undefined) return
    e.preventDefault()
    if (form.getAttribute('aria-busy') !== 'true') void send(form, e.submitter, onSwap)
  }
  // Before the page's own listener, which takes every form for one that leaves the page and marks it as busy.
  document.addEventListener('submit', onSubmit, { capture: true })
}

async function send(form: HTMLFormElement, pressed: HTMLElement | null, onSwap: Swapped): Promise<void> {
  form.setAttribute('aria-busy', 'true')
  clearErrors(form)
  const button = pressed instanceof HTMLButtonElement ? pressed : null
  const body = new FormData(form)
  if (button?.name) body.append(button.name, button.value)
  body.set('next', location.pathname + location.search)
  try {
    const address = button?.hasAttribute('formaction') ? button.formAction : form.action
    const headers = { 'X-Requested-With': 'fetch', 'X-CSRFToken': csrfToken() }
    const answer = await fetch(address, { method: 'POST', body, headers, credentials: 'same-origin' })
    const text = await answer.text()
    if (answer.ok) swap(text, idsOf(form), onSwap, true)
    else refused(form, errorFrom(answer.status, parsed(text), (name) => answer.headers.get(name)))
  } catch {
    toast(words.unreachable)
  } finally {
    form.removeAttribute('aria-busy')
  }
}

/** Fetches this page again and renews these parts of it: somebody else changed them. */
export async function renew(ids: readonly string[], onSwap: Swapped): Promise<void> {
  try {
    const answer = await fetch(location.pathname + location.search, { credentials: 'same-origin' })
    if (answer.ok) swap(await answer.text(), ids, onSwap, false)
  } catch {
    // The next ring, or the next look at the page, brings it.
  }
}

const idsOf = (form: HTMLFormElement) => (form.dataset.live ?? '').split(' ').filter(Boolean)

function refused(form: HTMLFormElement, error: ReturnType<typeof errorFrom>): void {
  // A form of one button in a menu has no room for a sentence.
  if (form.querySelector('.field')) showErrors(form, error)
  else toast(error.message)
}

function swap(page: string, ids: readonly string[], onSwap: Swapped, sent: boolean): void {
  const fresh = new DOMParser().parseFromString(page, 'text/html')
  const focused = document.activeElement
  for (const id of ids) {
    const before = document.getElementById(id)
    const after = fresh.getElementById(id)
    if (!before || !after) continue
    keepTyped(before, after)
    const held = before.contains(focused) ? placeOf(before, focused) : null
    before.replaceWith(document.adoptNode(after))
    if (held) focusAgain(after, held)
  }
  onSwap(ids, sent)
}

/** What somebody was typing in a part that is renewed under their hands stays, unless it was just sent. */
function keepTyped(before: Element, after: Element): void {
  for (const field of before.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>('textarea[id], input[type=text][id]')) {
    const form = field.closest('form')
    const twin = after.querySelector<HTMLTextAreaElement | HTMLInputElement>(`#${CSS.escape(field.id)}`)
    if (twin && form?.getAttribute('aria-busy') !== 'true') twin.value = field.value
  }
}

/** Which of the part's buttons and fields had the focus, as a number. */
function placeOf(part: Element, element: Element | null): number {
  return [...part.querySelectorAll('a, button, input, textarea, summary')].indexOf(element as Element)
}

function focusAgain(part: Element, place: number): void {
  const all = [...part.querySelectorAll<HTMLElement>('a, button, input, textarea, summary')]
  ;(all[place] ?? all[0])?.focus({ preventScroll: true })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
