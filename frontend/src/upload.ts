/** A file brought by button or by drag and drop: progress while it travels, then what became of it. */
import { ApiError, importRecipe, type Uploaded, uploadFile } from './api.ts'
import { find, make } from './dom.ts'
import { gettext, interpolate, number } from './words.ts'

const words = {
  sending: (name: string) => interpolate(gettext('Sending %s'), [name]),
  reading: (name: string) => interpolate(gettext('Reading %s'), [name]),
  progress: gettext('Sent so far'),
  loaded: (title: string) => interpolate(gettext('%s is in My pieces, private.'), [title]),
  unchanged: gettext('Nothing was changed on the way in.'),
  changed: gettext('What was changed on the way in:'),
  open: gettext('Open it'),
  accompany: gettext('Accompany it'),
  refused: (name: string) => interpolate(gettext('%s was not taken.'), [name]),
  nothingLost: gettext('Choose another file, or mend this one.'),
  noRecipe: gettext('It is not a recipe: a recipe is the file that a piece’s page gives under Download.'),
  failed: gettext('Something went wrong on this page.'),
  tooLarge: (megabytes: string, limit: string) => interpolate(gettext('It has %s MB, and %s MB is the most.'), [megabytes, limit]),
}

const MEGABYTE = 1024 * 1024

export class Upload {
  private busy = false
  private readonly input: HTMLInputElement
  private readonly result: HTMLElement
  private readonly mostBytes: number
  /** Address of the page where a band plays along, when one is installed. */
  private readonly accompany: string | undefined

  constructor(
    private readonly page: HTMLElement,
    private readonly onLoaded: (uploaded: Uploaded) => void,
  ) {
    this.input = find<HTMLInputElement>('#upload-file', page)
    this.result = find('#upload-result', page)
    const { maxBytes, accompany } = find('#upload-form', page).dataset
    this.mostBytes = Number(maxBytes)
    this.accompany = accompany
    this.input.addEventListener('change', () => {
      const [file] = this.input.files ?? []
      // The same file may be chosen again after it was mended.
      if (file) void this.send(file).finally(() => (this.input.value = ''))
    })
    this.listenToDrops()
  }

  private async send(file: File): Promise<void> {
    if (this.busy) return
    // Named before it travels: who waits for 40 MB to be refused has waited for nothing.
    const most = this.mostBytes
    if (most && file.size > most) {
      return this.showRefusal(file, words.tooLarge(number(file.size / MEGABYTE, { minimumFractionDigits: 1, maximumFractionDigits: 1 }), number(most / MEGABYTE, { maximumFractionDigits: 0 })))
    }
    this.busy = true
    const [line, meter] = this.showProgress(file)
    try {
      if (/\.json$/i.test(file.name)) return await this.follow(file)
      const uploaded = await uploadFile(file, (share) => {
        meter.value = share
        if (share === 1) line.textContent = words.reading(file.name)
      })
      this.showLoaded(uploaded)
      this.onLoaded(uploaded)
    } catch (error) {
      this.showRefusal(file, error instanceof ApiError ? (error.fields.file?.join(' ') ?? [error.message, ...Object.values(error.fields).flat()].join(' ')) : words.failed)
    } finally {
      this.busy = false
    }
  }

  /** A recipe is followed in the studio, where its notes arrive. */
  private async follow(file: File): Promise<void> {
    let recipe: unknown
    try {
      recipe = JSON.parse(await file.text())
    } catch {
      throw new ApiError(0, 'unreadable', words.noRecipe)
    }
    const job = await importRecipe(recipe)
    location.assign(`/studio/?job=${job.code}`)
  }

  private showProgress(file: File): [HTMLElement, HTMLProgressElement] {
    const line = make('p', { class: 'notice-title' }, words.sending(file.name))
    const meter = make('progress', { class: 'meter', max: '1', value: '0', 'aria-label': words.progress })
    this.result.replaceChildren(make('div', { class: 'notice' }, make('div', { class: 'section' }, line, meter)))
    return [line, meter]
  }

  private showLoaded({ piece, changes }: Uploaded): void {
    const said = changes.length
      ? [make('p', {}, words.changed), make('ul', {}, ...changes.map((change) => make('li', {}, change)))]
      : [make('p', {}, words.unchanged)]
    this.result.replaceChildren(
      make(
        'div',
        { class: 'notice notice-good' },
        make('div', {}, make('p', { class: 'notice-title' }, words.loaded(piece.title)), ...said),
        make(
          'div',
          { class: 'button-row' },
          this.accompany ? make('a', { class: 'button', href: `${this.accompany}?${new URLSearchParams({ piece: piece.code })}` }, words.accompany) : null,
          make('a', { class: 'button', href: piece.url }, words.open),
        ),
      ),
    )
  }

  private showRefusal(file: File, why: string): void {
    this.result.replaceChildren(
      make(
        'div',
        { class: 'notice notice-bad' },
        make('div', {}, make('p', { class: 'notice-title' }, words.refused(file.name)), make('p', {}, why), make('p', {}, words.nothingLost)),
      ),
    )
  }

  private listenToDrops(): void {
    const holdsFile = (e: DragEvent) => e.dataTransfer?.types.includes('Files') ?? false
    const show = (dropping: boolean) => this.page.classList.toggle('is-dropping', dropping)
    document.addEventListener('dragover', (e) => {
      if (!holdsFile(e)) return
      e.preventDefault()
      show(true)
    })
    document.addEventListener('dragleave', (e) => e.relatedTarget === null && show(false))
    document.addEventListener('drop', (e) => {
      if (!holdsFile(e)) return
      e.preventDefault()
      show(false)
      const [file] = e.dataTransfer?.files ?? []
      if (file) void this.send(file)
    })
  }
}
