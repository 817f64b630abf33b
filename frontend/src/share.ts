/** Links and code to take along: copied by a button, and the code made to one's wishes. */
import { find } from './dom.ts'
import { toast } from './toast.ts'
import { gettext } from './words.ts'

const words = {
  link: gettext('The link is copied.'),
  code: gettext('The code is copied.'),
  failed: gettext('The browser did not let it be copied. Select it and copy it by hand.'),
}

/** Pixels of each size, as gallery/embed.py has them. */
const SIZES: Record<string, readonly [width: number, height: number]> = { mini: [300, 60], small: [400, 120], full: [720, 420] }

export interface Wishes {
  readonly size: string
  readonly theme: string
  readonly bar: number
  readonly loop: boolean
}

/** The code with other wishes in it; all else of it stays as the site wrote it. */
export function embedCode(code: string, { size, theme, bar, loop }: Wishes): string {
  const query = new URLSearchParams({
    ...(size === 'small' ? {} : { size }),
    ...(theme === 'auto' ? {} : { theme }),
    ...(bar > 1 ? { bar: String(bar) } : {}),
    ...(loop ? { loop: '1' } : {}),
  }).toString()
  const [width, height] = SIZES[size] ?? SIZES.small!
  return code
    .replace(/src="([^"?]*)[^"]*"/, (_, address: string) => `src="${address}${query ? `?${query.replaceAll('&', '&amp;')}` : ''}"`)
    .replace(/width="\d+"/, `width="${width}"`)
    .replace(/height="\d+"/, `height="${height}"`)
}

export function bindShare(): void {
  const link = document.querySelector<HTMLButtonElement>('#copy-link')
  if (!link) return // a private piece is not shared
  link.hidden = false
  link.addEventListener('click', () => void copy(link.dataset.address ?? '', words.link))
  const area = find<HTMLTextAreaElement>('#embed-code')
  const button = find<HTMLButtonElement>('#copy-embed')
  const choices = find('#embed-choices')
  button.hidden = choices.hidden = false
  button.addEventListener('click', () => void copy(area.value, words.code))
  choices.addEventListener('input', () => {
    area.value = embedCode(area.value, {
      size: find<HTMLSelectElement>('#embed-size').value,
      theme: find<HTMLSelectElement>('#embed-theme').value,
      bar: Number(find<HTMLInputElement>('#embed-bar').value) || 1,
      loop: find<HTMLInputElement>('#embed-loop').checked,
    })
  })
  area.addEventListener('focus', () => area.select())
}

async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast(done)
  } catch {
    toast(words.failed)
  }
}
