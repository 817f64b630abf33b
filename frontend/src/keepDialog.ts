/** "Keep": a title for who has an account; a name and a password more for who has none yet. */
import { keepPiece, postForm } from './api.ts'
import { find } from './dom.ts'
import { showErrors, whileBusy } from './form.ts'
import { gettext } from './words.ts'

const words = { keeping: gettext('Keeping it') }

export interface Keepable {
  code: string
  title: string
}

export class KeepDialog {
  private readonly dialog: HTMLDialogElement
  private readonly form: HTMLFormElement
  private piece: Keepable | null = null
  /** Signed up, but not yet kept: the next try must not sign up again. */
  private isMember: boolean

  constructor(root: ParentNode) {
    this.dialog = find('#keep-dialog', root)
    this.form = find('#keep-form', this.dialog)
    this.isMember = this.form.dataset.member === 'yes'
    this.form.addEventListener('submit', (e) => {
      e.preventDefault()
      void whileBusy(find<HTMLButtonElement>('button:not([type])', this.form), words.keeping, () => this.send())
    })
  }

  open(piece: Keepable): void {
    this.piece = piece
    const title = this.field('title')
    title.value = piece.title
    const login = this.dialog.querySelector<HTMLAnchorElement>('#keep-login')
    if (login) login.search = new URLSearchParams({ next: location.pathname + location.search }).toString()
    this.dialog.showModal()
    title.select()
  }

  private field(name: string): HTMLInputElement {
    return this.form.elements.namedItem(name) as HTMLInputElement
  }

  private async send(): Promise<void> {
    if (!this.piece) return
    try {
      if (!this.isMember) {
        await postForm(this.form.dataset.signup!, { username: this.field('username').value, password1: this.field('password1').value })
        this.isMember = true
      }
      await keepPiece(this.piece.code, this.field('title').value)
    } catch (error) {
      showErrors(this.form, error)
      return
    }
    location.assign(`${this.form.dataset.library}#piece-${this.piece.code}`)
  }
}
