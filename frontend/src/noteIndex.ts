import { byOnset, type Note } from './note.ts'

const BLOCK = 64

/**
 * One track's notes, found by time. Notes are kept in order of onset and pitch; the latest end of each block of 64
 * lets a search step over what has long ended without losing a long note.
 */
export class NoteIndex {
  readonly notes: Note[] = []
  private blockEnds: number[] = []

  constructor(notes: readonly Note[] = []) {
    this.add(notes)
  }

  get length(): number {
    return this.notes.length
  }

  /** Notes may come in any order; in order is fast. */
  add(notes: readonly Note[]): void {
    let dirty = this.notes.length
    for (const note of notes) {
      let at = this.notes.length
      while (at > 0 && byOnset(this.notes[at - 1]!, note) > 0) at--
      if (at === this.notes.length) this.notes.push(note)
      else this.notes.splice(at, 0, note)
      dirty = Math.min(dirty, at)
    }
    for (let block = Math.floor(dirty / BLOCK); block * BLOCK < this.notes.length; block++) {
      let end = 0
      for (let i = block * BLOCK; i < Math.min(this.notes.length, (block + 1) * BLOCK); i++) {
        end = Math.max(end, this.notes[i]!.onset + this.notes[i]!.duration)
      }
      this.blockEnds[block] = end
    }
  }

  /** The place of the first note with onset ≥ tick. */
  firstFrom(tick: number): number {
    let low = 0
    let high = this.notes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.notes[middle]!.onset < tick) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Calls `visit` for each note that sounds within [from, to), in order of onset. */
  between(from: number, to: number, visit: (note: Note, place: number) => void): void {
    const last = this.firstFrom(to)
    for (let block = 0; block * BLOCK < last; block++) {
      if (this.blockEnds[block]! <= from) continue
      const end = Math.min(last, (block + 1) * BLOCK)
      for (let i = block * BLOCK; i < end; i++) {
        const note = this.notes[i]!
        if (note.onset + note.duration > from) visit(note, i)
      }
    }
  }
}
