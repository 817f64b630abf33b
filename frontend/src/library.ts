/** My pieces: rename, keep, delete with undo, put back, bring a file. */
import { ApiError, changePiece, deletePiece, keepPiece, restorePiece } from './api.ts'
import { find, findAll } from './dom.ts'
import { bindPreviews } from './preview.ts'
import { rename } from './rename.ts'
import { toast } from './toast.ts'
import { Upload } from './upload.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  deleted: (title: string) => interpolate(gettext('%s is deleted.'), [title]),
  undo: gettext('Undo'),
  failed: gettext('That did not work. Nothing was changed.'),
  kept: (title: string) => interpolate(gettext('%s is kept.'), [title]),
}

const page = find('#library')
let stopPreviews = bindPreviews(page)
new Upload(page, () => void refresh())

page.addEventListener('click', (e) => {
  const button = (e.target as Element).closest<HTMLButtonElement>('.row button')
  const row = button?.closest<HTMLElement>('.row')
  if (!button || !row) return
  if ('rename' in button.dataset) renameRow(row)
  else if ('keep' in button.dataset) void attempt(() => keepRow(row))
  else if ('delete' in button.dataset) void attempt(() => deleteRow(row))
  else if ('restore' in button.dataset) void attempt(() => restoreRow(row))
})

const codeOf = (row: HTMLElement) => row.dataset.piece ?? ''
const titleOf = (row: HTMLElement) => row.dataset.title ?? ''

function renameRow(row: HTMLElement): void {
  rename(find('.card-title', row), titleOf(row), async (title) => {
    const piece = await changePiece(codeOf(row), { title })
    row.dataset.title = piece.title
    return piece.title
  })
}

async function keepRow(row: HTMLElement): Promise<void> {
  const { title } = await keepPiece(codeOf(row))
  await refresh()
  toast(words.kept(title))
}

async function deleteRow(row: HTMLElement): Promise<void> {
  const code = codeOf(row)
  await deletePiece(code)
  await refresh()
  offerUndo(code, titleOf(row))
}

function offerUndo(code: string, title: string): void {
  toast(words.deleted(title), {
    label: words.undo,
    run: () =>
      void attempt(async () => {
        await restorePiece(code)
        await refresh()
        show(code)
      }),
  })
}

async function restoreRow(row: HTMLElement): Promise<void> {
  await restorePiece(codeOf(row))
  await refresh()
  show(codeOf(row))
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    toast(error instanceof ApiError ? error.message : words.failed)
  }
}

/**
 * The lists as the server writes them now, in the place of those shown: one template draws a row, not two.
 * Where the site does not answer, those shown stay: what was done before is done all the same.
 */
async function refresh(): Promise<void> {
  const response = await fetch(location.pathname, { headers: { Accept: 'text/html' } }).catch(() => undefined)
  if (!response?.ok) return
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html')
  const wasOpen = find<HTMLDetailsElement>('#deleted-section').open
  stopPreviews()
  // A stranger who brings a file is a guest from then on, and is told so.
  for (const id of ['guest-line', 'kept-section', 'drafts-section', 'library-empty', 'deleted-section']) {
    find(`#${id}`).replaceWith(find(`#${id}`, fresh))
  }
  find<HTMLDetailsElement>('#deleted-section').open = wasOpen
  stopPreviews = bindPreviews(page)
}

/** Goes to a piece that has just come, and lights it up for a moment. */
function show(code: string): void {
  const row = findAll('.row').find((candidate) => candidate.id === `piece-${code}`)
  row?.classList.add('is-new')
  row?.scrollIntoView({ block: 'center' })
  row?.querySelector<HTMLElement>('.card-title a')?.focus({ preventScroll: true })
}

// Where a piece was kept or deleted on another page, this one shows it, or offers to take it back.
const [, what, which] = /^#(piece|deleted)-(.+)$/.exec(location.hash) ?? []
if (which && what === 'piece') show(which)
const gone = which && what === 'deleted' && findAll('#deleted .row').find((row) => row.dataset.piece === which)
if (gone) offerUndo(which, titleOf(gone))
