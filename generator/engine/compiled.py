"""compiled: makes a function into machine code for this processor, kept on disk for the next process."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])
SOURCES = ("arithmetic", "blocks", "int8", "kernel", "packed", "seats")


def _folder() -> Path:
    """Where the code is kept: beside the sources, else in the system's folder for such things.

    numba asks whether a function's own file has changed, and not those of what it calls; so the folder's
    name says what all of them were.
    """
    here = Path(__file__).resolve().parent
    digest = hashlib.sha256(b"".join((here / f"{name}.py").read_bytes() for name in SOURCES)).hexdigest()[:12]
    beside = here / "__pycache__" / f"step-{digest}"
    try:
        beside.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _elsewhere(digest)
    return beside if os.access(beside, os.W_OK) else _elsewhere(digest)


def _elsewhere(digest: str) -> Path:
    return Path(tempfile.gettempdir()) / f"ostinato-step-{digest}-{os.getuid()}"


config: Any = numba.config
config.CACHE_DIR = str(_folder())


def compiled(function: F) -> F:
    """The function as machine code, made when it is first called.

    Floats are neither reordered nor fused (fastmath is off), so all processors give the same bits; a division
    by zero gives infinity, as in numpy. Other threads of Python run meanwhile.
    """
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
