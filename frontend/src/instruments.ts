/** General MIDI's instruments in their 16 families of eight. */
export const FAMILIES: readonly { readonly name: string; readonly instruments: readonly string[] }[] = [
  { name: 'Piano', instruments: ['Grand piano', 'Bright piano', 'Electric grand', 'Honky-tonk piano', 'Electric piano 1', 'Electric piano 2', 'Harpsichord', 'Clavinet'] },
  { name: 'Chromatic percussion', instruments: ['Celesta', 'Glockenspiel', 'Music box', 'Vibraphone', 'Marimba', 'Xylophone', 'Tubular bells', 'Dulcimer'] },
  { name: 'Organ', instruments: ['Drawbar organ', 'Percussive organ', 'Rock organ', 'Church organ', 'Reed organ', 'Accordion', 'Harmonica', 'Tango accordion'] },
  { name: 'Guitar', instruments: ['Nylon guitar', 'Steel guitar', 'Jazz guitar', 'Clean guitar', 'Muted guitar', 'Overdriven guitar', 'Distorted guitar', 'Guitar harmonics'] },
  { name: 'Bass', instruments: ['Acoustic bass', 'Fingered bass', 'Picked bass', 'Fretless bass', 'Slap bass 1', 'Slap bass 2', 'Synth bass 1', 'Synth bass 2'] },
  { name: 'Strings', instruments: ['Violin', 'Viola', 'Cello', 'Contrabass', 'Tremolo strings', 'Pizzicato strings', 'Harp', 'Timpani'] },
  { name: 'Ensemble', instruments: ['Strings', 'Slow strings', 'Synth strings 1', 'Synth strings 2', 'Choir aahs', 'Voice oohs', 'Synth choir', 'Orchestra hit'] },
  { name: 'Brass', instruments: ['Trumpet', 'Trombone', 'Tuba', 'Muted trumpet', 'French horn', 'Brass section', 'Synth brass 1', 'Synth brass 2'] },
  { name: 'Reed', instruments: ['Soprano sax', 'Alto sax', 'Tenor sax', 'Baritone sax', 'Oboe', 'English horn', 'Bassoon', 'Clarinet'] },
  { name: 'Pipe', instruments: ['Piccolo', 'Flute', 'Recorder', 'Pan flute', 'Blown bottle', 'Shakuhachi', 'Whistle', 'Ocarina'] },
  { name: 'Synth lead', instruments: ['Square lead', 'Saw lead', 'Calliope lead', 'Chiff lead', 'Charang lead', 'Voice lead', 'Fifths lead', 'Bass lead'] },
  { name: 'Synth pad', instruments: ['New age pad', 'Warm pad', 'Polysynth pad', 'Choir pad', 'Bowed pad', 'Metallic pad', 'Halo pad', 'Sweep pad'] },
  { name: 'Synth effects', instruments: ['Rain', 'Soundtrack', 'Crystal', 'Atmosphere', 'Brightness', 'Goblins', 'Echoes', 'Science fiction'] },
  { name: 'Ethnic', instruments: ['Sitar', 'Banjo', 'Shamisen', 'Koto', 'Kalimba', 'Bagpipe', 'Fiddle', 'Shanai'] },
  { name: 'Percussive', instruments: ['Tinkle bell', 'Agogo', 'Steel drums', 'Woodblock', 'Taiko drum', 'Melodic tom', 'Synth drum', 'Reverse cymbal'] },
  { name: 'Sound effects', instruments: ['Fret noise', 'Breath noise', 'Seashore', 'Birds', 'Telephone', 'Helicopter', 'Applause', 'Gunshot'] },
]

/** The drum kits that our sound bank has, by program. */
export const KITS: readonly { readonly program: number; readonly name: string }[] = [
  { program: 0, name: 'Standard kit' },
  { program: 8, name: 'Room kit' },
  { program: 16, name: 'Power kit' },
  { program: 24, name: 'Electronic kit' },
  { program: 25, name: 'TR-808 kit' },
  { program: 32, name: 'Jazz kit' },
  { program: 40, name: 'Brush kit' },
  { program: 48, name: 'Orchestra kit' },
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
