/** The five parts of a band, in the order of its tracks. */
import { gettext } from './words.ts'

export const BAND = ['bass', 'drums', 'guitar', 'piano', 'strings'] as const
export type Role = (typeof BAND)[number]

const NAMES: Record<Role, string> = {
  bass: gettext('Bass'),
  drums: gettext('Drums'),
  guitar: gettext('Guitar'),
  piano: gettext('Piano'),
  strings: gettext('Strings'),
}

export const roleName = (role: Role) => NAMES[role]

export const isRole = (name: unknown): name is Role => (BAND as readonly unknown[]).includes(name)
