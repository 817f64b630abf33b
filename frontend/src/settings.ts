/** Settings: an API token, made and shown once. */
import { ApiError, createToken } from './api.ts'
import { find } from './dom.ts'
import { whileBusy } from './form.ts'
import { toast } from './toast.ts'
import { gettext } from './words.ts'

const words = {
  making: gettext('Making it'),
  copied: gettext('The token is copied.'),
  notCopied: gettext('It could not be copied. Select it and copy it by hand.'),
  failed: gettext('The token could not be made. Try again.'),
}

const button = find<HTMLButtonElement>('#token-new')
const text = find('#token-text')

button.addEventListener('click', () => {
  void whileBusy(button, words.making, async () => {
    try {
      const { token } = await createToken()
      text.textContent = token
      find('#token').hidden = false
    } catch (error) {
      toast(error instanceof ApiError ? error.message : words.failed)
    }
  })
})

find('#token-copy').addEventListener('click', () => {
  navigator.clipboard.writeText(text.textContent ?? '').then(
    () => toast(words.copied),
    () => toast(words.notCopied),
  )
})
