/** How a note is said: to a screen reader, and under the roll to whoever walks it by keys. */
import { drumName } from './drums.ts'
import { type Note, type Origin, TICKS_PER_QUARTER } from './note.ts'
import { beatTicks, type Metre, placeAt } from './score.ts'
import { gettext, interpolate, number, pgettext } from './words.ts'

const words = {
  bar: (bar: number) => interpolate(gettext('bar %s'), [bar]),
  beat: (beat: string) => interpolate(gettext('beat %s'), [beat]),
  origins: { model: gettext('by the model'), human: gettext('by hand'), edited: gettext('by the model, edited') } satisfies Record<Origin, string>,
  locked: gettext('locked'),
  dotted: (name: string) => interpolate(gettext('dotted %s'), [name]),
  triplet: (name: string) => interpolate(gettext('%s triplet'), [name]),
  beats: (quarters: string) => interpolate(gettext('%s quarters'), [quarters]),
  velocity: (velocity: number) => interpolate(gettext('velocity %s'), [velocity]),
}

const LENGTHS: readonly (readonly [name: string, ticks: number])[] = [
  [pgettext('a note’s length', 'double whole'), 8 * TICKS_PER_QUARTER],
  [pgettext('a note’s length', 'whole'), 4 * TICKS_PER_QUARTER],
  [pgettext('a note’s length', 'half'), 2 * TICKS_PER_QUARTER],
  [pgettext('a note’s length', 'quarter'), TICKS_PER_QUARTER],
  [pgettext('a note’s length', 'eighth'), TICKS_PER_QUARTER / 2],
  [pgettext('a note’s length', 'sixteenth'), TICKS_PER_QUARTER / 4],
  [pgettext('a note’s length', 'thirty-second'), TICKS_PER_QUARTER / 8],
]

const STEPS = [
  'C', pgettext('a pitch', 'C sharp'), 'D', pgettext('a pitch', 'E flat'), 'E', 'F', pgettext('a pitch', 'F sharp'), 'G',
  pgettext('a pitch', 'A flat'), 'A', pgettext('a pitch', 'B flat'), pgettext('a pitch', 'B'),
] // prettier-ignore

/** 480 → "quarter", 720 → "dotted quarter", 160 → "eighth triplet", 600 → "1.25 quarters". A tick too many or few is forgiven. */
export function lengthName(ticks: number): string {
  for (const [name, length] of LENGTHS) {
    if (Math.abs(ticks - length) <= 1) return name
    if (Math.abs(ticks - 1.5 * length) <= 1) return words.dotted(name)
    if (Math.abs(ticks - (2 / 3) * length) <= 1) return words.triplet(name)
  }
  return words.beats(decimal(ticks / TICKS_PER_QUARTER))
}

/** 64 → "E4", 61 → "C sharp 4": signs that screen readers pass over are spelt out. */
export function spokenPitch(pitch: number, isDrum: boolean): string {
  if (isDrum) return drumName(pitch)
  const step = STEPS[pitch % 12]!
  return `${step}${step.length > 1 ? ' ' : ''}${Math.floor(pitch / 12) - 1}`
}

/** Where a tick lies: "bar 3, beat 2", between beats "bar 3, beat 2.5". */
export function spokenPlace(metres: readonly Metre[], tick: number): string {
  const { bar, start, metre } = placeAt(metres, tick)
  return `${words.bar(bar)}, ${words.beat(decimal(1 + (tick - start) / beatTicks(metre)))}`
}

/** "bar 3, beat 2, E4, quarter, Piano, by the model". */
export function noteSentence(note: Note, track: { readonly name: string; readonly isDrum: boolean }, metres: readonly Metre[]): string {
  const parts = [spokenPlace(metres, note.onset), spokenPitch(note.pitch, track.isDrum)]
  if (!track.isDrum) parts.push(lengthName(note.duration))
  parts.push(track.name)
  if (note.origin) parts.push(words.origins[note.origin])
  if (note.locked) parts.push(words.locked)
  return parts.join(', ')
}

export const velocityWords = words.velocity

/** At most two places behind the point, and none that say nothing. */
function decimal(n: number): string {
  return number(n, { maximumFractionDigits: 2, useGrouping: false })
}
