"""Functions of a float that come out as the same bits on every processor, and the draw of an id.

They are polynomials and quotients without any call of the system's mathematics library, whose last bit
differs from one version to the next; and the compiler neither fuses nor reorders what stands here.
"""

from __future__ import annotations

import numpy as np

from generator.engine.compiled import compiled

_LOG2E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
POWERS = 2.0 ** -np.arange(1080)
"""Powers of two down to 0, for exp."""


@compiled
def tanh(x: np.float32) -> np.float32:
    """float32 → float32, within 4e-7. The quotient that Eigen uses (MathFunctionsImpl.h, ptanh_float)."""
    x = min(max(x, np.float32(-7.9)), np.float32(7.9))
    s = x * x
    p = s * np.float32(-2.76076847742355e-16) + np.float32(2.00018790482477e-13)
    p = s * p + np.float32(-8.60467152213735e-11)
    p = s * p + np.float32(5.12229709037114e-08)
    p = s * p + np.float32(1.48572235717979e-05)
    p = s * p + np.float32(6.37261928875436e-04)
    p = s * p + np.float32(4.89352455891786e-03)
    q = s * np.float32(1.19825839466702e-06) + np.float32(1.18534705686654e-04)
    q = s * q + np.float32(2.26843463243900e-03)
    q = s * q + np.float32(4.89352518554385e-03)
    return x * p / q


@compiled
def sigmoid(x: np.float32) -> np.float32:
    """float32 → float32."""
    return np.float32(0.5) * tanh(np.float32(0.5) * x) + np.float32(0.5)


@compiled
def gelu(x: np.float32) -> np.float32:
    """float32 → float32, x Φ(x); its erf is the quotient that Eigen uses (SpecialFunctionsImpl.h)."""
    y = min(max(x * np.float32(0.7071067811865476), np.float32(-4.0)), np.float32(4.0))
    s = y * y
    p = s * np.float32(-2.72614225801306e-10) + np.float32(2.77068142495902e-08)
    p = s * p + np.float32(-2.10102402082508e-06)
    p = s * p + np.float32(-5.69250639462346e-05)
    p = s * p + np.float32(-7.34990630326855e-04)
    p = s * p + np.float32(-2.95459980854025e-03)
    p = s * p + np.float32(-1.60960333262415e-02)
    q = s * np.float32(-1.45660718464996e-05) + np.float32(-2.13374055278905e-04)
    q = s * q + np.float32(-1.68282697438203e-03)
    q = s * q + np.float32(-7.37332916720468e-03)
    q = s * q + np.float32(-1.42647390514189e-02)
    return np.float32(0.5) * x * (np.float32(1.0) + y * p / q)


@compiled
def exp(x: float) -> float:
    """float64 → float64 for x of at most 0, within 1e-13 of it: 2^-n times a Taylor polynomial."""
    x = max(x, -740.0)  # there it is 0 for all that counts, and without a branch a loop of it is quick
    n = np.int64(0.5 - x * _LOG2E)
    r = x + n * _LN2_HIGH + n * _LN2_LOW  # within ± ln 2 / 2
    p = 1.0 / 39916800.0
    for divisor in (3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0):
        p = p * r + 1.0 / divisor
    return p * POWERS[n]


@compiled
def draw(
    logits: np.ndarray,
    allowed: np.ndarray,
    n: int,
    temperature: float,
    top_p: float,
    uniform: float,
    p: np.ndarray,
    order: np.ndarray,
) -> int:
    """One id of the first n, as sampling.draw says it. p, order: room for n float64 and n int64.

    Where nothing is allowed the likeliest is taken: a mask that forbids all must not stop the others' step.
    """
    peak = -np.inf
    likeliest = 0
    for i in range(n):
        if allowed[i] and logits[i] > peak:
            peak, likeliest = logits[i], i
    if peak == -np.inf:
        for i in range(n):
            if logits[i] > logits[likeliest]:
                likeliest = i
        return likeliest
    total = 0.0
    n_left = 0
    for i in range(n):
        if allowed[i]:
            p[n_left] = (np.float64(logits[i]) - np.float64(peak)) / temperature
            order[n_left] = i
            n_left += 1
    for i in range(n_left):
        p[i] = exp(p[i])
    for i in range(n_left):
        total += p[i]
    # The likeliest first, and no more of them than fill the nucleus.
    kept = 0.0
    n_kept = 0
    while n_kept < n_left and (n_kept == 0 or kept < top_p * total):
        best = n_kept
        for i in range(n_kept + 1, n_left):
            if p[i] > p[best] or (p[i] == p[best] and order[i] < order[best]):
                best = i
        p[n_kept], p[best] = p[best], p[n_kept]
        order[n_kept], order[best] = order[best], order[n_kept]
        kept += p[n_kept]
        n_kept += 1
    target = uniform * kept
    above = 0.0
    for i in range(n_kept):
        above += p[i]
        if above > target:
            return order[i]
    return order[n_kept - 1]


@compiled
def log_softmax_at(logits: np.ndarray, n: int, which: int) -> float:
    """log p of one id of the first n."""
    peak = logits[:n].max()
    total = 0.0
    for i in range(n):
        total += exp(np.float64(logits[i]) - np.float64(peak))
    return np.float64(logits[which]) - np.float64(peak) - np.log(total)
