"""What "best" and "rising" mean: pure functions of counts and days."""

from __future__ import annotations

import math
from datetime import UTC, datetime

# A piece begins as if this many listeners had given it the middle of the scale.
PRIOR_MEAN = 3.0
PRIOR_WEIGHT = 5
# Twice the attention lifts a piece as much as this many days of youth, so nothing has to be counted again
# as time goes by: the order of two pieces changes only when somebody does something.
DAYS_A_DOUBLING = 1.5
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)


def shrunk_mean(total: float, count: int) -> float:
    """The mean of `count` ratings that sum up to `total`, drawn towards PRIOR_MEAN while they are few.

    The posterior mean under a prior of PRIOR_WEIGHT ratings, as IMDb's weighted rating has it: one five is
    no proof of a masterpiece.
    """
    return (PRIOR_WEIGHT * PRIOR_MEAN + total) / (PRIOR_WEIGHT + count)


def rising(published: datetime, *, n_ratings: int, n_comments: int, n_remixes: int) -> float:
    """Attention on a logarithmic scale, plus the day of publishing; higher comes first.

    Remixes weigh four ratings, comments two: each takes that much more of somebody's time.
    """
    attention = n_ratings + 2 * n_comments + 4 * n_remixes
    days = (published - FIRST_DAY).total_seconds() / 86400
    return math.log2(1 + attention) + days / DAYS_A_DOUBLING
