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


def adding(state: list[Tensor]) -> Step:
    """A step that counts up."""

    def step() -> None:
        state[0].add_(1)

    return step


def test_without_a_gpu_the_step_stays_what_it_is() -> None:
    state = [torch.zeros(2, 2)]
    step = adding(state)
    assert quickest(step, state) is step


def test_a_recording_that_does_the_same_is_taken_and_nothing_has_changed() -> None:
    state = [torch.full((2, 2), 5.0)]
    twin = adding(state)
    assert quickest(adding(state), state, graphed=lambda _step: twin) is twin
    assert (state[0] == 5).all()


def test_a_recording_that_does_something_else_is_not_taken(warnings: list[str]) -> None:
    state = [torch.zeros(2, 2)]
    step = adding(state)

    def other() -> None:
        step()
        state[0].add_(1e-6)

    assert quickest(step, state, graphed=lambda _step: other) is step
    assert "other numbers" in warnings[0]
    assert not state[0].any()


def test_a_recording_that_cannot_be_made_is_done_without(warnings: list[str]) -> None:
    state = [torch.zeros(2, 2)]
    step = adding(state)

    def refuse(_step: Step) -> Step:
        step()
        raise RuntimeError("operation not permitted when stream is capturing")

    assert quickest(step, state, graphed=refuse) is step
    assert "not permitted" in warnings[0]
    assert not state[0].any()
