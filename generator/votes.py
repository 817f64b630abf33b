"""Three arrangers, one seed: who hears the three votes once for the best, and only then sees the tally."""

from __future__ import annotations

import math
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from generator import bands
from generator.models import ArrangerVote, Job
from musicsite.errors import ApplicationError, refused

Z95 = 1.959964
"""Standard deviations around the middle that hold 95 % of a normal distribution."""
NOT_COMPARED = ("arranger", "style", "seed")
"""In what the requests of a trial differ, or do not matter."""


@dataclass(frozen=True)
class Share:
    """How often an arranger was chosen, with the 95 % interval of that share."""

    arranger: str
    votes: int
    share: float
    low: float
    high: float


def trial_of(person: User, codes: list[str]) -> dict[str, Job]:
    """A person's three jobs of one trial, by arranger.

    Raises ApplicationError when they are not this person's, not done, or not the same piece by the three.
    """
    jobs = list(Job.objects.owned_by(person).filter(code__in=codes, status=Job.Status.DONE))
    by_arranger = {job.request.get("arranger"): job for job in jobs if bands.is_band(job)}
    asked = {job.seed: _compared(job.request) for job in jobs}
    alike = len(asked) == 1 and all(_compared(job.request) == asked[job.seed] for job in jobs)
    if set(by_arranger) != set(bands.ARRANGERS) or len(jobs) != len(codes) or not alike:
        sentence = _("Name three finished jobs of yours: the same seed and settings, one by each arranger.")
        raise refused("jobs", sentence)
    return {str(arranger): job for arranger, job in by_arranger.items()}


def vote_cast(*, person: User, jobs: list[str], choice: str) -> ArrangerVote:
    """Vote for the best of three. Raises ApplicationError when they are no trial, or at the second vote."""
    trial = trial_of(person, jobs)
    chosen = next((arranger for arranger, job in trial.items() if job.code == choice), None)
    if chosen is None:
        raise refused("choice", _("Choose one of the three."))
    try:
        with transaction.atomic():
            return ArrangerVote.objects.create(person=person, seed=trial[chosen].seed, choice=chosen)
    except IntegrityError as error:
        sentence = _("You have voted on this seed. Another seed is another vote.")
        raise ApplicationError("voted_already", sentence, status=HTTPStatus.CONFLICT) from error


def tally() -> list[Share]:
    """All votes so far, the most loved first."""
    counted = dict(ArrangerVote.objects.values_list("choice").annotate(n=Count("pk")))
    n = sum(counted.values())
    shares = []
    for arranger in bands.ARRANGERS:
        votes = counted.get(arranger, 0)
        low, high = wilson(votes, n)
        shares.append(Share(arranger, votes, votes / n if n else 0.0, low, high))
    return sorted(shares, key=lambda share: -share.votes)


def wilson(votes: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share: `votes` of `n` (Wilson, J. Am. Stat. Assoc. 1927).

    Unlike the plain one it stays between 0 and 1, and says something of few votes. Of none: all of it.
    """
    if n == 0:
        return 0.0, 1.0
    share, z2 = votes / n, Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def votes_move(*, guest: User, member: User) -> None:
    """A guest's votes become a member's, except on seeds that the member has voted on."""
    voted = ArrangerVote.objects.filter(person=member).values("seed")
    ArrangerVote.objects.filter(person=guest).exclude(seed__in=voted).update(person=member)


def _compared(request: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name not in NOT_COMPARED}
