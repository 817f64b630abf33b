import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** One entry point a page; Django's templates look their hashed names up in the manifest. */
const pages = ['home', 'studio', 'library', 'piece', 'draw', 'blend', 'accompanyPage', 'arrangers', 'gallery', 'social', 'settings', 'site', 'embed'].filter((page) => existsSync(here(`src/${page}.ts`)))

export default defineConfig({
  // Addresses inside the build are relative, so the site may serve static files from anywhere.
  base: './',
  publicDir: false,
  build: {
    outDir: here('../static/build'),
    emptyOutDir: true,
    manifest: 'manifest.json',
    target: 'es2022',
    // Nothing is inlined: the content security policy allows scripts, styles and sound from our own origin only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: { input: Object.fromEntries(pages.map((page) => [page, here(`src/${page}.ts`)])) },
  },
  // The sampler on the audio thread and the worker that unpacks samples are modules.
  worker: { format: 'es' },
  test: { environment: 'node', include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'] },
})
