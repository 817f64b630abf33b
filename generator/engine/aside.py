"""step_aside: a thread that computes lets the process's other threads go first."""

from __future__ import annotations

import os
import sys
import threading

NICE = 5


def step_aside() -> None:
    """Make this thread nicer than others. Music is written far quicker than it sounds; pages, sockets and
    first notes need the processor at once. Without effect but on Linux, which alone has this for a thread.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
