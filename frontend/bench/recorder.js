/** Sends the loudness (RMS) of each block of 128 frames, with the time (s) of the first block of a batch. */
class Recorder extends AudioWorkletProcessor {
  levels = []
  start = 0

  process([input]) {
    if (!this.levels.length) this.start = currentTime
    const wave = input[0]
    let sum = 0
    if (wave) for (const x of wave) sum += x * x
    this.levels.push(Math.sqrt(sum / 128))
    if (this.levels.length === 32) {
      this.port.postMessage({ start: this.start, levels: this.levels })
      this.levels = []
    }
    return true
  }
}

registerProcessor('recorder', Recorder)
