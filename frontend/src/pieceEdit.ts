/** The button "Edit" on one's own piece. Editing itself is fetched when it is pressed. */
import { editNotes } from './api.ts'
import { find } from './dom.ts'
import type { PlayerElement } from './playerElement.ts'
import type { Score } from './score.ts'

/** In the address while notes are edited, so that a reload comes back to them. */
const EDITING = 'edit'

export function bindEditing(element: PlayerElement, code: string, etag: string, mayInfill: boolean): void {
  const button = document.querySelector<HTMLButtonElement>('#edit')
  if (!button) return
  button.disabled = false
  let version = etag
  const address = (editing: boolean) => {
    const url = new URL(location.href)
    if (editing) url.searchParams.set(EDITING, '')
    else url.searchParams.delete(EDITING)
    history.replaceState(null, '', url.href.replace(`${EDITING}=`, EDITING))
  }
  const save = async (score: Score) => {
    version = await editNotes(code, score, version)
    await showFigures()
    return version
  }
  const open = async () => {
    button.hidden = true
    address(true)
    await element.edit({
      code,
      etag: version,
      save,
      mayInfill,
      onDone: () => {
        address(false)
        button.hidden = false
        button.focus()
      },
    })
  }
  button.addEventListener('click', () => void open())
  if (new URLSearchParams(location.search).has(EDITING)) void open()
}

/** What the page says of the notes, as the server writes it now. */
async function showFigures(): Promise<void> {
  const response = await fetch(location.pathname, { headers: { Accept: 'text/html' } }).catch(() => null)
  if (!response?.ok) return
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html')
  for (const id of ['#written-by']) {
    const [now, then] = [document.querySelector(id), fresh.querySelector(id)]
    if (now && then) now.replaceWith(then)
  }
  const line = '.piece-head .card-line'
  if (fresh.querySelector(line)) find(line).replaceWith(find(line, fresh))
}
