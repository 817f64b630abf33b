/** What tells tracks apart besides their colour. */
export const PATTERNS = ['solid', 'stripe', 'dots', 'hatch', 'outline'] as const
/** `locked` is that of notes which a network must leave as they are, whatever their track's own. */
export type Pattern = (typeof PATTERNS)[number] | 'locked'

/** A track's look: `slot` 1–5 names the custom property --track-1 … --track-5. */
export interface TrackStyle {
  readonly slot: number
  readonly pattern: Pattern
}

export const SLOTS = 5

/** Roles keep their colour from piece to piece: drums are amber, pianos sky blue, basses vermilion. */
const SLOT_OF: Record<string, number> = {
  drums: 1,
  melody: 1,
  piano: 2,
  chords: 2,
  alto: 2,
  guitar: 3,
  tenor: 3,
  bass: 4,
  strings: 5,
  soprano: 5,
}

/** One look a track; no two alike among 25 tracks. A role takes its own colour unless an earlier track has it. */
export function trackStyles(tracks: readonly { readonly role: string }[]): TrackStyle[] {
  const slots = new Array<number>(tracks.length).fill(0)
  const taken = new Set<number>()
  const take = (track: number, slot: number) => {
    slots[track] = slot
    taken.add(slot)
  }
  tracks.forEach(({ role }, track) => {
    const slot = SLOT_OF[role]
    if (slot && !taken.has(slot)) take(track, slot)
  })
  tracks.forEach((_, track) => {
    if (slots[track]) return
    const free = Array.from({ length: SLOTS }, (_, i) => i + 1).find((slot) => !taken.has(slot))
    take(track, free ?? (track % SLOTS) + 1)
  })
  // The second track of a colour takes the next pattern, so that the pair is still its own.
  const uses = new Map<number, number>()
  return slots.map((slot) => {
    const used = uses.get(slot) ?? 0
    uses.set(slot, used + 1)
    return { slot, pattern: PATTERNS[(slot - 1 + used) % PATTERNS.length]! }
  })
}
