/** A piece inside a page of another site: a button or the page around it plays it. */
import { find, pageData } from './dom.ts'
import { Remote } from './embed/Remote.ts'
import { countPlay } from './listening.ts'
import { Player } from './Player.ts'
import { barsBetween, scoreFromJson, type ScoreJson } from './score.ts'
import { Synth } from './synth.ts'
import { clockText } from './tempo.ts'
import { gettext, interpolate } from './words.ts'

const words = {
  play: (title: string) => interpolate(gettext('Play %s'), [title]),
  pause: (title: string) => interpolate(gettext('Pause %s'), [title]),
  time: (elapsed: string, duration: string) => `${elapsed} / ${duration}`,
}

const place = find('#embed')
const title = place.dataset.title ?? ''
const given = pageData<{ score: ScoreJson; bar: number; loop: boolean }>()
const score = scoreFromJson(given.score)
const player = await makePlayer()
for (const bar of barsBetween(score.metres, 0, score.length)) if (bar.number === given.bar && bar.start > 0) player.seek(bar.start)
if (given.loop) player.setLoopOn(true)
const button = document.querySelector<HTMLButtonElement>('#embed-play')
const time = find('#embed-time')
const playhead = document.querySelector<HTMLElement>('#embed-playhead')
const seek = document.querySelector<HTMLInputElement>('#embed-seek')

countPlay(player, place.dataset.piece ?? '')
player.addEventListener('state', showState)
player.addEventListener('position', showPosition)
player.addEventListener('trouble', () => (find('#embed-trouble').textContent = player.trouble ?? ''))
button?.addEventListener('click', () => void player.toggle())
seek?.addEventListener('input', () => player.seek((Number(seek.value) / 1000) * player.length))
if (button) button.disabled = false
showState()
showPosition()
// By itself, in a window of its own, it has nobody to talk to.
if (window.parent !== window) new Remote(player, window.parent).ready()

/** The full size brings roll and transport, which the smaller ones need not load. */
async function makePlayer(): Promise<Player> {
  if (place.dataset.size !== 'full') {
    const plain = new Player(Synth.shared(), { title })
    plain.load(score)
    return plain
  }
  await import('./playerElement.ts')
  const element = find<HTMLElementTagNameMap['ostinato-player']>('#player')
  element.load(score)
  return element.player
}

function showState(): void {
  const plays = player.state === 'playing' || player.state === 'waiting'
  button?.classList.toggle('is-playing', plays)
  button?.setAttribute('aria-label', (plays ? words.pause : words.play)(title))
}

function showPosition(): void {
  const share = player.position / Math.max(1, player.length)
  const text = words.time(clockText(player.elapsed), clockText(player.duration))
  if (time.textContent !== text) time.textContent = text
  if (playhead) playhead.style.transform = `translateX(${share * (playhead.parentElement?.clientWidth ?? 0)}px)`
  if (seek) {
    seek.value = String(Math.round(share * 1000))
    seek.setAttribute('aria-valuetext', text)
  }
}
