"""One of everything that the API's addresses name, and the addresses with it."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.models import User

from gallery.models import Comment, Piece
from gallery.opinions import comment_add
from gallery.people import collection_create
from generator.blends import interpolation_create
from generator.services import job_create
from tests.conftest import REQUEST, Make


class ApiScene:
    """Alice's pieces and jobs, and what she says; bob is the person who is named."""

    def __init__(self, alice: User, bob: User, make_piece: Make) -> None:
        piece: Piece = make_piece(alice, visibility="public", licence="cc-by", recipe={"seed": 7})
        other: Piece = make_piece(alice, visibility="unlisted")
        comment: Comment = comment_add(piece=piece, person=alice, text="Mine.")
        blend = interpolation_create(
            owner=alice, pieces=[piece.code, other.code], points=3, straight=False, idempotency_key=""
        )
        infill = job_create(owner=alice, request=dict(REQUEST))
        infill.request = {**infill.request, "kind": "infill"}
        infill.save(update_fields=["request"])
        self.codes = {
            "collections": collection_create(person=alice, title="Some").code,
            "comments": comment.code,
            "generations": job_create(owner=alice, request=dict(REQUEST)).code,
            "infills": infill.code,
            "interpolations": blend.code,
            "pieces": piece.code,
            "link": other.code,
        }
        self.person = bob.username

    def parameters(self, path: str) -> dict[str, str]:
        """What stands in the braces of an address of the schema."""
        kind = "link" if path.endswith("/link/") else path.split("/")[3]
        there = {
            "code": self.codes.get(kind, ""),
            "piece": self.codes["pieces"],
            "name": self.person,
            "seed": "7",
        }
        return {name: there[name] for name in re.findall(r"{(\w+)}", path)}

    def address(self, path: str) -> str:
        """An address of the schema that leads to something."""
        return path.format(**self.parameters(path))


def operations(schema: dict[str, Any]) -> list[tuple[str, str]]:
    """(method, path) of everything that can be asked."""
    return [(method, path) for path, methods in schema["paths"].items() for method in methods]
