/** Puts the fonts and the icons that the pages use beside Vite's build, so that everything comes from our own address. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const build = here('../../static/build')
const modules = here('../node_modules')

const FONTS = {
  'inter.woff2': '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
  'inter-ext.woff2': '@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2',
  'inter-cyrillic.woff2': '@fontsource-variable/inter/files/inter-cyrillic-wght-normal.woff2',
  'inter-greek.woff2': '@fontsource-variable/inter/files/inter-greek-wght-normal.woff2',
  'inter-vietnamese.woff2': '@fontsource-variable/inter/files/inter-vietnamese-wght-normal.woff2',
  'instrument-serif-ext.woff2': '@fontsource/instrument-serif/files/instrument-serif-latin-ext-400-normal.woff2',
  // Only for pictures that the server draws (gallery/lettering.py): titles are of any script.
  'noto-arabic.woff2': '@fontsource/noto-sans-arabic/files/noto-sans-arabic-arabic-400-normal.woff2',
  'noto-hebrew.woff2': '@fontsource/noto-sans-hebrew/files/noto-sans-hebrew-hebrew-400-normal.woff2',
  'noto-devanagari.woff2': '@fontsource/noto-sans-devanagari/files/noto-sans-devanagari-devanagari-400-normal.woff2',
  'noto-thai.woff2': '@fontsource/noto-sans-thai/files/noto-sans-thai-thai-400-normal.woff2',
  'unifontex.woff2': '@fontsource/unifontex/files/unifontex-latin-400-normal.woff2',
  'instrument-serif.woff2': '@fontsource/instrument-serif/files/instrument-serif-latin-400-normal.woff2',
  'instrument-serif-italic.woff2': '@fontsource/instrument-serif/files/instrument-serif-latin-400-italic.woff2',
}

/** Lucide's names. A page draws one with {% include "icon.html" with name="play" %}. */
const ICONS = [
  'arrow-right', 'audio-lines', 'check', 'chevron-down', 'circle-alert', 'code-xml', 'copy', 'dices', 'download', 'ellipsis', 'eye', 'eye-off',
  'file-music', 'flag', 'git-compare', 'globe', 'heart', 'keyboard', 'key-round', 'library', 'lock', 'log-in', 'log-out', 'minus', 'moon', 'pause',
  'pencil', 'play', 'plus', 'repeat', 'rotate-ccw', 'settings', 'share-2', 'sliders-horizontal', 'square', 'star', 'sun', 'trash-2', 'undo-2',
  'upload', 'user-round', 'user-round-plus', 'bell', 'rss', 'search', 'volume-x', 'x',
] // prettier-ignore

function symbol(name) {
  const svg = readFileSync(`${modules}/lucide-static/icons/${name}.svg`, 'utf8')
  const shapes = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)
  if (!shapes) throw new Error(`lucide-static's ${name}.svg is not an SVG`)
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes[1].replace(/\s*\n\s*/g, '')}</symbol>`
}

mkdirSync(`${build}/fonts`, { recursive: true })
for (const [name, source] of Object.entries(FONTS)) copyFileSync(`${modules}/${source}`, `${build}/fonts/${name}`)
writeFileSync(
  `${build}/icons.svg`,
  `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC licence -->${ICONS.map(symbol).join('')}</svg>\n`,
)
console.log(`${Object.keys(FONTS).length} fonts, ${ICONS.length} icons`)
