"""What stands in every template: no script and no style inside, and no word that cannot be translated."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
NAMES = {"Ostinato", "RNN"}
PASSWORD = "four notes that repeat"


def bare_words(source: str) -> list[str]:
    """The words of a template that no translation can reach."""
    for taken in (
        r"{#.*?#}",
        r"{% block body_class %}.*?{% endblock %}",
        r"{% blocktrans.*?{% endblocktrans %}",
        r"{%.*?%}",
        r"{{.*?}}",
        r"<(script|style|svg)\b.*?</\1>",
        r"<kbd>.*?</kbd>",
        r"<[^>]*>",
        r"&\w+;",
    ):
        source = re.sub(taken, " ", source, flags=re.DOTALL)
    return [word for word in re.findall(r"[A-Za-z]{2,}", source) if word not in NAMES]


def test_bare_words_are_found_and_translated_ones_are_not() -> None:
    assert bare_words('<p class="hint">{% trans "Keep" %} <b>it</b> {{ name }}</p>') == ["it"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_every_word_can_be_translated(page: Path) -> None:
    assert bare_words(page.read_text()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_no_script_and_no_style_is_written_into_a_page(page: Path) -> None:
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=", page.read_text()) == []


def said(client: Client, address: str) -> str:
    """The words of a page that must be there."""
    response = client.get(address, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_an_address_is_added_confirmed_and_used_for_a_new_password(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert "Add this address" in said(client, "/accounts/email/")
    client.post("/accounts/email/", {"action_add": "", "email": "alice@example.org"})
    confirmation = mail.outbox[-1]
    assert confirmation.subject == "Ostinato: Is this your address?"
    link = re.search(r"http://\S+(/accounts/confirm-email/\S+)", str(confirmation.body))
    assert link
    assert "alice@example.org belongs to alice." in said(client, link[1])
    client.post(link[1])
    client.logout()

    assert "Forgotten password" in said(client, "/accounts/password/reset/")
    client.post("/accounts/password/reset/", {"email": "alice@example.org"})
    letter = mail.outbox[-1]
    assert letter.subject == "Ostinato: A new password"
    assert "Your name there is alice." in letter.body
    reset = re.search(r"http://\S+(/accounts/password/reset/key/\S+)", str(letter.body))
    assert reset
    form = client.get(reset[1], follow=True)
    assert "Choose a new password" in form.content.decode()
    address = form.redirect_chain[-1][0]
    done = client.post(address, {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    assert "Your new password is set" in done.content.decode()
    assert "This link no longer works" in said(client, reset[1])


def test_a_letter_says_what_it_means_when_the_address_is_unknown(client: Client, db: None) -> None:
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    (letter,) = mail.outbox
    assert letter.subject == "Ostinato: No account with this address"
    assert "No account there has this address." in letter.body
    assert "{" not in letter.body


def test_a_broken_page_is_told_without_a_request_or_a_database() -> None:
    from django.template.loader import render_to_string

    page = render_to_string("500.html", {"request_id": "a1b2", "message": "It broke."})
    assert "A wrong note, and it was ours" in page
    assert "a1b2" in page
    assert "/accounts/" not in page
