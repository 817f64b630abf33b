"""The engine on a GPU: python -m bench.gpu [--runs 5] [--json FILE]. The numbers of docs/scale.md about one.

Beside the same engine on the processors of the same machine. It needs neither site nor database.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import torch

from bench.engine import likelihood, pace, running, write
from bench.figures import Figure, table
from generator.engine.graphs import Graphed
from generator.engine.rows import Chunk, GenerationRequest
from generator.engine.writer import Writer

JOBS = (1, 16, 64, 128)
STEPS = 200


def step_milliseconds(writer: Writer, *, graphed: bool) -> float:
    """Of one step of all seats, the GPU waited for at the end of many."""
    advance = writer._advance if graphed else writer._advance_all
    with torch.inference_mode():
        torch.cuda.synchronize()
        begun = time.perf_counter()
        for _ in range(STEPS):
            writer._n_drawn.zero_()
            writer._number.zero_()
            advance()
        torch.cuda.synchronize()
    return 1000 * (time.perf_counter() - begun) / STEPS


def steps(runs: int) -> list[Figure]:
    """A step with the graph and without, where there are graphs."""
    figures = []
    with running("cuda") as engine:
        for card in engine.styles:
            writer = engine.load_style(card.name)
            assert isinstance(writer, Writer)
            if not isinstance(writer._advance, Graphed):
                raise SystemExit(f"the step of {card.name} was not made a graph: the log says why")
            for name, graphed in (("one by one", False), ("as a graph", True)):
                took = tuple(step_milliseconds(writer, graphed=graphed) for _ in range(runs))
                figures.append(Figure(f"a step of 64 seats, {name}, {card.name}", "ms", took))
    return figures


def throughput(device: str, runs: int) -> list[Figure]:
    """Notes a second of so many jobs at once."""
    figures = []
    with running(device) as engine:
        for card in engine.styles:
            write(engine, card.name, 0)  # compiled and warm
            for jobs in JOBS:
                took = tuple(pace(engine, card.name, jobs, 100 * run) for run in range(runs))
                name = f"engine on {device}, {jobs} jobs, {card.name}"
                key = f"{device}_notes_per_s_{jobs}_{card.name}"
                figures.append(Figure(name, "notes/s", took, more_is_better=True, key=key))
    return figures


def first_notes(device: str, runs: int) -> list[Figure]:
    """From the ask to the first note, of the engine alone."""
    figures = []
    with running(device) as engine:
        for card in engine.styles:
            write(engine, card.name, 0)
            took: list[float] = []
            for run in range(4 * runs):
                begun = time.perf_counter()
                for part in engine.generate(GenerationRequest(style=card.name, bars=2, seed=run)):
                    if isinstance(part, Chunk) and part.notes and len(took) <= run:
                        took.append(1000 * (time.perf_counter() - begun))
            figures.append(Figure(f"first note on {device}, {card.name}", "ms", tuple(took)))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if not torch.cuda.is_available():
        raise SystemExit("there is no GPU here that torch can use")
    print(torch.cuda.get_device_name(), "torch", torch.__version__, flush=True)
    figures: list[Figure] = []
    parts: list[Callable[[], list[Figure]]] = [
        lambda: steps(given.runs),
        lambda: likelihood(given.runs, "cuda", "half"),
        lambda: first_notes("cuda", given.runs),
        lambda: throughput("cuda", given.runs),
        lambda: first_notes("cpu", given.runs),
        lambda: throughput("cpu", given.runs),
    ]
    for part in parts:
        found = part()
        print(table(found), flush=True)
        figures += found
        if given.json:
            values = {figure.key or figure.name: figure.value for figure in figures}
            given.json.write_text(json.dumps(values, indent=1))
    print(f"memory of the GPU: {torch.cuda.max_memory_reserved() / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
