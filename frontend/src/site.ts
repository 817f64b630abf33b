/** What every page has: theme switch, menus, passwords that can be looked at, messages that can be closed. */
import { findAll } from './dom.ts'
import { listenForNotices } from './notices.ts'
import { chooseTheme, chosenTheme, shownTheme, type Theme } from './theme.ts'
import { gettext, interpolate } from './words.ts'

const words = { happened: (n: number) => interpolate(gettext('What happened, %s new'), [n]), light: gettext('Use the light theme'), dark: gettext('Use the dark theme'), show: gettext('Show the password'), hide: gettext('Hide the password') }

// The theme works by script only, so that is when it is offered.
const themeSwitches = findAll<HTMLButtonElement>('.theme-switch')
const themeRadios = findAll<HTMLInputElement>('.theme-choice input')

function showTheme(): void {
  for (const button of themeSwitches) button.setAttribute('aria-label', shownTheme() === 'dark' ? words.light : words.dark)
  for (const radio of themeRadios) radio.checked = radio.value === chosenTheme()
}

function useTheme(theme: Theme): void {
  chooseTheme(theme)
  showTheme()
}

for (const choice of findAll('.theme-choice')) choice.removeAttribute('data-waiting')
for (const button of themeSwitches) button.addEventListener('click', () => useTheme(shownTheme() === 'dark' ? 'light' : 'dark'))
for (const radio of themeRadios) radio.addEventListener('change', () => useTheme(radio.value as Theme))
matchMedia('(prefers-color-scheme: light)').addEventListener('change', showTheme)
showTheme()

// Delegated, because pages add menus and rows of their own.
document.addEventListener('click', (e) => {
  const target = e.target as Element
  const inside = target.closest('.menu')
  for (const menu of findAll<HTMLDetailsElement>('.menu[open]')) {
    if (menu !== inside || target.closest('.menu-list a, .menu-list button')) menu.open = false
  }
  const eye = target.closest<HTMLButtonElement>('.password .icon-button')
  if (eye) showPassword(eye)
  target.closest('[data-close]')?.closest('.notice')?.remove()
})

document.addEventListener('keydown', (e) => {
  if (e.key !== 'Escape') return
  const menu = (e.target as Element).closest<HTMLDetailsElement>('.menu[open]')
  if (!menu) return
  menu.open = false
  menu.querySelector('summary')?.focus()
})

function showPassword(eye: HTMLButtonElement): void {
  const input = eye.parentElement?.querySelector('input')
  if (!input) return
  const shown = input.type === 'password'
  input.type = shown ? 'text' : 'password'
  eye.setAttribute('aria-label', shown ? words.hide : words.show)
  eye.setAttribute('aria-pressed', String(shown))
}

// A form that goes to another page is sent once, however often its button is pressed.
document.addEventListener('submit', (e) => {
  const form = e.target as HTMLFormElement
  if (e.defaultPrevented || form.method !== 'post') return
  if (form.ariaBusy === 'true') e.preventDefault()
  form.ariaBusy = 'true'
})
window.addEventListener('pageshow', () => {
  for (const form of document.forms) form.ariaBusy = null
})

listenForNotices(({ unread }) => {
  const bell = document.getElementById('bell')
  const count = bell?.querySelector<HTMLElement>('.bell-count')
  if (!bell || !count) return
  count.textContent = String(unread)
  count.hidden = unread === 0
  bell.setAttribute('aria-label', words.happened(unread))
})
