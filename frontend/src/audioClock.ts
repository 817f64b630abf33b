/**
 * The audio clock moves in steps of a buffer (3 to 20 ms); a picture that followed it would stutter. This one follows
 * the smooth clock of the page and leans slowly on the audio clock, so that it is right in the mean.
 */
export class SmoothClock {
  private offset: number | null = null
  private latest = 0

  /** `audio` and `page` in s. Never runs backward while audio does not. */
  read(audio: number, page: number): number {
    const offset = audio - page
    if (this.offset === null || Math.abs(offset - this.offset) > 0.06) {
      this.offset = offset
      this.latest = audio
      return audio
    }
    this.offset += (offset - this.offset) * 0.05
    this.latest = Math.max(this.latest, page + this.offset)
    return this.latest
  }
}
