"""Two languages: which one a reader gets, how they choose, what remembers it, and what stays in English."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from gallery.models import Notification, Profile
from gallery.notices import mail as send_notice
from gallery.words import key_name
from generator.models import Job
from musicsite.languages import catalogue_address
from tests.conftest import PASSWORD, Make, run

pytestmark = pytest.mark.django_db
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


@pytest.mark.parametrize(
    ("asked", "language"), [("de-CH", "de"), ("en-US", "en-gb"), ("fr", "en-gb"), ("fr,de;q=0.5", "de")]
)
def test_a_page_comes_in_the_language_that_the_browser_asks_for(
    client: Client, asked: str, language: str
) -> None:
    answer = client.get("/gallery/", HTTP_ACCEPT_LANGUAGE=asked)
    assert f'<html lang="{language}"' in answer.content.decode()
    assert answer["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= set(re.split(r",\s*", answer["Vary"]))


def test_the_switch_goes_back_to_the_page_and_a_cookie_outranks_the_browser(client: Client) -> None:
    chosen = client.post("/language/", {"language": "de", "next": "/gallery/?sort=best"})
    assert (chosen.status_code, chosen["Location"]) == (302, "/gallery/?sort=best")
    page = client.get("/gallery/", HTTP_ACCEPT_LANGUAGE="en")
    assert '<html lang="de"' in page.content.decode()


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org"])
def test_the_switch_leads_to_no_other_site(client: Client, elsewhere: str) -> None:
    assert client.post("/language/", {"language": "de", "next": elsewhere})["Location"] == "/"


def test_a_language_that_there_is_not_changes_nothing(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.post("/language/", {"language": "tlh"})
    assert not Profile.objects.filter(person=alice).exists()
    assert '<html lang="en-gb"' in client.get("/gallery/").content.decode()


def test_an_account_brings_its_language_to_another_device(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.post("/language/", {"language": "de"})
    other = Client()
    other.post("/accounts/login/", {"login": alice.username, "password": PASSWORD})
    assert other.cookies[settings.LANGUAGE_COOKIE_NAME].value == "de"


def test_who_signs_up_in_german_is_written_to_in_german(client: Client) -> None:
    form = {"username": "greta", "password1": "vier Töne immer wieder", "email": "greta@example.org"}
    client.post("/accounts/signup/", form, headers=GERMAN)
    assert Profile.objects.get(person__username="greta").language == "de"


def test_a_letter_is_in_its_readers_language_whoever_caused_it(alice: User, bob: User) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@example.org")
    Profile.objects.create(person=alice, language="de")
    notice = Notification.objects.create(person=alice, kind=Notification.Kind.FOLLOW, actor=bob)
    mail.outbox.clear()
    assert send_notice(notice.pk)
    assert "folgt dir" in mail.outbox[0].subject
    assert "Diese Post kannst du abstellen" in mail.outbox[0].body


def test_an_error_of_the_api_is_told_in_the_readers_language(client: Client) -> None:
    answer = client.get("/api/v1/pieces/nothing-here/", headers=GERMAN)
    assert answer.status_code == 404
    assert answer.json()["message"].startswith("Hier ist nichts für dich")
    assert answer.json()["code"] == "not_found"


def test_what_is_read_with_an_etag_in_one_language_is_not_kept_for_another(
    client: Client, alice: User, make_piece: Make
) -> None:
    client.force_login(alice)
    piece = make_piece(owner=alice)
    english = client.get(f"/api/v1/pieces/{piece.code}/")
    german = client.get(f"/api/v1/pieces/{piece.code}/", headers={"If-None-Match": english["ETag"], **GERMAN})
    assert (german.status_code, german["ETag"] == english["ETag"]) == (200, False)


def test_a_feed_is_in_english_whoever_fetches_it(client: Client) -> None:
    text = client.get(reverse("gallery-atom"), headers=GERMAN).content.decode()
    assert "new in the gallery" in text
    assert 'xml:lang="en-gb"' in text


def test_an_english_page_needs_no_words_and_a_german_one_loads_them_before_its_modules(
    client: Client,
) -> None:
    assert "/words/" not in client.get("/gallery/").content.decode()
    page = client.get("/gallery/", headers=GERMAN).content.decode()
    address = catalogue_address("de")
    assert f'<script defer src="{address}"></script>' in page
    assert page.index(address) < page.index('type="module"')


def test_the_words_of_scripts_are_kept_for_a_year_and_an_old_address_is_gone(client: Client) -> None:
    script = client.get(catalogue_address("de"), HTTP_ACCEPT_LANGUAGE="en")
    assert script["Content-Type"].startswith("text/javascript")
    assert {"immutable", "max-age=31536000"} <= set(script["Cache-Control"].split(", "))
    assert "Abspielen" in script.content.decode()
    assert client.get("/words/de.0123456789ab.js").status_code == 404


def test_a_musician_reads_german_keys() -> None:
    assert key_name("Bb minor") == "B♭ minor"
    with translation.override("de"):
        assert [key_name(key) for key in ("Bb minor", "B major", "F# minor", "")] == [
            "b-Moll", "H-Dur", "fis-Moll", "",
        ]  # fmt: skip


def test_a_piece_is_named_in_the_language_of_who_asked_for_it(alice: User, make_job: Make) -> None:
    Profile.objects.create(person=alice, language="de")
    piece = run(make_job(alice, key="G major")).piece
    assert piece is not None
    assert piece.title == "Choral in G-Dur"


def ask_in_german(client: Client) -> Job:
    """A job of a guest's, in line."""
    asked = {"model": "rnn", "style": "chorale", "bars": 2, "key": "G major"}
    client.post("/api/v1/generations/", asked, "application/json", headers=GERMAN)
    return Job.objects.get()


def test_a_guests_piece_is_named_in_the_language_of_the_page(client: Client) -> None:
    piece = run(ask_in_german(client)).piece
    assert piece is not None
    assert piece.title == "Choral in G-Dur"


def test_what_a_member_chose_goes_before_what_a_program_of_theirs_asks_in(
    alice: User, client: Client
) -> None:
    Profile.objects.create(person=alice, language="en-gb")
    client.force_login(alice)
    piece = run(ask_in_german(client)).piece
    assert piece is not None
    assert piece.title == "Chorale in G major"


def test_a_guest_is_told_in_the_language_of_the_page_that_a_piece_was_set_aside(client: Client) -> None:
    job = ask_in_german(client)
    Job.objects.filter(pk=job.pk).update(attempt=settings.MAX_ATTEMPTS)
    assert "beiseitegelegt" in run(job).error_message
