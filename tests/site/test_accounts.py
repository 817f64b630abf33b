"""Guests who become members, and all that an account can do."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from gallery.models import Piece
from generator.models import ArrangerVote, Event, Job
from musicsite.people import is_guest, is_member
from tests.conftest import PASSWORD, Make, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return Client()


def make_music(browser: Client) -> Job:
    """Press Generate. Returns the job when it is done."""
    answer = browser.post(
        "/api/v1/generations/", {"style": "chorale", "bars": 1}, content_type="application/json"
    )
    return run(Job.objects.get(code=answer.json()["code"]))


def sign_up(browser: Client, name: str = "carol", **fields: Any) -> Any:
    return browser.post("/accounts/signup/", {"username": name, "password1": PASSWORD, **fields})


def sign_in(browser: Client, name: str, password: str = PASSWORD) -> Any:
    return browser.post("/accounts/login/", {"login": name, "password": password})


def test_name_and_password_are_enough_to_sign_up(browser: Client) -> None:
    assert sign_up(browser).status_code == 302
    carol = User.objects.get()
    assert (carol.username, carol.email) == ("carol", "")
    assert is_member(carol)
    assert browser.get("/settings/").status_code == 200


def test_a_guest_who_signs_up_keeps_row_pieces_and_session(browser: Client) -> None:
    job = make_music(browser)
    guest = job.owner
    assert is_guest(guest)
    sign_up(browser)
    carol = User.objects.get()
    assert (carol.pk, carol.username) == (guest.pk, "carol")
    assert is_member(carol)
    assert list(browser.get("/pieces/").context["drafts"]) == [job.piece]


def test_a_guest_who_signs_in_brings_the_pieces_along(browser: Client, alice: User) -> None:
    job = make_music(browser)
    sign_in(browser, "alice")
    assert list(User.objects.all()) == [alice]
    assert Piece.objects.get().owner == alice
    assert Job.objects.get().owner == alice
    assert browser.get(f"/api/v1/generations/{job.code}/").status_code == 200


def test_two_guests_with_the_same_idempotency_key_can_move_to_one_account(alice: User) -> None:
    for _ in range(2):
        browser = Client()
        browser.post(
            "/api/v1/generations/",
            {"style": "chorale"},
            content_type="application/json",
            headers={"Idempotency-Key": "press-1"},
        )
        sign_in(browser, "alice")
    assert Job.objects.owned_by(alice).count() == 2


def test_a_member_who_signs_in_as_another_brings_nothing_along(
    browser: Client, alice: User, bob: User, make_piece: Make
) -> None:
    piece = make_piece(alice)
    browser.force_login(alice)
    sign_in(browser, "bob")
    piece.refresh_from_db()
    assert piece.owner == alice


@pytest.mark.parametrize("name", ["ostinato", "Admin", "guest-abc", "alice", "ALICE", "x", "a b", "a" * 151])
def test_a_name_that_cannot_be_taken_is_refused_beside_its_field(
    browser: Client, alice: User, name: str
) -> None:
    answer = sign_up(browser, name)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["username"]
    assert User.objects.count() == 1


@pytest.mark.parametrize("password", ["short", "12345678", "password", "carol"])
def test_a_weak_password_is_refused_beside_its_field(browser: Client, password: str) -> None:
    answer = sign_up(browser, password1=password)
    assert list(answer.context["form"].errors) == ["password1"]


def test_the_page_can_sign_up_without_leaving(browser: Client) -> None:
    make_music(browser)
    headers = {"X-Requested-With": "XMLHttpRequest", "Accept": "application/json"}
    fields = {"username": "carol", "password1": "short"}
    refused = browser.post("/accounts/signup/", fields, headers=headers)
    assert refused.status_code == 400
    assert refused.json()["form"]["fields"]["password1"]["errors"]
    done = browser.post("/accounts/signup/", {**fields, "password1": PASSWORD}, headers=headers)
    assert (done.status_code, done.json()["location"]) == (200, "/pieces/")


def test_signing_in_and_out(browser: Client, alice: User) -> None:
    assert sign_in(browser, "Alice")["Location"] == "/pieces/"
    assert browser.get("/settings/").status_code == 200
    assert browser.post("/accounts/logout/")["Location"] == "/"
    assert browser.get("/settings/").status_code == 302


def test_a_wrong_password_is_refused_in_words_and_soon_no_more_tries_are_taken(
    browser: Client, alice: User
) -> None:
    answers = [sign_in(browser, "alice", f"wrong {number}") for number in range(7)]
    words = [answer.context["form"].non_field_errors()[0] for answer in answers]
    assert "not correct" in words[0]
    assert "Too many" in words[-1]
    assert sign_in(browser, "alice").status_code == 200  # the right one neither, for now


def test_a_member_has_no_business_at_the_login_page(browser: Client, alice: User) -> None:
    browser.force_login(alice)
    assert browser.get("/accounts/login/?next=/gallery/")["Location"] == "/gallery/"
    assert browser.get("/accounts/signup/?next=https://elsewhere.example/")["Location"] == "/pieces/"


@pytest.mark.parametrize(
    "page",
    [
        "/settings/",
        "/settings/delete/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/password/set/",
    ],
)
def test_pages_of_an_account_ask_a_guest_to_sign_up_and_a_stranger_to_sign_in(
    browser: Client, guest: User, page: str
) -> None:
    assert browser.get(page)["Location"].startswith("/accounts/login/?next=")
    browser.force_login(guest)
    assert browser.get(page)["Location"].startswith("/accounts/signup/?next=")


def test_the_password_is_changed(browser: Client, alice: User) -> None:
    browser.force_login(alice)
    fields = {"oldpassword": PASSWORD, "password1": "another long one", "password2": "another long one"}
    assert browser.post("/accounts/password/change/", fields).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("another long one")
    assert browser.get("/settings/").status_code == 200


def test_a_forgotten_password_is_reset_by_letter(browser: Client) -> None:
    sign_up(browser, email="carol@example.org")
    browser.post("/accounts/logout/")
    mail.outbox.clear()
    browser.post("/accounts/password/reset/", {"email": "carol@example.org"})
    (letter,) = mail.outbox
    (address,) = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", str(letter.body))
    form = browser.get(address, follow=True)
    fields = {"password1": "another long one", "password2": "another long one"}
    browser.post(form.redirect_chain[-1][0], fields)
    assert sign_in(browser, "carol", "another long one").status_code == 302


def test_the_reset_does_not_tell_who_has_an_account(browser: Client) -> None:
    answer = browser.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert answer["Location"] == "/accounts/password/reset/done/"


def test_deleting_the_account_deletes_all_of_it_and_leaves_a_receipt(
    browser: Client, alice: User, bob: User, make_piece: Make, make_job: Make
) -> None:
    make_piece(alice, visibility="public"), make_piece(alice), make_piece(bob)
    run(make_job(alice))
    Token.objects.create(user=alice)
    ArrangerVote.objects.create(person=alice, seed=7, choice="hybrid")
    browser.force_login(alice)
    elsewhere = Client()
    elsewhere.force_login(alice)
    counts = {"pieces": 3, "public": 1, "drafts": 1, "jobs": 1, "tokens": 1}
    counts |= {"ratings": 0, "votes": 1, "comments": 0, "collections": 0, "exports": 0}
    assert browser.get("/settings/delete/").context["counts"] == counts
    answer = browser.post("/settings/delete/", {"username": "alice", "password": PASSWORD})
    assert answer["Location"] == "/settings/deleted/"
    receipt = browser.get("/settings/deleted/").context["receipt"]
    assert {key: receipt[key] for key in counts} == counts
    assert receipt["username"] == "alice"
    assert list(User.objects.all()) == [bob]
    assert Piece.objects.count() == 1
    assert Job.objects.count() == Event.objects.count() == Token.objects.count() == 0
    assert elsewhere.get("/settings/").status_code == 302


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"username": "alice", "password": "wrong"}, "password"),
        ({"username": "bob", "password": PASSWORD}, "username"),
    ],
)
def test_an_account_is_not_deleted_by_a_slip(
    browser: Client, alice: User, typed: dict[str, str], field: str
) -> None:
    browser.force_login(alice)
    answer = browser.post("/settings/delete/", typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    assert User.objects.count() == 1


def test_nobody_sees_a_receipt_without_a_deletion(browser: Client) -> None:
    assert browser.get("/settings/deleted/")["Location"] == "/"


def test_a_new_token_ends_the_old_one(as_alice: APIClient) -> None:
    first, second = (as_alice.post("/api/v1/tokens/") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    statuses = []
    for answer in (first, second):
        client = APIClient(headers={"Authorization": f"Token {answer.json()['token']}"})
        statuses.append(client.get("/api/v1/pieces/").status_code)
    assert statuses == [401, 200]


def test_a_guest_gets_no_token(as_guest: APIClient) -> None:
    answer = as_guest.post("/api/v1/tokens/")
    assert (answer.status_code, answer.json()["code"]) == (403, "members_only")


def test_a_stranger_gets_no_token(stranger: APIClient) -> None:
    answer = stranger.post("/api/v1/tokens/")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_guests_who_stay_away_are_cleared_and_nobody_else(
    guest: User, alice: User, make_piece: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    long_ago = timezone.now() - timedelta(days=61)
    User.objects.update(date_joined=long_ago, last_login=long_ago)
    fresh = User.objects.create(username="guest-fresh", password="!", date_joined=long_ago)
    make_piece(fresh)
    old_piece = make_piece(guest)
    Piece.objects.filter(pk=old_piece.pk).update(created=long_ago)
    call_command("purge")
    assert {user.username for user in User.objects.all()} == {"alice", "guest-fresh"}
    assert "Gone: 1 guests" in capsys.readouterr().out


def test_old_jobs_are_forgotten_and_their_pieces_stay(queued_job: Job) -> None:
    run(queued_job)
    Job.objects.update(finished=timezone.now() - timedelta(days=31))
    call_command("purge", verbosity=0)
    assert (Job.objects.count(), Piece.objects.count()) == (0, 1)
