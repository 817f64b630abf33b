"""What a measurement is: a name, its runs, the percentile that counts, and what the product promises."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One thing measured. runs: its values in `unit`. promise: (percentile, bound), or None.

    key: its name for programs, none for most.
    """

    name: str
    unit: str
    runs: tuple[float, ...]
    promise: tuple[int, float] | None = None
    more_is_better: bool = False
    key: str = ""

    @property
    def value(self) -> float:
        """The percentile that counts: the promise's, else the median."""
        return percentile(self.runs, self.promise[0] if self.promise else 50)

    @property
    def kept(self) -> bool | None:
        """Whether the promise holds; None where nothing is promised."""
        if self.promise is None:
            return None
        percent, bound = self.promise
        value = percentile(self.runs, percent)
        return value >= bound if self.more_is_better else value <= bound


def percentile(runs: Sequence[float], percent: int) -> float:
    """The nearest-rank percentile: the smallest run that at least `percent` of 100 runs do not pass."""
    ordered = sorted(runs)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """Figures as lines for a terminal: p50, p95, the runs' number, the promise and whether it holds."""
    rows = [("", "p50", "p95", "unit", "runs", "promise", "")]
    for figure in figures:
        promise = ""
        if figure.promise is not None:
            sign = "at least" if figure.more_is_better else "at most"
            promise = f"p{figure.promise[0]} {sign} {number(figure.promise[1])}"
        rows.append(
            (
                figure.name,
                number(percentile(figure.runs, 50)),
                number(percentile(figure.runs, 95)),
                figure.unit,
                str(len(figure.runs)),
                promise,
                {True: "kept", False: "BROKEN", None: ""}[figure.kept],
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    right = {1, 2, 4}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def number(value: float) -> str:
    """Three figures that count, thousands apart: 0.33, 47.1, 12,400."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{round(value, 2 - math.floor(math.log10(abs(value)))):,.{digits}f}"
