/** The rows of a drum track from top to bottom: General MIDI keys that play alike share one. */
import { gettext, interpolate } from './words.ts'

const ROWS: readonly (readonly [name: string, ...pitches: number[]])[] = [
  [gettext('Splash'), 55],
  [gettext('China'), 52],
  [gettext('Crash'), 49, 57],
  [gettext('Ride bell'), 53],
  [gettext('Ride'), 51, 59],
  [gettext('Open hat'), 46],
  [gettext('Closed hat'), 42],
  [gettext('Pedal hat'), 44],
  [gettext('High tom'), 50, 48],
  [gettext('Mid tom'), 47, 45],
  [gettext('Low tom'), 43, 41],
  [gettext('Clap'), 39],
  [gettext('Rim'), 37],
  [gettext('Snare'), 38, 40],
  [gettext('Kick'), 36, 35],
  [gettext('Tambourine'), 54],
  [gettext('Cowbell'), 56],
  [gettext('Vibraslap'), 58],
  [gettext('High bongo'), 60],
  [gettext('Low bongo'), 61],
  [gettext('Mute conga'), 62],
  [gettext('High conga'), 63],
  [gettext('Low conga'), 64],
  [gettext('High timbale'), 65],
  [gettext('Low timbale'), 66],
  [gettext('High agogo'), 67],
  [gettext('Low agogo'), 68],
  [gettext('Cabasa'), 69],
  [gettext('Maracas'), 70],
  [gettext('Short whistle'), 71],
  [gettext('Long whistle'), 72],
  [gettext('Short guiro'), 73],
  [gettext('Long guiro'), 74],
  [gettext('Claves'), 75],
  [gettext('High block'), 76],
  [gettext('Low block'), 77],
  [gettext('Mute cuica'), 78],
  [gettext('Open cuica'), 79],
  [gettext('Mute triangle'), 80],
  [gettext('Open triangle'), 81],
]

/** Shown from the start, so that rows do not jump about while a piece is being written. */
const ALWAYS = [49, 51, 46, 42, 50, 47, 43, 38, 36]

const ROW_OF = new Map(ROWS.flatMap(([, ...pitches], row) => pitches.map((pitch) => [pitch, row] as const)))

export interface DrumRow {
  readonly name: string
  /** The key that plays when the row's name is pressed. */
  readonly pitch: number
}

/** 36 → "Kick"; keys that General MIDI leaves without a name are called by their number. */
export function drumName(pitch: number): string {
  const row = ROW_OF.get(pitch)
  return row === undefined ? interpolate(gettext('Drum %s'), [pitch]) : ROWS[row]![0]
}

/** The rows that these drum keys need, top to bottom, and which row each key lies on. */
export function drumRows(used: Iterable<number>): { rows: DrumRow[]; rowOf: Map<number, number> } {
  const pitches = new Set([...ALWAYS, ...used])
  // Keys without a row of their own come last, lowest at the bottom.
  const order = (pitch: number) => ROW_OF.get(pitch) ?? ROWS.length + 127 - pitch
  const rows: DrumRow[] = []
  const rowOf = new Map<number, number>()
  let last = -1
  for (const pitch of [...pitches].sort((a, b) => order(a) - order(b))) {
    if (order(pitch) !== last) {
      const row = ROWS[ROW_OF.get(pitch) ?? -1]
      rows.push({ name: drumName(pitch), pitch: row ? row[1]! : pitch })
      last = order(pitch)
    }
    rowOf.set(pitch, rows.length - 1)
  }
  return { rows, rowOf }
}
