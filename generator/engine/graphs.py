"""CUDA graphs: many small kernels of a step, launched as one. Elsewhere the step stays what it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

log = logging.getLogger(__name__)

Step = Callable[[], None]
"""Reads and changes tensors that stay where they are."""

WARM_UPS = 3
CHECKS = 3


def quickest(step: Step, changes: Sequence[Tensor], *, graphed: Callable[[Step], Step] | None = None) -> Step:
    """The step as one CUDA graph, where what it changes lies on a GPU and the graph does exactly what the
    step does; else the step itself. What it changes is afterwards as it was.

    graphed: makes the graph, for a test.
    """
    if graphed is None:
        if changes[0].device.type != "cuda":
            return step
        graphed = Graphed
    was = [part.clone() for part in changes]
    try:
        quick = graphed(step)
        if agree(step, quick, changes, was):
            return quick
        log.warning("a CUDA graph of the step gives other numbers than the step; going on without")
    except RuntimeError as error:
        log.warning("the step cannot be made a CUDA graph, going on without: %s", error)
    finally:
        _put_back(changes, was)
    return step


def agree(step: Step, quick: Step, changes: Sequence[Tensor], was: Sequence[Tensor]) -> bool:
    """Whether both leave the same bits, some steps one after another, from what was there."""
    seen: list[list[Tensor]] = []
    for run in (step, quick):
        _put_back(changes, was)
        seen.append([])
        for _ in range(CHECKS):
            run()
            seen[-1] += [part.clone() for part in changes]
    return all(torch.equal(a, b) for a, b in zip(*seen, strict=True))


def _put_back(changes: Sequence[Tensor], was: Sequence[Tensor]) -> None:
    for part, before in zip(changes, was, strict=True):
        part.copy_(before)


class Graphed:
    """A step that was recorded once and is replayed; it reads and writes the memory that it was recorded
    with.
    """

    def __init__(self, step: Step) -> None:
        # What a library sets up when it is first used must not be recorded, so that comes before.
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UPS):
                step()
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        # Other threads may use the GPU meanwhile: only what this one does is recorded.
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
            step()

    def __call__(self) -> None:
        self._graph.replay()
