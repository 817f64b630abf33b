/**
 * Fetches an instrument and unpacks its samples, away from the page and from the audio thread: unpacked there, a piano
 * would silence everything for a fifth of a second.
 */
import { BasicSoundBank, SoundBankLoader } from 'spessasynth_core'

export interface BankRequest {
  readonly id: string
  readonly url: string
}

export type BankAnswer = { readonly id: string; readonly bank: ArrayBuffer } | { readonly id: string; readonly error: string }

async function unpack(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  await BasicSoundBank.isSF3DecoderReady
  const bank = SoundBankLoader.fromArrayBuffer(await response.arrayBuffer())
  await bank.setSampleFormat({ format: 'pcm' })
  return bank.writeSF2()
}

self.onmessage = async ({ data: { id, url } }: MessageEvent<BankRequest>) => {
  try {
    const bank = await unpack(url)
    const answer: BankAnswer = { id, bank }
    self.postMessage(answer, { transfer: [bank] })
  } catch (error) {
    const answer: BankAnswer = { id, error: String(error) }
    self.postMessage(answer)
  }
}
