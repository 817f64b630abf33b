"""How the bench asks a gallery: every kind as often, at its rate, and no answer but a good one."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from bench import gallery
from bench.gallery_site import Site

SITE: Site = {
    "cookie": "sessionid=x",
    "asked": {"a": {"addresses": ["/a", "/b"], "queries": 5}, "c": {"addresses": ["/c"], "queries": 3}},
}


async def asked(status: str, runs: int) -> tuple[list[str], gallery.Times]:
    """(addresses in the order in which they were asked, times) of a server that answers so."""
    heard: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readline()).split()[1].decode())
        writer.write(f"HTTP/1.1 {status}\r\n\r\n".encode())
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        there: Any = SimpleNamespace(port=server.sockets[0].getsockname()[1])
        return heard, await gallery.ask(there, SITE, runs)


async def test_every_kind_is_asked_as_often_and_its_addresses_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gallery, "RATE", 100.0)
    heard, times = await asked("200 OK", 3)
    assert heard[:2] == ["/a", "/c"]  # once, untimed
    assert sorted(heard[2:]) == ["/a", "/b", "/b", "/c", "/c", "/c"]
    assert {kind: len(one) for kind, one in times.items()} == {"a": 3, "c": 3}


async def test_an_address_that_does_not_answer_well_ends_it() -> None:
    with pytest.raises(RuntimeError, match="/a answers"):
        await asked("404 Not Found", 1)


def test_made_up_rows_are_written_anew_when_what_writes_them_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = gallery.wanted()
    assert gallery.wanted() == before
    monkeypatch.setattr(gallery, "WRITERS", ("seeding.py",))
    assert gallery.wanted() != before
