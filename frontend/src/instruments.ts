/** General MIDI's instruments in their 16 families of eight. */
import { gettext } from './words.ts'

export const FAMILIES: readonly { readonly name: string; readonly instruments: readonly string[] }[] = [
  { name: gettext('Piano'), instruments: [gettext('Grand piano'), gettext('Bright piano'), gettext('Electric grand'), gettext('Honky-tonk piano'), gettext('Electric piano 1'), gettext('Electric piano 2'), gettext('Harpsichord'), gettext('Clavinet')] },
  { name: gettext('Chromatic percussion'), instruments: [gettext('Celesta'), gettext('Glockenspiel'), gettext('Music box'), gettext('Vibraphone'), gettext('Marimba'), gettext('Xylophone'), gettext('Tubular bells'), gettext('Dulcimer')] },
  { name: gettext('Organ'), instruments: [gettext('Drawbar organ'), gettext('Percussive organ'), gettext('Rock organ'), gettext('Church organ'), gettext('Reed organ'), gettext('Accordion'), gettext('Harmonica'), gettext('Tango accordion')] },
  { name: gettext('Guitar'), instruments: [gettext('Nylon guitar'), gettext('Steel guitar'), gettext('Jazz guitar'), gettext('Clean guitar'), gettext('Muted guitar'), gettext('Overdriven guitar'), gettext('Distorted guitar'), gettext('Guitar harmonics')] },
  { name: gettext('Bass'), instruments: [gettext('Acoustic bass'), gettext('Fingered bass'), gettext('Picked bass'), gettext('Fretless bass'), gettext('Slap bass 1'), gettext('Slap bass 2'), gettext('Synth bass 1'), gettext('Synth bass 2')] },
  { name: gettext('Strings'), instruments: [gettext('Violin'), gettext('Viola'), gettext('Cello'), gettext('Contrabass'), gettext('Tremolo strings'), gettext('Pizzicato strings'), gettext('Harp'), gettext('Timpani')] },
  { name: gettext('Ensemble'), instruments: [gettext('Strings'), gettext('Slow strings'), gettext('Synth strings 1'), gettext('Synth strings 2'), gettext('Choir aahs'), gettext('Voice oohs'), gettext('Synth choir'), gettext('Orchestra hit')] },
  { name: gettext('Brass'), instruments: [gettext('Trumpet'), gettext('Trombone'), gettext('Tuba'), gettext('Muted trumpet'), gettext('French horn'), gettext('Brass section'), gettext('Synth brass 1'), gettext('Synth brass 2')] },
  { name: gettext('Reed'), instruments: [gettext('Soprano sax'), gettext('Alto sax'), gettext('Tenor sax'), gettext('Baritone sax'), gettext('Oboe'), gettext('English horn'), gettext('Bassoon'), gettext('Clarinet')] },
  { name: gettext('Pipe'), instruments: [gettext('Piccolo'), gettext('Flute'), gettext('Recorder'), gettext('Pan flute'), gettext('Blown bottle'), gettext('Shakuhachi'), gettext('Whistle'), gettext('Ocarina')] },
  { name: gettext('Synth lead'), instruments: [gettext('Square lead'), gettext('Saw lead'), gettext('Calliope lead'), gettext('Chiff lead'), gettext('Charang lead'), gettext('Voice lead'), gettext('Fifths lead'), gettext('Bass lead')] },
  { name: gettext('Synth pad'), instruments: [gettext('New age pad'), gettext('Warm pad'), gettext('Polysynth pad'), gettext('Choir pad'), gettext('Bowed pad'), gettext('Metallic pad'), gettext('Halo pad'), gettext('Sweep pad')] },
  { name: gettext('Synth effects'), instruments: [gettext('Rain'), gettext('Soundtrack'), gettext('Crystal'), gettext('Atmosphere'), gettext('Brightness'), gettext('Goblins'), gettext('Echoes'), gettext('Science fiction')] },
  { name: gettext('Ethnic'), instruments: [gettext('Sitar'), gettext('Banjo'), gettext('Shamisen'), gettext('Koto'), gettext('Kalimba'), gettext('Bagpipe'), gettext('Fiddle'), gettext('Shanai')] },
  { name: gettext('Percussive'), instruments: [gettext('Tinkle bell'), gettext('Agogo'), gettext('Steel drums'), gettext('Woodblock'), gettext('Taiko drum'), gettext('Melodic tom'), gettext('Synth drum'), gettext('Reverse cymbal')] },
  { name: gettext('Sound effects'), instruments: [gettext('Fret noise'), gettext('Breath noise'), gettext('Seashore'), gettext('Birds'), gettext('Telephone'), gettext('Helicopter'), gettext('Applause'), gettext('Gunshot')] },
]

/** The drum kits that our sound bank has, by program. */
export const KITS: readonly { readonly program: number; readonly name: string }[] = [
  { program: 0, name: gettext('Standard kit') },
  { program: 8, name: gettext('Room kit') },
  { program: 16, name: gettext('Power kit') },
  { program: 24, name: gettext('Electronic kit') },
  { program: 25, name: gettext('TR-808 kit') },
  { program: 32, name: gettext('Jazz kit') },
  { program: 40, name: gettext('Brush kit') },
  { program: 48, name: gettext('Orchestra kit') },
]

/** A sound as the bank knows it: a program, or a drum kit. */
export interface Patch {
  readonly program: number
  readonly isDrum: boolean
}

/** "52" or "drum-0": names the patch in file names and maps. */
export function patchId(patch: Patch): string {
  return patch.isDrum ? `drum-${kitFor(patch.program)}` : String(patch.program)
}

export function instrumentName(patch: Patch): string {
  if (patch.isDrum) return KITS.find((kit) => kit.program === kitFor(patch.program))!.name
  return FAMILIES[patch.program >> 3]!.instruments[patch.program & 7]!
}

/** The nearest kit at or below the asked one that we have; kits are numbered in families of eight. */
export function kitFor(program: number): number {
  return KITS.reduce((best, kit) => (kit.program <= program ? kit.program : best), 0)
}
