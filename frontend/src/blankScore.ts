/** A score to draw in: five empty tracks. */
import { roleName } from './roles.ts'
import { barTicks, type Metre, type Score, type Track } from './score.ts'

/** Role and General MIDI program; the order is that of the picture's colours. */
const PARTS = [
  ['drums', 0],
  ['piano', 0],
  ['guitar', 25],
  ['bass', 33],
  ['strings', 48],
] as const

/** The piano: where a drawing usually begins. */
export const FIRST_TRACK = 1
const BARS = 4

export interface Frame {
  readonly bpm: number
  /** As "4/4". */
  readonly metre: string
}

export function blankScore({ bpm, metre }: Frame): Score {
  const [numerator = 4, denominator = 4] = metre.split('/').map(Number)
  const first: Metre = { tick: 0, numerator, denominator }
  return {
    length: BARS * barTicks(first),
    tempos: [{ tick: 0, bpm }],
    metres: [first],
    tracks: PARTS.map(([role, program]): Track => ({ name: roleName(role), role, program, isDrum: role === 'drums', notes: [] })),
  }
}
