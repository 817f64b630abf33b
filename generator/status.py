"""Figures of the generator, for the status page."""

from __future__ import annotations

import statistics
from datetime import timedelta
from typing import Any

from django.utils import timezone

from generator.models import Job
from generator.queue import line, live_workers

# Latencies are told of the jobs of this long.
RECENT = timedelta(hours=24)
RECENT_JOBS = 200


def status_figures() -> dict[str, Any]:
    """Workers alive with what their engines say, the line, and how quick it was lately."""
    now = line(fresh=True)
    workers = [
        {
            "name": worker.name,
            "seats": worker.seats,
            "started": worker.started,
            "seen": worker.seen,
            **worker.stats,
        }
        for worker in live_workers().order_by("name")
    ]
    return {
        "workers": workers,
        "generator_up": bool(workers),
        "queue": {"waiting": len(now.waits), "running": now.n_running, "seats": now.seats},
        "latencies": latencies(),
        "failures": failures(),
    }


def latencies() -> dict[str, Any]:
    """Of the last done jobs, in seconds: how long until they began, until the first note, and a bar."""
    done = Job.objects.filter(status=Job.Status.DONE, finished__gt=timezone.now() - RECENT)
    rows = done.order_by("-finished").values_list("created", "started", "first_note", "finished", "bars")
    firsts, waits, paces = [], [], []
    for created, started, first, finished, bars in rows[:RECENT_JOBS]:
        if started is not None and first is not None and finished is not None:
            waits.append((started - created).total_seconds())
            firsts.append((first - created).total_seconds())
            paces.append((finished - started).total_seconds() / bars)
    waits.sort()
    firsts.sort()
    return {
        "n": len(paces),
        "wait_p50": percentile(waits, 50),
        "wait_p95": percentile(waits, 95),
        "first_note_p50": percentile(firsts, 50),
        "first_note_p95": percentile(firsts, 95),
        "seconds_a_bar": round(statistics.median(paces), 3) if paces else None,
    }


def failures() -> list[dict[str, Any]]:
    """The last failures by kind, most frequent first."""
    recent = Job.objects.filter(status=Job.Status.FAILED, finished__gt=timezone.now() - RECENT)
    counts: dict[str, int] = {}
    for code in recent.values_list("error_code", flat=True):
        counts[code] = counts.get(code, 0) + 1
    return [{"code": code, "n": n} for code, n in sorted(counts.items(), key=lambda item: -item[1])]


def percentile(values: list[float], share: int) -> float | None:
    """The value that `share` per cent of the sorted values do not exceed (nearest rank); None of none."""
    if not values:
        return None
    return round(values[max(0, -(-len(values) * share // 100) - 1)], 3)
