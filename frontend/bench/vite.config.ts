import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** Builds the page that bench/scroll.py and bench/sound.py drive. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  worker: { format: 'es' },
  build: { outDir: fileURLToPath(new URL('../node_modules/.bench', import.meta.url)), emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
})
