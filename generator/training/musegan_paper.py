"""The published figures of MuseGAN, and the bar that ours are held to.

Dong, Hsiao, Yang and Yang, AAAI 2018, tables 1 and 2. Columns: EB by BAND (bass, drums, guitar, piano,
strings); UPC and QN by PITCHED; TD by PAIRS (B-G, B-S, B-P, G-S, G-P, S-P). None where the role was given.
"""

from __future__ import annotations

import math

Row = dict[str, list[float | None]]

TRAINING: dict[str, list[float]] = {
    "EB": [8.06, 8.06, 19.4, 24.8, 10.1],
    "UPC": [1.71, 3.08, 3.28, 3.38],
    "QN": [90.0, 81.9, 88.4, 89.6],
    "DP": [88.6],
    "TD": [1.57, 1.58, 1.51, 1.10, 1.02, 1.04],
}

PAPER: dict[str, Row] = {
    "jamming/scratch": {
        "EB": [6.59, 2.33, 18.3, 22.6, 6.10],
        "UPC": [1.53, 3.69, 4.13, 4.09],
        "QN": [71.5, 56.6, 62.2, 63.1],
        "DP": [93.2],
        "TD": [1.56, 1.60, 1.54, 1.05, 0.99, 1.05],
    },
    "composer/scratch": {
        "EB": [0.01, 28.9, 1.34, 0.02, 0.01],
        "UPC": [2.51, 4.20, 4.89, 5.19],
        "QN": [49.5, 47.4, 49.9, 52.5],
        "DP": [75.3],
        "TD": [1.37, 1.36, 1.30, 0.95, 0.98, 0.91],
    },
    "hybrid/scratch": {
        "EB": [2.14, 29.7, 11.7, 17.8, 6.04],
        "UPC": [2.35, 4.76, 5.45, 5.24],
        "QN": [44.6, 43.2, 45.5, 52.0],
        "DP": [71.3],
        "TD": [1.34, 1.35, 1.32, 0.85, 0.85, 0.83],
    },
    "jamming/conditional": {
        "EB": [4.60, 3.47, 13.3, None, 3.44],
        "UPC": [2.05, 3.79, None, 4.23],
        "QN": [73.9, 58.8, None, 62.3],
        "DP": [91.6],
        "TD": [1.51, 1.53, 1.50, 1.04, 0.95, 1.00],
    },
    "composer/conditional": {
        "EB": [0.65, 20.7, 1.97, None, 1.49],
        "UPC": [2.51, 4.57, None, 5.10],
        "QN": [53.5, 48.4, None, 59.0],
        "DP": [84.5],
        "TD": [1.41, 1.36, 1.40, 0.96, 1.01, 0.95],
    },
    "hybrid/conditional": {
        "EB": [2.09, 4.53, 10.3, None, 4.05],
        "UPC": [2.86, 4.43, None, 4.32],
        "QN": [43.3, 55.6, None, 67.1],
        "DP": [71.8],
        "TD": [1.39, 1.36, 1.38, 0.96, 0.94, 0.95],
    },
}

TINY = 0.05
"""Where the paper's own distance is tiny, ours may be this share of the training value."""
NEAR_ZERO, POINTS = 10.0, 2.0
"""Percentages of at most this are near zero, and may be this many points off."""
ONE_STEP, OVERLAP = 0.25, 0.85
QUALIFIED = 80.0
"""Percent: QN at least, for every pitched role."""


def allowed(model: str, measure: str, column: int, training: float) -> float:
    """How far a model's figure may lie from the training row's, in its own unit.

    Half of the paper's distance relative to its own training value, at least TINY; percentages near zero,
    two points. nan where the paper has no figure (the role was given).
    """
    if measure == "one_step":
        return max(ONE_STEP * training, POINTS if training <= NEAR_ZERO else 0.0)
    published = PAPER[model][measure][column]
    if published is None:
        return math.nan
    base = TRAINING[measure][column]
    share = max(TINY, abs(published - base) / base / 2)
    near_zero = measure in ("EB", "QN", "DP") and training <= NEAR_ZERO
    return max(share * training, POINTS if near_zero else 0.0)
