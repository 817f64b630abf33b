"""What a monitor wants to know, in Prometheus' text format (version 0.0.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import Count

from generator.models import Job
from generator.status import status_figures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = dict[str, str]
# name, what it is, its kind, and its values with their labels
Metric = tuple[str, str, str, list[tuple[Labels, float]]]


def metrics_text() -> str:
    """All metrics, as a scrape reads them."""
    return as_text(_metrics())


def as_text(metrics: Iterable[Metric]) -> str:
    lines: list[str] = []
    for name, words, kind, values in metrics:
        lines += [f"# HELP ostinato_{name} {words}", f"# TYPE ostinato_{name} {kind}"]
        lines += [f"ostinato_{name}{_in_braces(labels)} {value:.15g}" for labels, value in values]
    return "\n".join(lines) + "\n"


def _metrics() -> Iterator[Metric]:
    figures = status_figures()
    queue = figures["queue"]
    yield "queue_waiting", "Jobs in line.", "gauge", [({}, queue["waiting"])]
    yield "queue_running", "Jobs being written.", "gauge", [({}, queue["running"])]
    yield "queue_seats", "Jobs that the workers alive write at a time.", "gauge", [({}, queue["seats"])]
    yield "workers", "Workers alive.", "gauge", [({}, len(figures["workers"]))]
    by_status = Job.objects.values_list("status").annotate(n=Count("pk")).order_by("status")
    told = [({"status": status}, n) for status, n in by_status]
    yield "jobs", "Jobs kept, by status.", "gauge", told
    lately = figures["latencies"]
    for name, words in (("first_note", "From the request to the first note"), ("wait", "In line")):
        shares = [
            ({"quantile": f"0.{share}"}, lately[f"{name}_p{share}"])
            for share in (50, 95)
            if lately[f"{name}_p{share}"] is not None
        ]
        yield f"{name}_seconds", f"{words}, of the last done jobs.", "summary", shares
    yield (
        "failures",
        "Jobs that failed in the last 24 hours, by kind.",
        "gauge",
        [({"code": failure["code"]}, failure["n"]) for failure in figures["failures"]],
    )
    yield from of_workers(figures["workers"])


def of_workers(workers: list[dict[str, Any]]) -> Iterator[Metric]:
    """What workers say of themselves. Each: its name, and its figures by name."""
    for name, words, kind in (
        ("seats", "Jobs that a worker writes at a time.", "gauge"),
        ("running", "Jobs that a worker is writing.", "gauge"),
        ("rows", "Rows in a worker's batch.", "gauge"),
        ("notes", "Notes that a worker has written.", "counter"),
        ("notes_a_second", "Notes a second while a worker is at work.", "gauge"),
        ("memory_bytes", "Memory that a worker's process holds.", "gauge"),
        ("loaded_bytes", "What the networks that a worker has loaded hold.", "gauge"),
        ("device_memory_bytes", "Memory that a worker holds on its GPU.", "gauge"),
    ):
        values = [
            ({"worker": worker["name"], "device": str(worker.get("device", ""))}, float(worker[name]))
            for worker in workers
            if isinstance(worker.get(name), int | float)
        ]
        yield f"worker_{name}", words, kind, values


def _in_braces(labels: dict[str, Any]) -> str:
    if not labels:
        return ""

    def quoted(text: str) -> str:
        return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

    return "{" + ",".join(f'{name}="{quoted(str(value))}"' for name, value in labels.items()) + "}"


def may_scrape(address: str, authorization: str) -> bool:
    """Whether this visitor is a monitor: this machine itself, or who sends METRICS_TOKEN."""
    if settings.METRICS_TOKEN:
        return authorization == f"Bearer {settings.METRICS_TOKEN}"
    return address in ("127.0.0.1", "::1", "")
