"""The engine as it is on a slow machine, for what can only be done while a piece is being written.

A server takes it by OSTINATO_ENGINE=tests.slow_engine.SlowEngine.
"""

from __future__ import annotations

import time
from typing import Any

from generator.engine.engine import Engine
from generator.engine.lane import Lane

STEP_SECONDS = 0.05


class SlowLane(Lane):
    def step(self, *given: Any) -> None:
        time.sleep(STEP_SECONDS)
        super().step(*given)


class SlowEngine(Engine):
    """Writes what the engine writes, some hundred notes a second."""

    LANE = SlowLane
