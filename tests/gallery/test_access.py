"""Who may open what: every address × who asks × how the piece stands. A new address must be entered here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from gallery.models import Collection, Comment, Piece, Profile
from gallery.sharing import link_of
from tests.conftest import Make

pytestmark = pytest.mark.django_db

WHO = ("stranger", "member", "author", "moderator")
STATES = ("public", "unlisted", "by link", "revoked link", "private", "hidden", "deleted")

# Who may see a piece, in which state: the one table of the site.
SEES: dict[str, set[str]] = {
    "public": {"stranger", "member", "author", "moderator"},
    "unlisted": {"author", "moderator"},  # by its own address
    "by link": {"stranger", "member", "author", "moderator"},
    "revoked link": set(),
    "private": {"author"},
    "hidden": {"author", "moderator"},
    "deleted": set(),
}
NOBODY: set[str] = set()

# Addresses that show something of a piece: open to those who see it.
READ = [
    "/pieces/{code}/",
    "/pieces/{code}/card.png",
    "/pieces/{code}/roll.svg",
    "/pieces/{code}/clip.mp3",
    "/pieces/{code}/recipe/",
    "/api/v1/pieces/{code}/",
    "/api/v1/pieces/{code}/midi/",
    "/api/v1/pieces/{code}/musicxml/",
    "/api/v1/pieces/{code}/audio/state/",
    "/api/v1/pieces/{code}/audio/",
    "/api/v1/pieces/{code}/reproduction/",
    "/api/v1/pieces/{code}/rating/",
    "/api/v1/pieces/{code}/comments/",
    "/api/v1/pieces/{code}/family/",
    "/pieces/{code}/alike/",
    "/api/v1/pieces/{code}/alike/",
]
# Addresses that change a piece: the author's alone, and 404 for everybody else, whatever they may see.
OWN_POST = ["/pieces/{code}/take-down/", "/pieces/{code}/link/", "/pieces/{code}/appeal/"]


@dataclass
class Scene:
    """The people, and how to put a piece into a state."""

    clients: dict[str, Client]
    author: User
    make: Make

    def piece(self, state: str) -> tuple[Piece, str]:
        """(piece, the code to ask for it by) in a state."""
        visibility = state if state in ("private", "unlisted") else "public"
        if state in ("by link", "revoked link"):
            visibility = "unlisted"
        recipe = {"seed": 7}
        piece = self.make(self.author, visibility=visibility, licence="cc-by", recipe=recipe)
        code = piece.code
        if state in ("by link", "revoked link"):
            link = link_of(piece)
            assert link is not None
            code = link.code
        if state == "revoked link":
            piece.links.update(revoked_at=timezone.now())
        if state == "hidden":
            Piece.objects.filter(pk=piece.pk).update(hidden_at=timezone.now(), hidden_because="Spam.")
        if state == "deleted":
            Piece.objects.filter(pk=piece.pk).update(deleted_at=timezone.now())
        return piece, code


@pytest.fixture
def scene(alice: User, bob: User, make_piece: Make) -> Scene:
    clients = {"stranger": Client()}
    moderator = User.objects.create_user("mo", is_staff=True)
    moderator.user_permissions.add(Permission.objects.get(codename="moderate"))
    for name, user in (("member", bob), ("author", alice), ("moderator", moderator)):
        clients[name] = Client()
        clients[name].force_login(user)
    return Scene(clients, alice, make_piece)


def answers(scene: Scene, address: str, method: str = "get", **data: Any) -> dict[str, int]:
    how = {"content_type": "application/json"} if data and address.startswith("/api/") else {}
    return {
        who: getattr(client, method)(address, data or None, **how).status_code
        for who, client in scene.clients.items()
    }


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("address", READ)
def test_access_to_what_a_piece_shows(scene: Scene, address: str, state: str) -> None:
    _piece, code = scene.piece(state)
    found = answers(scene, address.format(code=code))
    open_to = {who for who, status in found.items() if status in (200, 202)}
    assert open_to == SEES[state], found
    assert {status for who, status in found.items() if who not in open_to} <= {404}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("address", OWN_POST)
def test_access_to_what_changes_a_piece(scene: Scene, address: str, state: str) -> None:
    _piece, code = scene.piece(state)
    found = answers(scene, address.format(code=code), "post", words="Please.")
    others = {status for who, status in found.items() if who != "author"}
    assert others == {404}
    # By the code of a link not even the author changes anything: it opens, and no more.
    expected_404 = state in ("deleted", "by link", "revoked link")
    assert (found["author"] == 404) == expected_404, found


@pytest.mark.parametrize("state", STATES)
def test_access_to_the_page_of_publishing(scene: Scene, state: str) -> None:
    _piece, code = scene.piece(state)
    found = answers(scene, f"/pieces/{code}/publish/")
    assert found["stranger"] == 302  # to where one signs in; nothing is said of the piece
    assert (found["member"], found["moderator"]) == (404, 404)
    assert found["author"] == (404 if state in ("deleted", "by link", "revoked link") else 200)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ["rate", "comments", "like", "report", "unlike", "unrate", "collect"])
def test_access_to_what_members_do_with_a_piece(scene: Scene, action: str, state: str) -> None:
    _piece, code = scene.piece(state)
    data = {"harmony": 4, "interest": 4, "text": "Fine.", "reason": "other", "title": "Mine"}
    found = answers(scene, f"/pieces/{code}/{action}/", "post", **data)
    refused = {who for who, status in found.items() if status == 404}
    assert refused == set(WHO) - SEES[state], found
    assert all(status == 302 for who, status in found.items() if who not in refused)


@pytest.mark.parametrize("state", STATES)
def test_access_to_what_members_do_by_the_api(scene: Scene, state: str) -> None:
    _piece, code = scene.piece(state)
    for method, rest, body in [
        ("put", "rating/", {"harmony": 4, "interest": 4}),
        ("delete", "rating/", {}),
        ("post", "comments/", {"text": "Fine."}),
        ("put", "favourite/", {}),
        ("delete", "favourite/", {}),
        ("post", "plays/", {}),
        ("post", "report/", {"reason": "other"}),
        ("post", "remix/", {}),
    ]:
        found = {
            who: getattr(client, method)(
                f"/api/v1/pieces/{code}/{rest}", body, content_type="application/json"
            ).status_code
            for who, client in scene.clients.items()
        }
        if rest == "remix/":
            assert found.pop("stranger") == 401
        refused = {who for who, status in found.items() if status == 404}
        assert refused == {who for who in found if who not in SEES[state]}, (method, rest, found)
        assert max(found.values()) < 500


@pytest.mark.parametrize("state", STATES)
def test_access_to_the_link_by_the_api(scene: Scene, state: str) -> None:
    _piece, code = scene.piece(state)
    for method in ("get", "post"):
        found = answers(scene, f"/api/v1/pieces/{code}/link/", method)
        open_to = {who for who, status in found.items() if status < 300}
        assert open_to == ({"author"} if state == "unlisted" else set()), found
        assert {found[who] for who in ("stranger", "member", "moderator")} == {404}


@pytest.mark.parametrize("state", STATES)
def test_access_to_remixing(scene: Scene, state: str) -> None:
    piece, code = scene.piece(state)
    found = answers(scene, f"/pieces/{code}/remix/", "post")
    made = {who for who, status in found.items() if status == 302}
    assert made == SEES[state]
    assert piece.children.count() == len(made)


@pytest.mark.parametrize("state", STATES)
def test_access_in_lists_feeds_and_search(scene: Scene, state: str) -> None:
    """Lists show what is public, to everybody alike; the library shows what is mine."""
    piece, _code = scene.piece(state)
    for address in ("/gallery/", "/gallery/?q=tune", "/people/alice/", "/api/v1/pieces/?visibility=public"):
        for who, client in scene.clients.items():
            shown = piece.code in client.get(address).content.decode()
            assert shown == (state == "public"), (address, who)
    library = scene.clients["author"].get("/pieces/").content.decode()
    assert piece.code in library


@pytest.mark.parametrize("state", STATES)
def test_access_through_a_collection(scene: Scene, state: str) -> None:
    """A public collection shows each visitor those of its pieces that they may see, and no others."""
    piece, _code = scene.piece(state)
    collection = Collection.objects.create(owner=scene.author, title="Mine", is_public=True)
    collection.items.create(piece=piece, place=1)
    by_itself = SEES["unlisted"] if state in ("by link", "revoked link") else SEES[state]
    for who, client in scene.clients.items():
        page = client.get(collection.get_absolute_url()).content.decode()
        assert (piece.code in page) == (who in by_itself), who
    collection.is_public = False
    collection.save()
    found = answers(scene, collection.get_absolute_url())
    assert {who for who, status in found.items() if status == 200} == {"author"}


@pytest.mark.parametrize("state", ["shown", "held", "hidden"])
def test_access_to_comments(scene: Scene, bob: User, state: str) -> None:
    """A held or hidden comment is its author's and the moderators' to read."""
    piece, code = scene.piece("public")
    now = timezone.now()
    Comment.objects.create(
        piece=piece,
        author=bob,
        text="A word of mine",
        held_at=now if state == "held" else None,
        hidden_at=now if state == "hidden" else None,
        hidden_because="Spam." if state == "hidden" else "",
    )
    readers = set(WHO) if state == "shown" else {"member", "moderator"}
    for who, client in scene.clients.items():
        page = client.get(f"/pieces/{code}/").content.decode()
        assert ("A word of mine" in page) == (who in readers), who


@pytest.mark.parametrize("state", STATES)
def test_access_to_comments_goes_by_their_piece(scene: Scene, bob: User, state: str) -> None:
    piece, _code = scene.piece(state)
    comment = Comment.objects.create(piece=piece, author=bob, text="A word")
    by_itself = SEES["unlisted"] if state in ("by link", "revoked link") else SEES[state]
    found = answers(scene, f"/comments/{comment.code}/report/", "post", reason="spam")
    assert {who for who, status in found.items() if status == 404} == set(WHO) - by_itself
    assert Comment.objects.filter(pk=comment.pk).exists()


@pytest.mark.parametrize("state", ["public", "private", "hidden"])
def test_access_to_collections(scene: Scene, state: str) -> None:
    """A hidden collection is its owner's and the moderators'; a private one its owner's alone."""
    collection = Collection.objects.create(
        owner=scene.author,
        title="Mine",
        is_public=state != "private",
        hidden_at=timezone.now() if state == "hidden" else None,
        hidden_because="Spam." if state == "hidden" else "",
    )
    seen_by = {"public": set(WHO), "private": {"author"}, "hidden": {"author", "moderator"}}[state]
    page, api = collection.get_absolute_url(), f"/api/v1{collection.get_absolute_url()}"
    for address in (page, api):
        found = answers(scene, address)
        assert {who for who, status in found.items() if status == 200} == seen_by, address
    for address in (f"{page}report/", f"{api}report/"):
        found = answers(scene, address, "post", reason="spam")
        assert {who for who, status in found.items() if status != 404} == seen_by, address
        assert max(found.values()) < 500
    for rest in ("change/", "appeal/", "remove/", "delete/"):
        found = answers(scene, f"{page}{rest}", "post", title="Mine", words="Please.")
        assert {found[who] for who in ("stranger", "member", "moderator")} == {404}, rest


