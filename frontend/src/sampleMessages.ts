/** What the page says to the audio thread. Times in s of the audio clock. */
export type SampleMessage =
  /** An instrument with plain samples, as a SoundFont 2 file. */
  | { readonly kind: 'bank'; readonly id: string; readonly bank: ArrayBuffer }
  | { readonly kind: 'patch'; readonly channel: number; readonly program: number; readonly isDrum: boolean }
  /** 0–1; reached without a click. */
  | { readonly kind: 'level'; readonly channel: number; readonly level: number }
  | { readonly kind: 'on'; readonly channel: number; readonly pitch: number; readonly velocity: number; readonly time: number }
  | { readonly kind: 'off'; readonly channel: number; readonly pitch: number; readonly time: number }
  /** Forgets what is planned on a channel and fades what sounds there; it is clean after that. */
  | { readonly kind: 'clear'; readonly channel: number; readonly seconds: number }

/** And what it answers: it is ready, or it has taken an instrument. */
export type SampleAnswer = { readonly kind: 'ready' } | { readonly kind: 'bank'; readonly id: string }
