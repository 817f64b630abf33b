/** What a piece's page offers to carry the piece elsewhere. */
import { bindDownloads } from './downloads.ts'
import { bindReproduce } from './reproduce.ts'
import { bindShare } from './share.ts'

export function bindSharing(code: string): void {
  bindDownloads(code)
  bindShare()
  bindReproduce()
}
