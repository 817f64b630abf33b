"""How fast the engine itself is: without web, queue and database, and beside what the memory allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.nn.functional import cross_entropy

from bench.figures import Figure
from generator.engine.engine import Engine
from generator.engine.int8_writer import Int8Writer
from generator.engine.rows import Chunk, GenerationRequest, Row
from generator.music.styles import STYLES, score_to_words
from generator.networks import checkpoints
from generator.training.examples import collate, example, whole
from generator.training.samples import write_many

BARS = 64
AT_ONCE = 16


@contextmanager
def running(device: str = "cpu") -> Iterator[Engine]:
    engine = Engine(device)
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


def write(engine: Engine, style: str, seed: int) -> int:
    """Notes of one piece."""
    parts = engine.generate(GenerationRequest(style=style, bars=BARS, seed=seed))
    return sum(len(part.notes) for part in parts if isinstance(part, Chunk))


def pace(engine: Engine, style: str, at_once: int, seed: int) -> float:
    """Notes a second of all together, with so many jobs at the same time."""
    notes: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: notes.append(write(engine, style, seed + n)))
        for n in range(at_once)
    ]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(notes) / (time.perf_counter() - begun)


def read_speed(n_bytes: int) -> float:
    """Bytes a second that one core reads from where so many bytes lie: a matrix times a vector, the best of
    some runs, as a network's step reads its weights.
    """
    torch.set_num_threads(1)
    rows = max(64, n_bytes // 4 // 1024)
    matrix, vector = torch.ones(rows, 1024), torch.ones(1024)
    best = float("inf")
    for _ in range(30):
        begun = time.perf_counter()
        for _ in range(10):
            torch.mv(matrix, vector)
        best = min(best, (time.perf_counter() - begun) / 10)
    return 4 * rows * 1024 / best


def throughput(runs: int) -> list[Figure]:
    """One stream and sixteen, for each style; and one stream beside the limit that the memory sets."""
    figures = []
    with running() as engine:
        for card in engine.styles:
            style = card.name
            writer = engine.load_style(style)
            write(engine, style, 0)  # compiled and warm
            # One and sixteen in turn, so that what else the machine does weighs on both alike.
            pairs = [
                (pace(engine, style, 1, 100 * run), pace(engine, style, AT_ONCE, 100 * run))
                for run in range(max(3, runs // 2))
            ]
            alone, together = (tuple(values) for values in zip(*pairs, strict=True))
            gain = tuple(sixteen / one for one, sixteen in pairs)
            figures += [
                Figure(f"engine, 1 job, {style}", "notes/s", alone, more_is_better=True,
                       key=f"rnn_notes_per_s_1_{style}"),
                Figure(f"engine, {AT_ONCE} jobs, {style}", "notes/s", together, more_is_better=True,
                       key=f"rnn_notes_per_s_16_{style}"),
            ]  # fmt: skip
            if style == engine.styles[0].name:  # the largest network, and the first choice of the page
                figures.append(Figure(f"{AT_ONCE} jobs for one, {style}", "times", gain, (50, 4.0),
                                      more_is_better=True, key="rnn_gain_16"))  # fmt: skip
                if isinstance(writer, Int8Writer):
                    limit = read_speed(writer.bytes_a_note) / writer.bytes_a_note
                    share = tuple(one / limit for one in alone)
                    figures += [
                        Figure(f"memory's limit for 1 job, {style}", "notes/s", (limit,),
                               key="rnn_bandwidth_limit"),
                        Figure(f"share of the memory's limit, 1 job, {style}", "", share, (50, 0.6),
                               more_is_better=True, key="rnn_bandwidth_share"),
                    ]  # fmt: skip
    return figures


def likelihood(_runs: int, device: str = "cpu", what: str = "int8") -> list[Figure]:
    """What rounding costs (weights to bytes on a CPU, everything to half precision on a GPU): nats a note
    beside full precision's, on pieces that the engine has written itself (so that no data set is needed).
    """
    figures = []
    with running(device) as engine:
        for card in engine.styles:
            writer = engine.load_style(card.name)
            network = checkpoints.load(checkpoints.WEIGHTS / f"{card.name}.safetensors").network
            style = STYLES[card.name]
            requests = [
                GenerationRequest(style=card.name, bars=32, seed=seed, key="C major") for seed in range(4)
            ]
            full = rounded = 0.0
            for request, score in zip(requests, write_many(writer, requests), strict=True):
                form = Row(request, style, lambda: False, "").form
                words = score_to_words(score, style)
                rounded += float(writer.cost(words, form).sum())
                batch = collate(
                    [whole(example(words, style.vocabulary, form, form.length))], style.vocabulary
                )
                with torch.inference_mode():
                    logits = network(batch.before, batch.at, batch.word)
                for guess, truth in zip(logits, batch.word, strict=True):
                    n = len(words)
                    full += float(cross_entropy(guess[0, :n], truth[0, :n], reduction="sum"))
            lost = 100 * abs(rounded / full - 1)
            name = f"likelihood lost by {what}, {card.name}"
            figures.append(Figure(name, "%", (lost,), (50, 0.5), key=f"{what}_loss_percent_{card.name}"))
    return figures
