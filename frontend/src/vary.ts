/** "Vary" on a piece's page: another piece like it, or the same one denser, higher or more syncopated, as a draft. */
import { ApiError, createJob, getJob, getPiece, type Job, sentenceOf } from './api.ts'
import { find, findAll } from './dom.ts'
import { isOver } from './jobSocket.ts'
import { queueLine } from './studioWords.ts'
import { onceReached } from './waits.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  share: (amount: number) => interpolate(gettext('%s %%'), [Math.round(amount * 100)]),
  made: gettext('Being varied'),
  failed: gettext('That did not work. The piece is as it was; try again in a moment.'),
}

/** How often the answer is asked for, ms; a variation takes some tenths of a second. */
const ASK = 150

export function bindVary(code: string): void {
  const root = document.querySelector<HTMLElement>('#vary')
  if (!root) return // its author keeps all rights, or the network is not installed
  const amount = find<HTMLInputElement>('#vary-amount', root)
  const line = find('#vary-line', root)
  const showShare = () => {
    const share = words.share(amount.valueAsNumber)
    find('#vary-share', root).textContent = share
    amount.setAttribute('aria-valuetext', share)
  }
  amount.addEventListener('input', showShare)
  showShare()
  let busy = false
  for (const button of findAll<HTMLButtonElement>('[data-vary]', root)) button.addEventListener('click', () => void vary(button))

  async function vary(button: HTMLButtonElement): Promise<void> {
    if (busy) return
    busy = true
    button.setAttribute('aria-busy', 'true')
    line.textContent = words.made
    try {
      const job = await ended(await createJob({ model: 'vae', piece: code, ...asked(button.dataset.vary ?? '', amount.valueAsNumber) }), (sentence) => (line.textContent = sentence))
      if (!job.piece) throw new ApiError(0, 'failed', job.error?.message ?? words.failed)
      const { piece } = job
      location.assign((await onceReached(() => getPiece(piece))).url)
    } catch (error) {
      line.textContent = sentenceOf(error, words.failed)
      busy = false
      button.removeAttribute('aria-busy')
    }
  }
}

/** An attribute alone moves the piece along it; no attribute moves it anywhere, as far as is wanted. */
export const asked = (attribute: string, amount: number) => (attribute ? { amount: 0, attributes: { [attribute]: 1 } } : { amount, attributes: {} })

async function ended(job: Job, say: (sentence: string) => void): Promise<Job> {
  let now = job
  while (!isOver(now)) {
    if (now.status === 'queued' && now.position > 1) say(queueLine(now.position, now.wait_seconds))
    else say(words.made)
    await new Promise((resolve) => setTimeout(resolve, ASK))
    now = await onceReached(() => getJob(job.code))
  }
  return now
}
