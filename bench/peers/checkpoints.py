"""Checkpoints as magenta.js reads them, in the published shapes, with random weights.

The shapes are those of Magenta's configurations of the same names. They have as many weights as the sizes of
the trained files say: 13.0 and 17.7 MB at four bytes each, and 17.6 MB at one (they are read as floats).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

Shapes = dict[str, tuple[int, ...]]
N_PITCHES, N_DRUMS, LATENT = 90, 512, 256
WIDTH = {"encoder": 512, "decoder": 256}
SHARD = 4 << 20


def lstm(name: str, n_in: int, width: int) -> Shapes:
    return {f"{name}/kernel": (n_in + width, 4 * width), f"{name}/bias": (4 * width,)}


def dense(name: str, n_in: int, n_out: int) -> Shapes:
    return {f"{name}/kernel": (n_in, n_out), f"{name}/bias": (n_out,)}


def basic_rnn() -> Shapes:
    """Two layers of 512 over the 36 pitches and two other events of a melody."""
    cell = "rnn/multi_rnn_cell/cell_{}/basic_lstm_cell"
    return {
        **lstm(cell.format(0), 38, 512),
        **lstm(cell.format(1), 512, 512),
        "fully_connected/weights": (512, 38),
        "fully_connected/biases": (38,),
    }


def decoder(name: str, depth: int, n_in: int) -> Shapes:
    """Two layers of 256 that write events one after another."""
    width = WIDTH["decoder"]
    return {
        **lstm(f"{name}/multi_rnn_cell/cell_0/lstm_cell", depth + n_in, width),
        **lstm(f"{name}/multi_rnn_cell/cell_1/lstm_cell", width, width),
        **dense(f"{name}/z_to_initial_state", n_in, 4 * width),
        **dense(f"{name}/output_projection", width, depth),
    }


def encoder(levels: tuple[str, ...], depth: int) -> Shapes:
    """A bidirectional layer of 512 a level, then mean and deviation of the latent."""
    width = WIDTH["encoder"]
    shapes: Shapes = {}
    for level in levels:
        for way in ("fw", "bw"):
            name = f"encoder/{level}cell_0/bidirectional_rnn/{way}/multi_rnn_cell/cell_0/lstm_cell"
            shapes |= lstm(name, depth, width)
        depth = 2 * width
    return shapes | dense("encoder/mu", depth, LATENT) | dense("encoder/sigma", depth, LATENT)


def mel_2bar_small() -> Shapes:
    return encoder(("",), N_PITCHES) | decoder("decoder", N_PITCHES, LATENT)


def trio_4bar() -> Shapes:
    """A conductor of two layers, and a decoder for each of melody, bass and drums."""
    width = WIDTH["decoder"]
    depths = (N_PITCHES, N_PITCHES, N_DRUMS)
    level = "decoder/hierarchical_level_0"
    shapes = encoder(("hierarchical_level_0/", "hierarchical_level_1/"), sum(depths))
    shapes |= lstm(f"{level}/cell_0/lstm_cell", 1, width) | lstm(f"{level}/cell_1/lstm_cell", width, width)
    shapes |= dense(f"{level}/initial_state", LATENT, 4 * width)
    for number, depth in enumerate(depths):
        shapes |= decoder(f"core_decoder/core_decoder_{number}/decoder", depth, width)
    return shapes


def melody_converter(low: int, high: int, **more: int) -> dict[str, object]:
    return {"type": "MelodyConverter", "args": {"minPitch": low, "maxPitch": high, **more}}


def write_all(folder: Path) -> None:
    """The three that are measured."""
    band = {"minPitch": 21, "maxPitch": 108}
    trio = {"numSteps": 64, "numSegments": 4, "melArgs": band, "bassArgs": band, "drumsArgs": {}}
    write(folder / "basic_rnn", {"type": "MusicRNN", "dataConverter": melody_converter(48, 83)}, basic_rnn())
    write(
        folder / "mel_2bar_small",
        {"type": "MusicVAE", "dataConverter": melody_converter(21, 108, numSteps=32)},
        mel_2bar_small(),
    )
    write(
        folder / "trio_4bar",
        {"type": "MusicVAE", "dataConverter": {"type": "TrioConverter", "args": trio}},
        trio_4bar(),
    )


def write(folder: Path, config: dict[str, object], shapes: Shapes) -> None:
    """One checkpoint: config, a list of weights, and their float32 in parts."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(0)
    blob, entries = b"", []
    for name, shape in shapes.items():
        bound = np.prod(shape[:-1]) ** -0.5
        blob += dice.uniform(-bound, bound, shape).astype("<f4").tobytes()
        entries.append({"name": name, "shape": shape, "dtype": "float32"})
    paths = []
    for number, start in enumerate(range(0, len(blob), SHARD), start=1):
        paths.append(f"part{number}")
        (folder / paths[-1]).write_bytes(blob[start : start + SHARD])
    (folder / "weights_manifest.json").write_text(json.dumps([{"paths": paths, "weights": entries}]))
    (folder / "config.json").write_text(json.dumps(config))
