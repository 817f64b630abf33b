/** What happens to a member's pieces while a page of theirs is open. */

export interface Notice {
  kind: string
  /** Code of the piece that it is about. */
  piece: string | null
  unread: number
}

type Hear = (notice: Notice) => void

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000

const listeners = new Set<Hear>()
let isOpen = false

/** Calls `hear` for each notification from now on. One socket serves the page. */
export function listenForNotices(hear: Hear): void {
  listeners.add(hear)
  if (isOpen || document.documentElement.dataset.member !== 'yes') return
  isOpen = true
  connect(FIRST_WAIT_MS)
}

function connect(wait: number): void {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const socket = new WebSocket(`${scheme}://${location.host}/ws/notices/`)
  let next = Math.min(2 * wait, LONGEST_WAIT_MS)
  socket.addEventListener('open', () => (next = FIRST_WAIT_MS))
  socket.addEventListener('message', (e) => {
    const notice = JSON.parse(String(e.data)) as Notice
    for (const hear of listeners) hear(notice)
  })
  // Many pages that lost the same server do not all come back in the same moment.
  socket.addEventListener('close', () => setTimeout(() => connect(next), wait * (0.5 + Math.random())))
}