@pytest.mark.parametrize("state", ["shown", "hidden", "empty"])
def test_access_to_what_a_member_says_of_themselves(scene: Scene, state: str) -> None:
    """Hidden words are their author's and the moderators' to read; the member's page stays everybody's."""
    if state != "empty":
        now = timezone.now() if state == "hidden" else None
        because = "Spam." if state == "hidden" else ""
        Profile.objects.create(
            person=scene.author, about="A word of mine", hidden_at=now, hidden_because=because
        )
    readers = {"shown": set(WHO), "hidden": {"author", "moderator"}, "empty": NOBODY}[state]
    for address in ("/people/alice/", "/api/v1/people/alice/"):
        for who, client in scene.clients.items():
            answer = client.get(address)
            assert answer.status_code == 200
            assert ("A word of mine" in answer.content.decode()) == (who in readers), (address, who)
    for address in ("/people/alice/about/report/", "/api/v1/people/alice/about/report/"):
        found = answers(scene, address, "post", reason="spam")
        assert {who for who, status in found.items() if status != 404} == readers, address
        assert max(found.values()) < 500
    assert 404 not in answers(scene, "/people/alice/report/", "post", reason="spam").values()


def test_a_revoked_link_is_gone_at_once_with_all_that_hangs_on_it(scene: Scene) -> None:
    piece, code = scene.piece("by link")
    addresses = [address.format(code=code) for address in [*READ, "/embed/{code}/"]]
    assert all(scene.clients["stranger"].get(address).status_code in (200, 202) for address in addresses)
    scene.clients["author"].post(f"/pieces/{piece.code}/link/")
    assert [scene.clients["stranger"].get(address).status_code for address in addresses] == [404] * len(
        addresses
    )
    fresh = link_of(piece)
    assert fresh is not None
    assert fresh.code != code
    assert scene.clients["stranger"].get(f"/pieces/{fresh.code}/").status_code == 200


