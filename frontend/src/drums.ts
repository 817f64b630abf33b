/** The rows of a drum track from top to bottom: General MIDI keys that play alike share one. */
const ROWS: readonly (readonly [name: string, ...pitches: number[]])[] = [
  ['Splash', 55],
  ['China', 52],
  ['Crash', 49, 57],
  ['Ride bell', 53],
  ['Ride', 51, 59],
  ['Open hat', 46],
  ['Closed hat', 42],
  ['Pedal hat', 44],
  ['High tom', 50, 48],
  ['Mid tom', 47, 45],
  ['Low tom', 43, 41],
  ['Clap', 39],
  ['Rim', 37],
  ['Snare', 38, 40],
  ['Kick', 36, 35],
  ['Tambourine', 54],
  ['Cowbell', 56],
  ['Vibraslap', 58],
  ['High bongo', 60],
  ['Low bongo', 61],
  ['Mute conga', 62],
  ['High conga', 63],
  ['Low conga', 64],
  ['High timbale', 65],
  ['Low timbale', 66],
  ['High agogo', 67],
  ['Low agogo', 68],
  ['Cabasa', 69],
  ['Maracas', 70],
  ['Short whistle', 71],
  ['Long whistle', 72],
  ['Short guiro', 73],
  ['Long guiro', 74],
  ['Claves', 75],
  ['High block', 76],
  ['Low block', 77],
  ['Mute cuica', 78],
  ['Open cuica', 79],
  ['Mute triangle', 80],
  ['Open triangle', 81],
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
  return row === undefined ? `Drum ${pitch}` : ROWS[row]![0]
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
