/** The computer's keyboard as a piano: two rows of letters are a little more than an octave. */

const KEYS = ['KeyA', 'KeyW', 'KeyS', 'KeyE', 'KeyD', 'KeyF', 'KeyT', 'KeyG', 'KeyY', 'KeyH', 'KeyU', 'KeyJ', 'KeyK', 'KeyO', 'KeyL', 'KeyP', 'Semicolon']

export const LOWEST_OCTAVE = 0
export const HIGHEST_OCTAVE = 8

/** The pitch of a key by its place (A is C, W is C sharp …), whatever is printed on it; null for other keys. */
export function typedPitch(code: string, octave: number): number | null {
  const step = KEYS.indexOf(code)
  const pitch = (octave + 1) * 12 + step
  return step < 0 || pitch > 127 ? null : pitch
}

/** Z and X go an octave down and up. */
export function typedOctave(code: string, octave: number): number | null {
  const by = code === 'KeyZ' ? -1 : code === 'KeyX' ? 1 : 0
  return by ? Math.max(LOWEST_OCTAVE, Math.min(HIGHEST_OCTAVE, octave + by)) : null
}
