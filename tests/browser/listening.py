"""Hears what a page plays, sample by sample, and finds where notes begin in it.

The page's analyser is tapped with a second one that keeps the last 32,768 samples. Read a few times a second, these
windows overlap and join to one recording, even when the page is too busy to be asked for half a second.
"""

import base64
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

# Keeps blocks of [audio time at the block's end, samples since the last block].
LISTEN = """
() => {
  const tap = window.ostinato.analyser
  const context = tap.context
  const ear = new AnalyserNode(context, { fftSize: 32768 })
  tap.connect(ear)
  const window_ = new Float32Array(ear.fftSize)
  const heard = { rate: context.sampleRate, blocks: [] }
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
  const planned = window.ostinato.sounded.filter(note => note.tick !== null).map(note => [note.tick, note.time])
  return { rate: heard.rate, planned, blocks: heard.blocks.map(([end, block]) => [end, bytes(block)]) }
}
"""


@dataclass(frozen=True)
class Recording:
    """samples: (n,) float32 in [-1, 1], the first at `start` seconds of the page's audio clock; rate in Hz.

    planned: (k, 2), ticks of notes and the seconds of the audio clock for which they were given to the synthesizer.
    """

    samples: NDArray[np.float32]
    start: float
    rate: float
    planned: NDArray[np.float64]

    def loudness(self) -> float:
        """RMS of the loudest tenth of a second."""
        size = int(self.rate / 10)
        frames = self.samples[: len(self.samples) // size * size].reshape(-1, size)
        return float(np.sqrt((frames.astype(np.float64) ** 2).mean(axis=1)).max(initial=0.0))

    def seconds_of(self, ticks: NDArray[np.float64]) -> NDArray[np.float64]:
        """When these ticks come on the audio clock: a straight line through what was planned, at one tempo."""
        slope, zero = np.polyfit(self.planned[:, 0], self.planned[:, 1], 1)
        return np.asarray(slope * ticks + zero, dtype=np.float64)


def listen(page: Page) -> None:
    """Begin to hear what the page plays. Its sound must be unlocked."""
    page.evaluate(LISTEN)


def recording(page: Page) -> Recording:
    """Stop, and give what was heard since `listen`."""
    raw = page.evaluate(RECORDING)
    blocks = [(end, np.frombuffer(base64.b64decode(block), dtype="<f4")) for end, block in raw["blocks"]]
    first_end, first = blocks[0]
    samples = np.concatenate([block for _, block in blocks])
    return Recording(samples, first_end - len(first) / raw["rate"], raw["rate"], np.array(raw["planned"]))


HOP = 0.005  # seconds between two frames of the flux


def flux(heard: Recording) -> NDArray[np.float64]:
    """How strongly sound sets in, each HOP seconds: the rise of the logarithmic spectrum, summed over its bands.

    Returns (n_frames,), mean 0 and standard deviation 1; frame i is centred on i * HOP after the start.
    """
    hop, size = round(heard.rate * HOP), 1024
    padded = np.pad(heard.samples, (size // 2, size))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop][: len(heard.samples) // hop]
    spectrum = np.log1p(100.0 * np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)))
    rise = np.maximum(0.0, np.diff(spectrum, axis=0, prepend=spectrum[:1])).sum(axis=1)
    return np.asarray((rise - rise.mean()) / rise.std(), dtype=np.float64)


def lag(heard: Recording, onsets: NDArray[np.float64], *, most: float = 0.25) -> tuple[float, float]:
    """How late the sound is after the notes of the roll.

    onsets: ticks at which notes begin, each once. most: the largest delay looked at, in seconds.
    Returns the delay in seconds at which onsets and sound agree best, and how well: the mean flux there, in standard
    deviations.
    """
    strength = flux(heard)
    frames = (heard.seconds_of(np.unique(onsets)) - heard.start) / HOP
    delays = np.arange(-round(most / HOP), round(most / HOP) + 1)
    inside = frames[(frames > -delays[0]) & (frames < len(strength) - delays[-1] - 1)].round().astype(int)
    agreement = np.array([strength[inside + delay].mean() for delay in delays])
    best = int(agreement.argmax())
    return float(delays[best] * HOP), float(agreement[best])
