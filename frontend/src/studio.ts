import { openStudio } from './studioPage.ts'

const studio = openStudio()

// "Make some music" elsewhere leads here; it sounds at once where the browser counts that press, else at the next one.
const address = new URL(location.href)
if (address.searchParams.has('go')) {
  address.searchParams.delete('go')
  history.replaceState(null, '', address)
  void studio.generate()
}
