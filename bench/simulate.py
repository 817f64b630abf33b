"""A day of the queue in seconds: python -m bench.simulate PIECES_A_DAY [--workers N] [--seconds S].

Requests come at random (a Poisson process) along a daily curve: the rate goes from a quarter of the mean at
four in the morning to 1.75 times it in the late afternoon. A worker's process is one processor: what it
writes at the same time shares it. Says how busy the workers are and how long people wait.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random

DAY = 24 * 3600


def rate(second: float, pieces_a_day: float) -> float:
    """Requests a second at a time of the day; its mean over the day is pieces_a_day / DAY."""
    return pieces_a_day / DAY * (1 - 0.75 * math.cos(2 * math.pi * (second / 3600 - 4) / 24))


def arrivals(pieces_a_day: float, dice: random.Random) -> list[float]:
    """When requests come (thinning of a Poisson process, Lewis & Shedler 1979)."""
    most, now, times = 1.75 * pieces_a_day / DAY, 0.0, []
    while (now := now + dice.expovariate(most)) < DAY:
        if dice.random() * most < rate(now, pieces_a_day):
            times.append(now)
    return times


def waits(times: list[float], workers: int, seconds: float, dice: random.Random) -> list[float]:
    """Seconds from each request to its turn, first come first served. A piece's cost is spread as lengths
    are: between a third of the mean and twice it.
    """
    free = [0.0] * workers
    waited = []
    for now in times:
        begins = max(now, heapq.heappop(free))
        waited.append(begins - now)
        heapq.heappush(free, begins + seconds * dice.triangular(0.33, 2.0, 0.67))
    return waited


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("pieces", type=float, help="pieces a day")
    parser.add_argument("--workers", type=int, default=1, help="processors that write")
    parser.add_argument("--seconds", type=float, required=True, help="processor seconds a piece")
    asked = parser.parse_args()
    dice = random.Random(1)  # nosec B311 - a simulation that repeats
    times = arrivals(asked.pieces, dice)
    waited = sorted(waits(times, asked.workers, asked.seconds, dice))
    busy = len(times) * asked.seconds / DAY / asked.workers
    shares = {share: waited[min(len(waited) - 1, int(len(waited) * share / 100))] for share in (50, 95, 99)}
    print(
        f"{len(times):,} pieces, {asked.workers} workers, {100 * busy:.0f} % busy on average, "
        f"{175 * busy:.0f} % at the peak; waited "
        + ", ".join(f"p{share} {seconds:.2f} s" for share, seconds in shares.items())
        + f", at most {waited[-1]:.1f} s"
    )


if __name__ == "__main__":
    main()
