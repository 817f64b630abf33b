import { type Patch, patchId } from './instruments.ts'
import type { BankAnswer, BankRequest } from './bankWorker.ts'

/** The instruments' files by patch, as `npm run build` has cut them from the sound font. */
const FILES = import.meta.glob<string>('../soundfonts/*.sf3', { query: '?url', import: 'default', eager: true })

function fileOf(patch: Patch): string | undefined {
  return FILES[`../soundfonts/${patchId(patch)}.sf3`]
}

let worker: Worker | null = null
const waiting = new Map<string, { resolve: (bank: ArrayBuffer) => void; reject: (error: Error) => void }>()
const loading = new Map<string, Promise<ArrayBuffer>>()

/** The patch as a sound bank with plain samples. Fetched once; rejects when it cannot be had. */
export function loadBank(patch: Patch): Promise<ArrayBuffer> {
  const id = patchId(patch)
  let bank = loading.get(id)
  if (!bank) {
    bank = request(id, fileOf(patch))
    loading.set(id, bank)
    // A failure is not remembered: the network may be back at the next try.
    bank.catch(() => loading.delete(id))
  }
  return bank
}

function request(id: string, url: string | undefined): Promise<ArrayBuffer> {
  if (!url) return Promise.reject(new Error(`no samples for ${id}`))
  worker ??= startWorker()
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject })
    const message: BankRequest = { id, url: new URL(url, location.href).href }
    worker!.postMessage(message)
  })
}

function startWorker(): Worker {
  const started = new Worker(new URL('./bankWorker.ts', import.meta.url), { type: 'module' })
  started.onmessage = ({ data }: MessageEvent<BankAnswer>) => {
    const asker = waiting.get(data.id)
    waiting.delete(data.id)
    if ('bank' in data) asker?.resolve(data.bank)
    else asker?.reject(new Error(data.error))
  }
  started.onerror = () => {
    for (const asker of waiting.values()) asker.reject(new Error('the worker that unpacks samples did not start'))
    waiting.clear()
  }
  return started
}
