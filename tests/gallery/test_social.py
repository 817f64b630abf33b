"""Rating, writing, families, people, reports: the rules, by the API and on the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from gallery import moderation, notices
from gallery.families import Difference, difference
from gallery.models import Comment, Notification, OnceKey, Piece, Rating, Report
from gallery.opinions import comment_add
from gallery.people import person_follow, profile_change
from gallery.remixing import piece_remix
from gallery.services import piece_change
from gallery.texts import clean_text
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Tempo, Track
from tests.conftest import Make

pytestmark = pytest.mark.django_db
API = "/api/v1/"
ODD = ["<script>alert(1)</script>", "مرحبا‏ עולם", "👩‍🎤🎹", '"onmouseover="x', "{{ 7|add:7 }}", "a & b"]


@pytest.fixture
def piece(alice: User, make_piece: Make) -> Piece:
    """Alice's public piece of two bars."""
    made: Piece = make_piece(alice, visibility="public", licence="cc-by")
    return made


@pytest.fixture(autouse=True)
def old_members(alice: User, bob: User) -> None:
    """They have been here for a while."""
    User.objects.update(date_joined=timezone.now() - timedelta(days=60))


def send(client: APIClient, method: str, rest: str, body: Any = None, **headers: str) -> Any:
    return getattr(client, method)(f"{API}{rest}", body, format="json", headers=headers or None)


# --- rating ----------------------------------------------------------------------------------------


def test_a_rating_can_be_given_changed_and_taken_back(as_bob: APIClient, piece: Piece) -> None:
    address = f"pieces/{piece.code}/rating/"
    assert send(as_bob, "put", address, {"harmony": 4, "interest": 2}).json() == {
        "opinion": {"n": 1, "harmony": pytest.approx(19 / 6), "interest": pytest.approx(17 / 6)},
        "mine": {"harmony": 4, "interest": 2},
    }
    send(as_bob, "put", address, {"harmony": 5, "interest": 5})
    assert Rating.objects.values_list("harmony", "interest").get() == (5, 5)
    assert send(as_bob, "delete", address).status_code == 204
    assert send(as_bob, "get", address).json()["opinion"]["n"] == 0


@pytest.mark.parametrize("stars", [0, 6, -1, 2.5, "many", None])
def test_stars_are_one_to_five(as_bob: APIClient, piece: Piece, stars: Any) -> None:
    answer = send(as_bob, "put", f"pieces/{piece.code}/rating/", {"harmony": stars, "interest": 3})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["harmony"])


def test_nobody_rates_their_own_and_guests_rate_nothing(
    as_alice: APIClient, as_guest: APIClient, stranger: APIClient, piece: Piece
) -> None:
    body = {"harmony": 5, "interest": 5}
    answers = [
        send(client, "put", f"pieces/{piece.code}/rating/", body) for client in (as_alice, as_guest, stranger)
    ]
    assert [answer.json()["code"] for answer in answers] == ["own_piece", "members_only", "members_only"]
    assert not Rating.objects.exists()


