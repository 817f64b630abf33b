/** Who wrote which note, as the server keeps it: one run-length line a track, "m120 h3 e1". */
import type { Note, Origin } from './note.ts'
import type { Score } from './score.ts'

const LETTERS: Record<string, Origin> = { m: 'model', h: 'human', e: 'edited' }

/** "m2 h1" → model, model, human. What cannot be read is left out. */
export function originsFromRuns(runs: string): Origin[] {
  return runs.split(' ').flatMap((run) => {
    const origin = LETTERS[run[0] ?? '']
    return origin ? new Array<Origin>(Number(run.slice(1)) || 0).fill(origin) : []
  })
}

/** The score with its notes' origins; a track whose line does not fit its notes stays without. */
export function withOrigins(score: Score, runs: readonly string[]): Score {
  return {
    ...score,
    tracks: score.tracks.map((track, i) => {
      const origins = originsFromRuns(runs[i] ?? '')
      if (origins.length !== track.notes.length) return track
      return { ...track, notes: track.notes.map((note, k): Note => ({ ...note, origin: origins[k]! })) }
    }),
  }
}
