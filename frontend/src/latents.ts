/**
 * The four latents of a band (equation 5 of MuseGAN) as knobs: which seeds a part hears, so which parts a new draw reaches.
 * Two pieces whose part hears the same seeds have that part alike, note for note.
 */
import type { JobRequest, Latents } from './api.ts'
import { BAND, type Role } from './roles.ts'
import type { Score } from './score.ts'

/** A place in the drawing of the four latents; private ones, and courses of one's own, are a role's. */
export type Knob =
  | { readonly latent: 'shared' | 'shared_time' }
  | { readonly latent: 'shared_time_of' | 'private' | 'private_time'; readonly role: Role }

/** What a band's piece was asked with. */
export interface BandRecipe {
  readonly request: JobRequest
  readonly seed: number
}

export const NO_LATENTS: Latents = { shared: null, shared_time: null, shared_time_of: {}, private: {}, private_time: {} }

export const latentsOf = ({ request }: BandRecipe): Latents => ({ ...NO_LATENTS, ...request.latents })

/** The jam's players share nothing; the composer keeps nothing to one of the five. */
export const hasShared = ({ request }: BandRecipe) => request.arranger !== 'jamming'
export const hasPrivate = ({ request }: BandRecipe) => request.arranger !== 'composer'

const givenRoles = ({ request }: BandRecipe): readonly string[] => request.given?.tracks.map(({ role }) => role) ?? []

/** Why a part cannot be drawn anew, if so: it was given, or does not play. */
export function heldBecause(recipe: BandRecipe, role: Role): 'given' | 'muted' | null {
  return givenRoles(recipe).includes(role) ? 'given' : recipe.request.muted?.includes(role) ? 'muted' : null
}

/** The seed behind a knob: its own, or the one it follows. */
export function seedOf(recipe: BandRecipe, knob: Knob): number {
  const latents = latentsOf(recipe)
  if (!('role' in knob)) return latents[knob.latent] ?? recipe.seed
  const follows = knob.latent === 'shared_time_of' ? (latents.shared_time ?? recipe.seed) : recipe.seed
  return latents[knob.latent][knob.role] ?? follows
}

/** Whether a knob was turned away from the piece's seed. */
export function isTurned(recipe: BandRecipe, knob: Knob): boolean {
  const latents = latentsOf(recipe)
  return 'role' in knob ? knob.role in latents[knob.latent] : latents[knob.latent] !== null
}

/** One knob at a seed of its own; null lets it follow again. */
export function turned(latents: Latents, knob: Knob, seed: number | null): Latents {
  if (!('role' in knob)) return { ...latents, [knob.latent]: seed }
  const { [knob.role]: _before, ...others } = latents[knob.latent]
  return { ...latents, [knob.latent]: seed === null ? others : { ...others, [knob.role]: seed } }
}

/** Another line for one part, and for no other. */
export function partAnew(recipe: BandRecipe, role: Role, seed: number): Latents {
  const latents = latentsOf(recipe)
  if (!hasPrivate(recipe)) return turned(latents, { latent: 'shared_time_of', role }, seed)
  return turned(turned(latents, { latent: 'private', role }, seed), { latent: 'private_time', role }, seed)
}

/** Another course for the parts with pitches; the drums stay with what they have. */
export function harmonyAnew(recipe: BandRecipe, seed: number): Latents {
  const latents = latentsOf(recipe)
  if (hasShared(recipe)) {
    const drums: Knob = { latent: 'shared_time_of', role: 'drums' }
    const others = turned({ ...NO_LATENTS, ...latents, shared_time_of: {} }, { latent: 'shared_time' }, seed)
    return turned(others, drums, seedOf(recipe, drums))
  }
  const pitched = BAND.filter((role) => role !== 'drums')
  return pitched.reduce<Latents>((so, role) => turned(turned(so, { latent: 'private', role }, seed), { latent: 'private_time', role }, seed), latents)
}

/** The parts that hear other seeds after a change: all others must come out as they were. */
export function reached(before: BandRecipe, after: BandRecipe): readonly Role[] {
  return BAND.filter((role) => !heldBecause(after, role) && heardBy(before, role).join() !== heardBy(after, role).join())
}

function heardBy(recipe: BandRecipe, role: Role): number[] {
  const shared = hasShared(recipe) ? [seedOf(recipe, { latent: 'shared' }), seedOf(recipe, { latent: 'shared_time_of', role })] : []
  const own = hasPrivate(recipe) ? [seedOf(recipe, { latent: 'private', role }), seedOf(recipe, { latent: 'private_time', role })] : []
  return [...shared, ...own]
}

/** The same piece asked for with other latents. Tracks that were given are given again, from the piece that came of them. */
export function askedWith({ request, seed }: BandRecipe, latents: Latents, piece: string, score: Score): JobRequest {
  const { given } = request
  const tracks = given?.tracks.map(({ role }) => ({ role, track: score.tracks.findIndex((track) => track.role === role) }))
  return { ...request, seed, latents, given: tracks ? { piece, tracks } : null }
}