# Every address with a piece's code must be in a table above or here, with the test that covers it.
COVERED = {
    "api/v1/pieces/<str:code>/favourite/",
    "api/v1/pieces/<str:code>/link/",
    "api/v1/pieces/<str:code>/plays/",
    "api/v1/pieces/<str:code>/remix/",
    "api/v1/pieces/<str:code>/report/",
    "pieces/<str:code>/publish/",
    "pieces/<str:code>/rate/",
    "pieces/<str:code>/unrate/",
    "pieces/<str:code>/comments/",
    "pieces/<str:code>/like/",
    "pieces/<str:code>/unlike/",
    "pieces/<str:code>/collect/",
    "pieces/<str:code>/remix/",
    "pieces/<str:code>/report/",
    "embed/<str:code>/",
    "api/v1/pieces/<str:code>/keep/",  # test_pieces_api: nobody else may change a piece
    "api/v1/pieces/<str:code>/restore/",
    "api/v1/pieces/<str:code>/notes/",  # test_notes_api
}


def addresses_with_a_code(patterns: list[Any], before: str = "") -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if not address.startswith("admin"):
                found |= addresses_with_a_code(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern) and "<str:code>" in address:
            found.add(address)
    return found


def test_every_address_of_a_piece_is_in_the_tables() -> None:
    known = {a.format(code="<str:code>").lstrip("/") for a in [*READ, *OWN_POST]} | COVERED
    found = addresses_with_a_code(get_resolver().url_patterns)
    of_pieces = {a for a in found if a.startswith(("pieces/", "api/v1/pieces/", "embed/"))}
    assert of_pieces - known == set()
