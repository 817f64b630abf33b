"""What the engine says when it cannot do what is asked."""

from __future__ import annotations


class GenerationError(Exception):
    """A request that cannot be met. code: for programs; message: a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def broken() -> GenerationError:
    """Something failed that is not the request's fault."""
    return GenerationError("engine_failed", "The generator failed at this piece. Try again.")


def stopped() -> GenerationError:
    """The engine ends; the request does not."""
    return GenerationError("stopped", "The generator is being restarted; this piece goes on after it.")
