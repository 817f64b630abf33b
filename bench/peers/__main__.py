"""Measures ours and the peers in turns: python -m bench.peers [--rounds 5] [--json FILE] [PART ...].

Ours, theirs, ours, theirs, so that what else the machine does weighs on both alike; what counts is the ratio
of the medians. Parts: rnn, keras, vae, musegan.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from bench import engine as our_engine
from bench.figures import Figure, table
from bench.peers import install
from bench.peers.magenta import Magenta, magenta
from bench.peers.musegan import LATENT, PublishedGenerator
from bench.run import introduce, machine, write
from generator.engine.band import Band, BandAsk, latents_of
from generator.engine.decoder import Decoder
from generator.engine.prior import score_of
from generator.networks.checkpoints import WEIGHTS
from generator.networks.musegan import as_rolls
from generator.networks.vae_checkpoints import load

STYLE = "chorale"  # two layers of 512, as basic_rnn
STEPS = 64
KERAS_NOTES = 10

Rate = Callable[[], float]


def in_turns(
    name: str, key: str, unit: str, goal: float, ours: Rate, theirs: Rate, rounds: int
) -> list[Figure]:
    """Both rates and their ratio, after one round that counts for nothing."""
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    mine, peer = (tuple(values) for values in zip(*pairs, strict=True))
    ratio = statistics.median(mine) / statistics.median(peer)
    return [
        Figure(f"{name}: ours", unit, mine, more_is_better=True),
        Figure(f"{name}: the peer", unit, peer, more_is_better=True),
        Figure(f"{name}: times the peer", "times", (ratio,), (50, goal), more_is_better=True, key=key),
    ]


def each(n: int, do: Callable[[], object], at_least: float = 0.3) -> float:
    """How many a second, of something that makes n at a time: by the median of the calls of a while."""
    took: list[float] = []
    while len(took) < 3 or sum(took) < at_least:
        began = time.perf_counter()
        do()
        took.append(time.perf_counter() - began)
    return n / statistics.median(took)


def rnn(page: Magenta, rounds: int) -> list[Figure]:
    """A recurrent network of two layers of 512. A step of ours is a note with all its parts, one of theirs a
    sixteenth of one voice.
    """

    def theirs() -> float:
        return STEPS / page.seconds("basic_rnn", STEPS, times=5)

    figures = []
    with our_engine.running() as engine:
        our_engine.write(engine, STYLE, 0)
        for n, goal in ((1, 4.0), (our_engine.AT_ONCE, 12.0)):
            name = f"RNN 2 x 512, {n} at once, magenta.js one"
            ours = partial(our_engine.pace, engine, STYLE, n, 1)
            figures += in_turns(name, f"peer_rnn_{n}", "steps/s", goal, ours, theirs, rounds)
    return figures


def keras(rounds: int) -> list[Figure]:
    """One stream of ours against the recipe that predicts a hundred steps for each note."""
    script = Path(__file__).with_name("keras_recipe.py")
    with subprocess.Popen(
        [str(install.tensorflow()), str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as recipe:
        assert recipe.stdin is not None
        assert recipe.stdout is not None
        say, hear = recipe.stdin, recipe.stdout
        if hear.readline() != "ready\n":
            raise RuntimeError("the recipe did not start")

        def theirs() -> float:
            say.write(f"{KERAS_NOTES}\n")
            say.flush()
            return KERAS_NOTES / float(hear.readline())

        with our_engine.running() as engine:
            our_engine.write(engine, STYLE, 0)
            ours = partial(our_engine.pace, engine, STYLE, 1, 1)
            name = "notes of one piece, 3 x LSTM(512) in Keras"
            figures = in_turns(name, "peer_keras", "notes/s", 300.0, ours, theirs, rounds)
        say.close()
    return figures


def vae(page: Magenta, rounds: int) -> list[Figure]:
    """From latents to notes. By the bar, since our trio has 16 of them and theirs 4."""
    torch.set_num_threads(1)  # as the engine runs

    def ours(decoder: Decoder, n: int) -> None:
        config = decoder.network.config
        for tokens in decoder.decode(torch.randn(n, config.latent)):
            score_of(tokens.flatten(1, 2), config.tracks)

    def our_rate(decoder: Decoder, n: int) -> float:
        return decoder.network.config.n_bars * each(n, partial(ours, decoder, n))

    def their_rate(name: str, n_bars: int, n: int) -> float:
        return n_bars * n / page.seconds(name, n, times=3)

    figures = []
    for own, peer, n_bars in (("melody_2", "mel_2bar_small", 2), ("trio", "trio_4bar", 4)):
        decoder = Decoder(load(WEIGHTS / f"vae_{own}.safetensors").network)
        for n, goal in ((1, 3.0), (8, 4.0)):
            name = f"VAE {peer}, batch {n}, magenta.js"
            rates = (partial(our_rate, decoder, n), partial(their_rate, peer, n_bars, n))
            figures += in_turns(name, f"peer_vae_{own}_{n}", "bars/s", goal, *rates, rounds)
    return figures


def musegan(rounds: int) -> list[Figure]:
    """Phrases of four bars of five tracks, as zeros and ones. The published generator may use one core or
    all, whichever is quicker.
    """
    published = PublishedGenerator().eval()
    generator = Band(torch.device("cpu"), WEIGHTS)._model("hybrid/scratch").generator
    cores = len(os.sched_getaffinity(0))

    def ours(n: int) -> None:
        torch.set_num_threads(1)
        for seed in range(n):
            latents = latents_of(BandAsk(bars=4, seed=seed), "A", generator.config.latent)
            as_rolls(generator.draw(generator.codes(latents)))

    def theirs(n: int, threads: int) -> None:
        torch.set_num_threads(threads)
        (published(torch.randn(n, LATENT)) > 0).numpy()

    def their_rate(n: int) -> float:
        return max(each(n, partial(theirs, n, threads)) for threads in {1, cores})

    figures = []
    with torch.inference_mode():
        for n, goal in ((1, 2.0), (64, 3.0)):
            rates = (partial(each, n, partial(ours, n)), partial(their_rate, n))
            name = f"MuseGAN phrases, batch {n}"
            figures += in_turns(name, f"peer_musegan_{n}", "phrases/s", goal, *rates, rounds)
    return figures


PARTS = ("rnn", "keras", "vae", "musegan")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is named"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write what was measured to this file")
    asked = parser.parse_args()
    parts = asked.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    where = machine()
    busy = introduce(where)
    figures: list[Figure] = []

    def report(made: list[Figure]) -> None:
        print(table(made), end="\n\n", flush=True)
        figures.extend(made)

    if "rnn" in parts or "vae" in parts:
        with magenta() as page:
            where["magenta"] = page.runs_on
            print(f"magenta.js on {page.runs_on}", flush=True)
            if "rnn" in parts:
                report(rnn(page, asked.rounds))
            if "vae" in parts:
                report(vae(page, asked.rounds))
    if "keras" in parts:
        report(keras(asked.rounds))
    if "musegan" in parts:
        report(musegan(asked.rounds))
    if asked.json:
        write(asked.json, where, busy, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
