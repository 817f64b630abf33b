"""A step recorded as a CUDA graph is taken only if it does what the step does. The recording is stood in for:
these tests need no GPU.
"""

import pytest
import torch
from torch import Tensor

from generator.engine import graphs
from generator.engine.graphs import Step, quickest


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(graphs.log, "warning", lambda text, *given: said.append(text % given))
    return said


IDS = torch.tensor([[1, 2], [3, 4]])


def adding(state: list[Tensor]) -> Step:
    """A step whose state counts up by its ids."""

    def step(ids: Tensor) -> tuple[Tensor, ...]:
        state[0].add_(ids)
        return state[0] * 2, state[0] + 1

    return step


def test_without_a_gpu_the_step_stays_what_it_is() -> None:
    state = [torch.zeros(2, 2)]
    step = adding(state)
    assert quickest(step, IDS, state) is step


def test_a_recording_that_does_the_same_is_taken_and_the_state_begins_at_zero() -> None:
    state = [torch.zeros(2, 2)]
    twin = adding(state)
    assert quickest(adding(state), IDS, state, graphed=lambda _step, _ids: twin) is twin
    assert not state[0].any()


@pytest.mark.parametrize("wrong", ["output", "state"])
def test_a_recording_that_does_something_else_is_not(wrong: str, warnings: list[str]) -> None:
    state = [torch.zeros(2, 2)]
    step = adding(state)

    def other(ids: Tensor) -> tuple[Tensor, ...]:
        first, second = step(ids)
        if wrong == "output":
            return first, second + 1e-6
        out = first.clone(), second.clone()
        state[0].mul_(2)
        return out

    assert quickest(step, IDS, state, graphed=lambda _step, _ids: other) is step
    assert "other numbers" in warnings[0]
    assert not state[0].any()


def test_a_recording_that_cannot_be_made_is_done_without(warnings: list[str]) -> None:
    state = [torch.zeros(2, 2)]
    step = adding(state)

    def refuse(_step: Step, _ids: Tensor) -> Step:
        raise RuntimeError("operation not permitted when stream is capturing")

    assert quickest(step, IDS, state, graphed=refuse) is step
    assert "not permitted" in warnings[0]
