"""CUDA graphs: many small kernels of a step, launched as one. Elsewhere the step stays what it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

log = logging.getLogger(__name__)

Step = Callable[[Tensor], tuple[Tensor, ...]]
"""Ids of a fixed size → what a step puts out; it may change its state in place."""

WARM_UPS = 3
CHECKS = 3


def quickest(
    step: Step,
    ids: Tensor,
    state: Sequence[Tensor],
    *,
    graphed: Callable[[Step, Tensor], Step] | None = None,
) -> Step:
    """The step as one CUDA graph, where ids lie on a GPU and the graph does exactly what the step does; else
    the step itself. The state is all zeros afterwards.

    graphed: makes the graph, for a test.
    """
    if graphed is None:
        if ids.device.type != "cuda":
            return step
        graphed = Graphed
    try:
        quick = graphed(step, ids)
        if agree(step, quick, ids, state):
            return quick
        log.warning("a CUDA graph of the step gives other numbers than the step; going on without")
    except RuntimeError as error:
        log.warning("the step cannot be made a CUDA graph, going on without: %s", error)
    finally:
        _clear(state)
    return step


def agree(step: Step, quick: Step, ids: Tensor, state: Sequence[Tensor]) -> bool:
    """Whether both put out the same bits and leave the same state, some steps one after another."""
    seen: list[list[Tensor]] = []
    for run in (step, quick):
        _clear(state)
        seen.append([])
        for _ in range(CHECKS):
            seen[-1] += [part.clone() for part in (*run(ids), *state)]
    return all(torch.equal(a, b) for a, b in zip(*seen, strict=True))


def _clear(state: Sequence[Tensor]) -> None:
    for part in state:
        part.zero_()


class Graphed:
    """A step that was recorded once and is replayed; it reads and writes the memory that it was recorded
    with, so what it returns holds until it is called again.
    """

    def __init__(self, step: Step, ids: Tensor) -> None:
        self._ids = ids.clone()
        # What a library sets up when it is first used must not be recorded, so that comes before.
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UPS):
                step(self._ids)
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        # Other threads may use the GPU meanwhile: only what this one does is recorded.
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
            self._out = step(self._ids)

    def __call__(self, ids: Tensor) -> tuple[Tensor, ...]:
        self._ids.copy_(ids)
        self._graph.replay()
        return self._out
