"""Hears what a page plays, sample by sample, and finds where notes begin in it.

The page's analyser is tapped with a second one that keeps the last 32,768 samples. Read a few times a
second, these windows overlap and join to one recording, even when the page is too busy to be asked for half a
second.
"""

import base64
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

# Keeps blocks of [audio time at the block's end, samples since the last block], and for each frame
# [audio time, tick of the playhead].
LISTEN = """
() => {
  const tap = window.ostinato.analyser
  const context = tap.context
  const ear = new AnalyserNode(context, { fftSize: 32768 })
  tap.connect(ear)
  const window_ = new Float32Array(ear.fftSize)
  const { player } = document.querySelector('ostinato-transport')
  const heard = { rate: context.sampleRate, blocks: [], playhead: [] }
  player.addEventListener('position', () => heard.playhead.push([context.currentTime, player.position]))
  let last = context.currentTime
  const listen = () => {
    const now = context.currentTime
    const fresh = Math.min(ear.fftSize, Math.round((now - last) * context.sampleRate))
    if (fresh <= 0) return
    ear.getFloatTimeDomainData(window_)
    heard.blocks.push([now, window_.slice(ear.fftSize - fresh)])
    last = now
  }
  heard.timer = setInterval(listen, 100)
  window.heard = heard
}
"""
RECORDING = """
() => {
  const heard = window.heard
  clearInterval(heard.timer)
  const bytes = block => {
    const raw = new Uint8Array(block.buffer)
    let text = ''
    for (let i = 0; i < raw.length; i += 0x8000) text += String.fromCharCode(...raw.subarray(i, i + 0x8000))
    return btoa(text)
  }
  const notes = window.ostinato.sounded.filter(note => note.tick !== null)
  const planned = notes.map(note => [note.tick, note.time])
  const { rate, playhead } = heard
  return { rate, playhead, planned, blocks: heard.blocks.map(([end, block]) => [end, bytes(block)]) }
}
"""


@dataclass(frozen=True)
class Recording:
    """What was heard: (n,) float32 samples in [-1, 1], the first at `start` seconds of the audio clock.

    rate: Hz. planned: (k, 2), ticks of notes and the seconds of the audio clock for which the synthesizer was
    given them. playhead: (p, 2), seconds of the audio clock and the tick at which the playhead then stood.
    """

    samples: NDArray[np.float32]
    start: float
    rate: float
    planned: NDArray[np.float64]
    playhead: NDArray[np.float64]

    def loudness(self) -> float:
        """RMS of the loudest tenth of a second."""
        size = int(self.rate / 10)
        frames = self.samples[: len(self.samples) // size * size].reshape(-1, size)
        return float(np.sqrt((frames.astype(np.float64) ** 2).mean(axis=1)).max(initial=0.0))

    def seconds_of(self, ticks: NDArray[np.float64]) -> NDArray[np.float64]:
        """When these ticks come on the audio clock: a line through what was planned, at one tempo."""
        slope, zero = np.polyfit(self.planned[:, 0], self.planned[:, 1], 1)
        return np.asarray(slope * ticks + zero, dtype=np.float64)

    def playhead_lag(self) -> float:
        """Seconds by which the playhead comes after the notes that it passes: the median of all positions."""
        return float(np.median(self.playhead[:, 0] - self.seconds_of(self.playhead[:, 1])))


def listen(page: Page) -> None:
    """Begin to hear what the page plays. Its sound must be unlocked."""
    page.evaluate(LISTEN)


def recording(page: Page) -> Recording:
    """Stop, and give what was heard since `listen`."""
    raw = page.evaluate(RECORDING)
    blocks = [(end, np.frombuffer(base64.b64decode(block), dtype="<f4")) for end, block in raw["blocks"]]
    first_end, first = blocks[0]
    samples = np.concatenate([block for _, block in blocks])
    start = first_end - len(first) / raw["rate"]
    return Recording(samples, start, raw["rate"], np.array(raw["planned"]), np.array(raw["playhead"]))


HOP = 0.005  # seconds between two frames of the spectrum
WINDOW = 4096  # samples of a frame: at 44.1 kHz neighbouring semitones are apart from C3 on
RISE = 0.05  # seconds before and after an onset that are compared


def pitches_heard(heard: Recording, low: int, high: int) -> NDArray[np.float64]:
    """How strong each pitch's fundamental is, each HOP seconds: (n_frames, high - low).

    Logarithmic, so that a rise counts the same in a quiet and in a loud place.
    """
    hop = round(heard.rate * HOP)
    padded = np.pad(heard.samples, (WINDOW // 2, WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::hop][: len(heard.samples) // hop]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1))
    frequencies = 440.0 * 2.0 ** ((np.arange(low, high) - 69) / 12)
    bins = np.round(frequencies * WINDOW / heard.rate).astype(int)
    strength = np.stack([spectrum[:, bin - 1 : bin + 2].max(axis=1) for bin in bins], axis=1)
    return np.asarray(np.log1p(100.0 * strength), dtype=np.float64)


def lag(heard: Recording, notes: NDArray[np.int64], *, most: float = 0.3) -> tuple[float, float]:
    """How late the sound is after the notes of the roll, each listened for at its own pitch.

    notes: (n, 2) of onset in ticks and pitch. most: the largest delay looked at, in seconds.
    Returns the delay in seconds at which the notes' pitches rise most, and by how much they do there
    (logarithm; 0 where what is heard has nothing to do with the notes).
    """
    low, high = 40, 96
    strength = pitches_heard(heard, low, high)
    reach = round(RISE / HOP)
    rise = np.zeros_like(strength)
    rise[reach:-reach] = strength[2 * reach :] - strength[: -2 * reach]
    delays = np.arange(-round(most / HOP), round(most / HOP) + 1)
    frames = ((heard.seconds_of(notes[:, 0].astype(np.float64)) - heard.start) / HOP).round().astype(int)
    margin = delays[-1] + reach + 1
    clear = (frames > margin) & (frames < len(rise) - margin) & (notes[:, 1] >= low) & (notes[:, 1] < high)
    frames, columns = frames[clear], notes[clear, 1] - low
    agreement = np.array([rise[frames + delay, columns].mean() for delay in delays])
    smooth = np.convolve(agreement, np.full(9, 1 / 9), mode="same")
    best = int(smooth.argmax())
    return float(delays[best] * HOP), float(smooth[best])