def test_the_database_itself_keeps_to_the_rules(bob: User, piece: Piece) -> None:
    for wrong in ({"harmony": 6, "interest": 1}, {"harmony": 1, "interest": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Rating.objects.create(piece=piece, person=bob, **wrong)
    Rating.objects.create(piece=piece, person=bob, harmony=1, interest=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(piece=piece, person=bob, harmony=2, interest=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.create(piece=piece, author=bob, text="x", bar=0)


# --- comments --------------------------------------------------------------------------------------


def test_a_comment_is_pinned_to_a_bar_that_the_piece_has(as_bob: APIClient, piece: Piece) -> None:
    address = f"pieces/{piece.code}/comments/"
    assert send(as_bob, "post", address, {"text": "Here", "bar": 2}).json()["bar"] == 2
    refused = send(as_bob, "post", address, {"text": "There", "bar": 3})
    assert refused.json()["fields"] == {"bar": ["The piece has bars 1 to 2."]}


def test_a_comment_on_notes_stands_at_the_bar_of_the_first(as_bob: APIClient, piece: Piece) -> None:
    address = f"pieces/{piece.code}/comments/"
    track = piece.score.tracks[0].notes
    last, first = (
        {"track": 0, "onset": int(track[n]["onset"]), "pitch": int(track[n]["pitch"])} for n in (7, 4)
    )
    made = send(as_bob, "post", address, {"text": "These", "notes": [last, first, last], "bar": 1})
    # Each once, in their order; the second bar's first note says the bar, whatever was said beside it.
    assert (made.status_code, made.json()["notes"], made.json()["bar"]) == (201, [first, last], 2)
    page = as_bob.get(f"/pieces/{piece.code}/").content.decode()
    assert f'data-notes="0:{first["onset"]}:{first["pitch"]},0:{last["onset"]}:{last["pitch"]}"' in page
    refused = send(as_bob, "post", address, {"text": "x", "notes": [{**first, "pitch": 1}]})
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["notes"])


@pytest.mark.parametrize("notes", ["0:1", "a:b:c", "1:2:3,", "0:0:60;0:1:61", "9" * 6000])
def test_a_form_with_notes_that_make_no_sense_is_refused(as_bob: APIClient, piece: Piece, notes: str) -> None:
    answer = as_bob.post(
        f"/pieces/{piece.code}/comments/",
        {"text": "x", "notes": notes},
        headers={"X-Requested-With": "fetch"},
    )
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["notes"])
    assert not Comment.objects.exists()


@pytest.mark.parametrize("text", ["see https://x.example", "WWW.x.y", "buy at cheap.com now"])
def test_a_newcomers_link_waits_for_a_moderator(bob: User, piece: Piece, text: str) -> None:
    User.objects.filter(pk=bob.pk).update(date_joined=timezone.now())
    bob.refresh_from_db()
    comment = comment_add(piece=piece, person=bob, text=text)
    assert comment.held_at is not None
    assert not Notification.objects.exists()
    report = Report.objects.get(comment=comment, reason="link", state="open")
    moderator = User.objects.create_user("mo")
    moderation.report_decide(report=report, moderator=moderator, hide=False)
    assert Comment.objects.get(pk=comment.pk).held_at is None
    assert Notification.objects.filter(person=piece.owner, kind="comment").exists()


def test_a_newcomer_publishes_five_pieces_a_day(as_bob: APIClient, bob: User, make_piece: Make) -> None:
    User.objects.filter(pk=bob.pk).update(date_joined=timezone.now())
    codes = [make_piece(bob).code for _ in range(6)]
    answers = [send(as_bob, "patch", f"pieces/{code}/", {"visibility": "public"}) for code in codes]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 86_000
    assert send(as_bob, "patch", f"pieces/{codes[5]}/", {"visibility": "unlisted"}).status_code == 200


def test_a_comment_goes_by_its_author_or_the_pieces(
    as_alice: APIClient, as_bob: APIClient, alice: User, bob: User, piece: Piece
) -> None:
    other = User.objects.create_user("carol")
    comments = [comment_add(piece=piece, person=who, text="A word") for who in (bob, other, bob)]
    codes = [comment.code for comment in comments]
    assert send(as_bob, "delete", f"comments/{codes[0]}/").status_code == 204
    assert send(as_bob, "delete", f"comments/{codes[1]}/").status_code == 403
    assert send(as_alice, "delete", f"comments/{codes[1]}/").status_code == 204
    assert Comment.objects.get().code == codes[2]


# --- families --------------------------------------------------------------------------------------


def score(*rows: tuple[int, int, int]) -> Score:
    notes = make_notes([(onset, duration, pitch, 80) for onset, duration, pitch in rows])
    return Score((Track("Melody", "melody", 0, False, notes),), (Tempo(0, 120.0),), (Metre(0, 4, 4),), 1920)


def test_what_was_changed_is_counted_note_by_note() -> None:
    parent = score((0, 480, 60), (480, 480, 62), (960, 480, 64))
    # The first is kept, the second has another pitch, the third is gone, one is new.
    child = score((0, 480, 60), (480, 480, 65), (1440, 480, 67))
    assert difference(parent, child) == Difference(kept=1, changed=1, added=1)
    assert difference(parent, parent) == Difference(kept=3, changed=0, added=0)
    assert difference(score(), child) == Difference(kept=0, changed=0, added=3)


def test_a_remix_is_private_and_credits_its_parent(as_bob: APIClient, piece: Piece) -> None:
    child = send(as_bob, "post", f"pieces/{piece.code}/remix/").json()
    assert (child["visibility"], child["is_mine"]) == ("private", True)
    family = send(as_bob, "get", f"pieces/{child['code']}/family/").json()
    (parent,) = family["parents"]
    assert (parent["kind"], parent["kept"], parent["piece"]["code"]) == ("remix", 8, piece.code)


def test_who_keeps_all_rights_is_not_remixed(as_bob: APIClient, as_alice: APIClient, piece: Piece) -> None:
    Piece.objects.filter(pk=piece.pk).update(licence="reserved")
    refused = send(as_bob, "post", f"pieces/{piece.code}/remix/")
    assert (refused.status_code, refused.json()["code"]) == (403, "all_rights_reserved")
    assert send(as_alice, "post", f"pieces/{piece.code}/remix/").status_code == 201


def test_a_remix_outlives_its_parents_author(as_bob: APIClient, alice: User, bob: User, piece: Piece) -> None:
    child = piece_remix(parent=piece, person=bob)
    alice.delete()
    (parent,) = send(as_bob, "get", f"pieces/{child.code}/family/").json()["parents"]
    assert (parent["author_removed"], parent["piece"], parent["kept"]) == (True, None, 8)
    assert "Author removed" in as_bob.get(f"/pieces/{child.code}/").content.decode()
    assert child.score.tracks[0].notes.size == 8


# --- idempotency, ETags ----------------------------------------------------------------------------


def test_a_key_makes_two_requests_one_comment(as_bob: APIClient, piece: Piece) -> None:
    address, key = f"pieces/{piece.code}/comments/", {"Idempotency-Key": "once"}
    first = send(as_bob, "post", address, {"text": "Hello"}, **key)
    again = send(as_bob, "post", address, {"text": "Hello"}, **key)
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert Comment.objects.count() == 1
    other = send(as_bob, "post", address, {"text": "Goodbye"}, **key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_what_was_refused_may_come_again_with_its_key(as_bob: APIClient, piece: Piece) -> None:
    address, key = f"pieces/{piece.code}/comments/", {"Idempotency-Key": "again"}
    assert send(as_bob, "post", address, {"text": "x", "bar": 99}, **key).status_code == 400
    assert not OnceKey.objects.exists()
    assert send(as_bob, "post", address, {"text": "x", "bar": 1}, **key).status_code == 201


@pytest.mark.parametrize(
    "rest", ["gallery/", "pieces/{code}/comments/", "pieces/{code}/family/", "people/alice/"]
)
def test_who_has_an_answer_is_told_so(as_bob: APIClient, piece: Piece, rest: str) -> None:
    address = rest.format(code=piece.code)
    first = send(as_bob, "get", address)
    same = send(as_bob, "get", address, **{"If-None-Match": first["ETag"]})
    assert (first.status_code, same.status_code, same.content) == (200, 304, b"")
    piece_change(piece=piece, title="Another")
    comment_add(piece=piece, person=piece.owner, text="New")
    person_follow(person=User.objects.get(username="bob"), followed=piece.owner)
    piece_change(piece=piece_remix(parent=piece, person=piece.owner), visibility="public")
    assert send(as_bob, "get", address, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_the_gallerys_api_reads_on(stranger: APIClient, alice: User, make_piece: Make) -> None:
    made = [make_piece(alice, visibility="public").code for _ in range(5)]
    following, seen = f"{API}gallery/?page_size=2&style=folk", []
    while following:
        page = stranger.get(following).json()
        seen += [card["piece"]["code"] for card in page["results"]]
        following = page["next"]
    assert seen == made[::-1]


# --- people ----------------------------------------------------------------------------------------


def test_followers_are_told_of_a_piece_once(alice: User, bob: User, piece: Piece) -> None:
    person_follow(person=bob, followed=alice)
    assert [notices.tell_followers(piece.pk), notices.tell_followers(piece.pk)] == [1, 0]
    assert Notification.objects.filter(person=bob, kind="publish").count() == 1


def test_what_was_turned_off_is_not_told(alice: User, bob: User, piece: Piece) -> None:
    profile_change(person=alice, quiet=["comment"])
    comment_add(piece=piece, person=bob, text="A word")
    assert not Notification.objects.filter(person=alice).exists()


def test_a_letter_goes_to_who_gave_an_address(alice: User, bob: User, piece: Piece) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@example.org")
    piece.owner.refresh_from_db()
    for odd in ODD[:3]:
        comment_add(piece=piece, person=bob, text=odd)
    for notice in Notification.objects.filter(person=alice):
        notices.mail(notice.pk)
    assert [letter.to for letter in mail.outbox] == [["alice@example.org"]] * 3
    # Letters are plain text: what was written stands there as it was written.
    assert all(any(clean_text(odd, 99) in letter.body for odd in ODD) for letter in mail.outbox)
    profile_change(person=alice, no_mail=["comment"])


def test_a_private_piece_in_a_public_collection_stays_private(
    as_alice: APIClient, as_bob: APIClient, alice: User, make_piece: Make
) -> None:
    secret = make_piece(alice)
    made = send(as_alice, "post", "collections/", {"title": "Mine", "is_public": True}).json()
    assert send(as_alice, "put", f"collections/{made['code']}/pieces/{secret.code}/").status_code == 204
    assert len(send(as_alice, "get", f"collections/{made['code']}/").json()["pieces"]) == 1
    assert send(as_bob, "get", f"collections/{made['code']}/").json()["pieces"] == []
    assert send(as_bob, "patch", f"collections/{made['code']}/", {"title": "x"}).status_code == 404


# --- moderation ------------------------------------------------------------------------------------


def test_a_report_is_decided_and_told(
    as_bob: APIClient, as_alice: APIClient, stranger: APIClient, alice: User, bob: User, piece: Piece
) -> None:
    send(as_bob, "post", f"pieces/{piece.code}/report/", {"reason": "copy"})
    send(as_bob, "post", f"pieces/{piece.code}/report/", {"reason": "spam", "words": "An advert"})
    report = Report.objects.get()
    moderator = User.objects.create_user("mo", is_staff=True)
    moderator.user_permissions.add(Permission.objects.get(codename="moderate"))
    moderation.report_decide(report=report, moderator=moderator, hide=True)
    assert stranger.get(f"/pieces/{piece.code}/").status_code == 404
    assert "It advertises something" in as_alice.get(f"/pieces/{piece.code}/").content.decode()
    assert send(as_bob, "get", "reports/").json()["results"][0]["state"] == "upheld"
    assert Notification.objects.filter(person=bob, kind="moderation").exists()
    # The author asks for a second look, and gets it.
    as_alice.post(f"/pieces/{piece.code}/appeal/", {"words": "It is a song about a shop."})
    appeal = Report.objects.get(reason="appeal")
    moderation.report_decide(report=appeal, moderator=moderator, hide=False)
    assert stranger.get(f"/pieces/{piece.code}/").status_code == 200


def test_a_collection_and_a_members_words_are_reported_hidden_and_appealed(
    as_bob: APIClient, as_alice: APIClient, stranger: APIClient, alice: User, bob: User
) -> None:
    profile_change(person=alice, about="Buy my shoes")
    made = send(as_alice, "post", "collections/", {"title": "Gloves", "is_public": True}).json()
    page = f"/collections/{made['code']}/"
    moderator = User.objects.create_user("mo")
    for report, shown, appeal, word in (
        (f"collections/{made['code']}/report/", page, f"{page}appeal/", "Gloves"),
        ("people/alice/about/report/", "/people/alice/", "/settings/profile/appeal/", "shoes"),
    ):
        assert send(as_bob, "post", report, {"reason": "spam"}).status_code == 201
        assert send(as_alice, "post", report, {"reason": "spam"}).json()["code"] == "own"
        assert as_bob.post(f"/{report}", {"reason": "offensive"}).status_code == 302  # the page changes it
        found = Report.objects.get(state="open")
        assert found.reason == "offensive"
        moderation.report_decide(report=found, moderator=moderator, hide=True, words="No adverts.")
        assert word not in stranger.get(shown).content.decode()
        assert "No adverts." in as_alice.get(shown).content.decode()
        assert send(as_bob, "get", "reports/").json()["results"][0]["state"] == "upheld"
        as_alice.post(appeal, {"words": "They are wooden, an instrument."})
        assert "You have asked for a second look" in as_alice.get(shown).content.decode()
        moderation.report_decide(report=Report.objects.get(state="open"), moderator=moderator, hide=False)
        assert word in stranger.get(shown).content.decode()
    assert as_bob.get("/reports/").content.decode().count("Hidden") == 2
    assert User.objects.get(pk=alice.pk).is_active


def test_a_member_is_reported_by_the_api_too(as_bob: APIClient, stranger: APIClient, alice: User) -> None:
    assert send(as_bob, "post", "people/alice/report/", {"reason": "offensive"}).status_code == 201
    assert send(as_bob, "post", "people/nobody/report/", {"reason": "offensive"}).status_code == 404
    # Who says nothing of themselves has nothing there to be reported.
    assert send(as_bob, "post", "people/alice/about/report/", {"reason": "offensive"}).status_code == 404
    assert Report.objects.get().person == alice


# --- what people write is text ----------------------------------------------------------------------


@pytest.mark.parametrize("odd", ODD)
def test_whatever_is_written_is_shown_as_text(
    client: Client, as_alice: APIClient, alice: User, bob: User, make_piece: Make, odd: str
) -> None:
    piece = make_piece(alice, title=odd, visibility="public")
    piece_change(piece=piece, description=odd, tags=[odd])
    profile_change(person=alice, about=odd)
    comment_add(piece=piece, person=bob, text=odd)
    child = piece_remix(parent=Piece.objects.get(pk=piece.pk), person=alice)
    for address in (
        "/", "/gallery/", f"/pieces/{piece.code}/", "/people/alice/", f"/embed/{piece.code}/",
        f"/gallery/?q={odd}", f"/pieces/{piece.code}/card.png", f"/oembed/?url=http://testserver/pieces/{piece.code}/",
    ):  # fmt: skip
        page = client.get(address)
        assert page.status_code == 200, address
        if page["Content-Type"] == "application/json":
            continue  # where a title is a string, and no page
        body = page.content
        assert b"<script>alert" not in body, address
        assert b'"onmouseover="' not in body.replace(b'\\"onmouseover=\\"', b""), address
    for address in (f"/pieces/{child.code}/", f"/pieces/{piece.code}/publish/", "/notices/", "/pieces/"):
        body = as_alice.get(address).content
        assert b"<script>alert" not in body, address
        assert b'"onmouseover="' not in body, address


def test_a_moderator_works_off_the_queue_in_the_admin(alice: User, bob: User, piece: Piece) -> None:
    moderation.report_create(reporter=bob, reason="spam", subject=piece)
    root = Client()
    root.force_login(User.objects.create_superuser("root", password="x"))
    for page in (
        "report",
        "piece",
        "comment",
        "rating",
        "collection",
        "export",
        "sharelink",
        "tag",
        "profile",
    ):
        assert root.get(f"/admin/gallery/{page}/").status_code == 200, page
    report = Report.objects.get()
    address = f"/admin/gallery/report/{report.pk}/change/"
    assert "Advertising or spam" in root.get(address).content.decode()
    root.post(address, {"decision": "hide", "template": "", "words": "No adverts, please."})
    piece.refresh_from_db()
    assert (piece.hidden_because, Report.objects.get().state) == ("No adverts, please.", "upheld")
    action = {"action": "show", "_selected_action": [piece.pk]}
    root.post("/admin/gallery/piece/", action)
    piece.refresh_from_db()
    assert piece.hidden_at is None
