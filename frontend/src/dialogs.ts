import { find, findAll, isTyping } from './dom.ts'

/** Dialogs close by their cross and by a press beside them (and by Escape, which browsers do). */
export function bindDialogs(root: ParentNode = document): void {
  for (const dialog of findAll<HTMLDialogElement>('dialog', root)) {
    dialog.addEventListener('click', (e) => {
      if ((e.target as Element).closest('[data-dismiss]') || isBeside(dialog, e)) dialog.close()
    })
  }
}

/** The question mark shows the keys of the page. */
export function bindKeysDialog(): void {
  document.addEventListener('keydown', (e) => {
    if (e.key !== '?' || isTyping(e)) return
    e.preventDefault()
    find<HTMLDialogElement>('#keys-dialog').showModal()
  })
}

function isBeside(dialog: HTMLDialogElement, e: MouseEvent): boolean {
  // A key that presses a button makes a click at 0, 0.
  if (e.target !== dialog || e.detail === 0) return false
  const { left, right, top, bottom } = dialog.getBoundingClientRect()
  return e.clientX < left || e.clientX > right || e.clientY < top || e.clientY > bottom
}
