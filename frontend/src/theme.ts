/** Desk, score paper, or as the system wishes. The server writes the choice on <html> before anything is painted. */
export type Theme = 'dark' | 'light' | 'auto'

const YEAR = 365 * 24 * 3600

export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme
  document.cookie = themeCookie(theme, location.protocol === 'https:')
}

/** The cookie that keeps a choice; "as the system" is kept by having none. */
export function themeCookie(theme: Theme, secure: boolean): string {
  const age = theme === 'auto' ? 0 : YEAR
  return `theme=${theme}; path=/; max-age=${age}; samesite=lax${secure ? '; secure' : ''}`
}

export function chosenTheme(): Theme {
  const theme = document.documentElement.dataset.theme
  return theme === 'dark' || theme === 'light' ? theme : 'auto'
}

/** What is seen now. */
export function shownTheme(): 'dark' | 'light' {
  const theme = chosenTheme()
  if (theme !== 'auto') return theme
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark'
}
