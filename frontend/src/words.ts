/**
 * Every word a person reads goes through here, under the names of Django's JavaScript catalogue.
 *
 * English strings are their own keys, so an English page loads no catalogue and these functions give back what
 * they are given. A page in another language loads its catalogue (`{% words %}`) ahead of the modules.
 * `make messages` finds only literal strings: no variable, no template literal as the first argument.
 */
interface Catalogue {
  gettext(message: string): string
  ngettext(singular: string, plural: string, count: number): string
  pgettext(context: string, message: string): string
}

type Value = string | number

const catalogue = (): Catalogue | undefined => (globalThis as { django?: Catalogue }).django

/** `message` in the reader's language; as it is where there is no translation. */
export const gettext = (message: string): string => catalogue()?.gettext(message) ?? message

/** The form of a message that goes with `count`. Put the number in with `interpolate`. */
export const ngettext = (singular: string, plural: string, count: number): string =>
  catalogue()?.ngettext(singular, plural, count) ?? (count === 1 ? singular : plural)

/** As `gettext`, for a word that means different things in different places; `context` tells which. */
export const pgettext = (context: string, message: string): string => catalogue()?.pgettext(context, message) ?? message

/** `%s` one after the other from a list, or `%(name)s` from an object. `%%` is a per cent sign. */
export function interpolate(format: string, values: readonly Value[] | Readonly<Record<string, Value>>): string {
  const list = Array.isArray(values) ? [...(values as readonly Value[])] : null
  return format.replace(/%%|%s|%\((\w+)\)s/g, (match: string, name?: string) => {
    if (match === '%%') return '%'
    const value = name === undefined ? list?.shift() : (values as Readonly<Record<string, Value>>)[name]
    return value === undefined ? match : String(value)
  })
}

/** The page's language, for `Intl`: "en-gb", "de". */
export const language = (): string => globalThis.document?.documentElement.lang || 'en-gb'

/** 1234.5 → "1,234.5" or "1.234,5". */
export const number = (n: number, options?: Intl.NumberFormatOptions): string => n.toLocaleString(language(), options)

const things = {
  bar: (n: number) => ngettext('%s bar', '%s bars', n),
  note: (n: number) => ngettext('%s note', '%s notes', n),
  track: (n: number) => ngettext('%s track', '%s tracks', n),
  second: (n: number) => ngettext('%s second', '%s seconds', n),
  minute: (n: number) => ngettext('%s minute', '%s minutes', n),
}

/** 1 → "1 bar", 1200 → "1,200 bars". */
export const counted = (n: number, thing: keyof typeof things): string => interpolate(things[thing](n), [number(n)])
