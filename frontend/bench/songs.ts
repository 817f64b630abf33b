import type { NoteRow } from '../src/note.ts'
import { type Score, scoreFromJson, type ScoreJson } from '../src/score.ts'

/** A repeatable stream of numbers in [0, 1). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const Q = 480
const CHORDS = [[57, 60, 64], [53, 57, 60], [48, 52, 55], [55, 59, 62]] as const

/** A band of five over four chords: a song with drums in every bar. */
export function band(bars: number, bpm = 104): Score {
  const roll = dice(7)
  const drums: NoteRow[] = []
  const piano: NoteRow[] = []
  const guitar: NoteRow[] = []
  const bass: NoteRow[] = []
  const strings: NoteRow[] = []
  for (let bar = 0; bar < bars; bar++) {
    const at = bar * 4 * Q
    const chord = CHORDS[bar % 4]!
    for (let eighth = 0; eighth < 8; eighth++) {
      drums.push([at + (eighth * Q) / 2, 60, eighth === 7 && bar % 4 === 3 ? 46 : 42, eighth % 2 ? 54 : 78])
    }
    for (const [beat, key] of [[0, 36], [1, 38], [2, 36], [2.5, 36], [3, 38]] as const) drums.push([at + beat * Q, 120, key, 100])
    if (bar % 4 === 0) drums.push([at, 240, 49, 92])
    if (bar % 4 === 3) for (const [i, key] of [50, 47, 45, 43].entries()) drums.push([at + 3 * Q + i * 120, 110, key, 84 + i * 6])
    for (const [i, beat] of [0, 1.5, 2.5].entries()) {
      for (const pitch of chord) piano.push([at + beat * Q, (i === 2 ? 1.4 : 0.9) * Q, pitch, 62 + Math.floor(roll() * 24)])
    }
    for (let i = 0; i < 8; i++) guitar.push([at + (i * Q) / 2, 0.48 * Q, chord[[0, 2, 1, 2, 0, 2, 1, 2][i]!]! + 12, 48 + Math.floor(roll() * 40)])
    for (const [beat, step] of [[0, 0], [1, 0], [1.5, 7], [2, 0], [3, 12], [3.5, 7]] as const) {
      bass.push([at + beat * Q, 0.46 * Q, chord[0] - 24 + step, 84 + Math.floor(roll() * 20)])
    }
    let pitch = 76 + [0, -2, 0, 2][bar % 4]!
    for (let beat = 0; beat < 4; ) {
      const length = roll() < 0.3 ? 2 : roll() < 0.6 ? 1 : 0.5
      const last = Math.min(length, 4 - beat)
      strings.push([at + beat * Q, last * Q, pitch, 58 + Math.floor(roll() * 50)])
      pitch = Math.max(69, Math.min(86, pitch + [-4, -2, -1, 1, 2, 3][Math.floor(roll() * 6)]!))
      beat += last
    }
  }
  const json: ScoreJson = {
    ticks_per_quarter: Q,
    length: bars * 4 * Q,
    tempos: [[0, bpm]],
    metres: [[0, 4, 4]],
    tracks: [
      { name: 'Drums', role: 'drums', program: 0, is_drum: true, notes: drums },
      { name: 'Piano', role: 'piano', program: 0, is_drum: false, notes: piano },
      { name: 'Guitar', role: 'guitar', program: 25, is_drum: false, notes: guitar },
      { name: 'Bass', role: 'bass', program: 33, is_drum: false, notes: bass },
      { name: 'Strings', role: 'strings', program: 48, is_drum: false, notes: strings },
    ],
  }
  return scoreFromJson(json)
}

/** The band for as long as it takes to play `notes` notes. */
export function longBand(notes: number): Score {
  const perBar = band(16).tracks.reduce((sum, track) => sum + track.notes.length, 0) / 16
  return band(Math.ceil(notes / perBar))
}
