/** Bands of five on a page: how one is asked for, how it arrives, and whether a part stayed as it was. */
import { ApiError, createJob, type Given, type Job, type JobRequest } from './api.ts'
import { isOver, type JobEvent, type JobFinished, JobSocket, socketAddress, type TrackNoteRow } from './jobSocket.ts'
import { byTrack } from './liveScore.ts'
import { byOnset, type Note } from './note.ts'
import { type Score, scoreFromOpening } from './score.ts'
import { gettext } from './words.ts'

/** Asks for a band along with these tracks; what else is asked for is left to it. */
export const accompany = (given: Given, more: Partial<JobRequest> = {}) => createJob({ model: 'musegan', given, ...more })

/** Whether two parts play the same notes, one by one. */
export function sameNotes(a: readonly Note[], b: readonly Note[]): boolean {
  return (
    a.length === b.length &&
    a.every((note, i) => {
      const other = b[i]!
      return note.onset === other.onset && note.duration === other.duration && note.pitch === other.pitch && note.velocity === other.velocity
    })
  )
}

export interface Played {
  readonly score: Score
  /** Code of the draft that it became. */
  readonly piece: string
}

/** Hears a piece as it arrives: its tracks, then the notes of each message by track. */
export interface Arrival {
  open(score: Score): void
  add(notes: readonly (readonly Note[])[], until: number, barsDone: number): void
}

/**
 * Follows a band's job to its end. `onBar` hears what is played so far, once a message; `arrival` the same bit by bit.
 * Rejects with the server's sentence when the job fails, is cancelled, or is no longer there.
 */
export async function followBand(job: Job, onBar?: (score: Score) => void, arrival?: Arrival): Promise<Played> {
  let score: Score = { length: 0, tempos: [], metres: [], tracks: [] }
  const { piece } = await followJob(job, (event) => {
    if (event.type === 'opening') {
      score = scoreFromOpening(event)
      arrival?.open(score)
    } else if (event.type === 'notes') {
      const more = byTrack(event.notes, score.tracks.length)
      score = { ...score, tracks: score.tracks.map((track, i) => (more[i]!.length ? { ...track, notes: [...track.notes, ...more[i]!].sort(byOnset) } : track)) }
      onBar?.(score)
      arrival?.add(more, event.until, event.bars_done)
    }
  })
  return { score, piece: piece! } // a band's job always becomes a piece
}

/** Follows an infill to its end; `onAlternative` hears each one's notes. Rejects as `followBand` does. */
export async function followInfill(job: Job, onAlternative: (notes: readonly TrackNoteRow[]) => void): Promise<void> {
  await followJob(job, (event) => event.type === 'alternative' && onAlternative(event.notes))
}

/** Hears what a job tells, to its end. Rejects with the server's sentence when it does not come to a good one. */
function followJob(job: Job, onEvent: (event: JobEvent) => void): Promise<JobFinished> {
  return new Promise((resolve, reject) => {
    let failed: string = gettext('The band could not play this.')
    const socket = new JobSocket(socketAddress(job.socket, location), {
      onLine: (line) => line === 'gone' && end(() => reject(new ApiError(0, 'gone', gettext('This job is no longer there, or it is not yours.')))),
      onEvent: (event) => {
        if (event.type === 'finished') return end(() => resolve(event))
        if (event.type === 'failed' || event.type === 'cancelled') {
          if (event.type === 'failed') failed = event.error.message || failed
          return end(() => reject(new ApiError(0, 'failed', failed)))
        }
        if (event.type === 'state' && isOver(event.job) && event.job.error) failed = event.job.error.message
        onEvent(event)
      },
    })
    const end = (act: () => void) => {
      socket.close()
      act()
    }
  })
}
