"""Generations by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from generator.models import Job
from generator.music.styles import STYLES
from musicsite.people import is_guest
from tests.conftest import Make, run

pytestmark = pytest.mark.django_db
GENERATIONS = "/api/v1/generations/"


def ask(client: APIClient, headers: dict[str, str] | None = None, **request: Any) -> Any:
    return client.post(
        GENERATIONS, {"style": "chorale", "bars": 2, **request}, format="json", headers=headers
    )


def test_asking_answers_202_with_the_job_and_its_addresses(as_alice: APIClient) -> None:
    answer = ask(as_alice, seed=5)
    job = Job.objects.get()
    assert answer.status_code == 202
    assert answer["Location"] == f"/api/v1/generations/{job.code}/"
    assert answer["X-Request-ID"]
    data = answer.json()
    assert {
        key: data[key] for key in ("code", "status", "model", "style", "bars", "bars_done", "seed", "piece")
    } == {
        "code": job.code,
        "status": "queued",
        "model": "rnn",
        "style": "chorale",
        "bars": 2,
        "bars_done": 0,
        "seed": 5,
        "piece": None,
    }
    assert (data["position"], data["wait_seconds"], data["error"]) == (1, None, None)
    assert (data["url"], data["socket"]) == (f"/api/v1/generations/{job.code}/", f"/ws/jobs/{job.code}/")
    assert data["request"]["top_p"] == 0.95


def test_a_stranger_becomes_a_guest_who_can_come_back(stranger: APIClient) -> None:
    code = ask(stranger).json()["code"]
    assert is_guest(User.objects.get())
    assert stranger.get(f"{GENERATIONS}{code}/").status_code == 200
    ask(stranger)
    assert User.objects.count() == 1
    assert APIClient().get(f"{GENERATIONS}{code}/").status_code == 404


def test_a_done_job_names_its_piece(as_alice: APIClient) -> None:
    code = ask(as_alice).json()["code"]
    job = run(Job.objects.get())
    data = as_alice.get(f"{GENERATIONS}{code}/").json()
    assert job.piece is not None
    assert (data["status"], data["piece"], data["bars_done"], data["position"]) == (
        "done",
        job.piece.code,
        2,
        0,
    )


def test_nobody_sees_or_stops_another_persons_job(as_bob: APIClient, queued_job: Job) -> None:
    assert as_bob.get(f"{GENERATIONS}{queued_job.code}/").status_code == 404
    assert as_bob.post(f"{GENERATIONS}{queued_job.code}/cancel/").status_code == 404
    queued_job.refresh_from_db()
    assert queued_job.status == Job.Status.QUEUED


def test_stopping_answers_with_the_job_as_it_stands(as_alice: APIClient, queued_job: Job) -> None:
    answer = as_alice.post(f"{GENERATIONS}{queued_job.code}/cancel/")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    again = as_alice.post(f"{GENERATIONS}{queued_job.code}/cancel/")
    assert (again.status_code, again.json()["status"]) == (200, "cancelled")


def test_the_idempotency_key_gives_the_same_job(as_alice: APIClient) -> None:
    first, again = (ask(as_alice, {"Idempotency-Key": "press-1"}).json()["code"] for _ in range(2))
    assert first == again
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"bars": 0}, "bars"),
        ({"bars": 65}, "bars"),
        ({"bars": "many"}, "bars"),
        ({"style": "dubstep"}, "style"),
        ({"model": "oracle"}, "model"),
        ({"key": "H major"}, "key"),
        ({"key_lock": True}, "key"),
        ({"tempo": 39}, "tempo"),
        ({"tempo": 241}, "tempo"),
        ({"tempo": "NaN"}, "tempo"),
        ({"metre": "7/8"}, "metre"),
        ({"metre": "four"}, "metre"),
        ({"temperature_pitch": 0.05}, "temperature_pitch"),
        ({"temperature_rhythm": 2.1}, "temperature_rhythm"),
        ({"top_p": 0}, "top_p"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**53}, "seed"),
        ({"continue_from": {"piece": "x"}}, "continue_from.bars"),
        ({"continue_from": "x"}, "continue_from"),
    ],
)
def test_what_is_wrong_is_named_with_a_sentence(
    as_alice: APIClient, wrong: dict[str, Any], field: str
) -> None:
    answer = ask(as_alice, **wrong)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, "invalid")
    assert list(body["fields"]) == [field]
    assert all(sentence.endswith(".") for sentence in body["fields"][field])
    assert body["request_id"] == answer["X-Request-ID"]
    assert Job.objects.count() == 0


@pytest.mark.parametrize(
    "body", ["{", "[]", '"style"', "null", '{"style": "chorale", "bars": 1e400}', "\x00"]
)
def test_nonsense_is_refused_in_words(as_alice: APIClient, body: str) -> None:
    answer = as_alice.post(GENERATIONS, body, content_type="application/json")
    assert answer.status_code == 400
    assert {"code", "message", "request_id"} <= set(answer.json())


def test_a_form_of_another_site_cannot_ask(stranger: APIClient) -> None:
    answer = stranger.post(GENERATIONS, {"style": "chorale"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert User.objects.count() == 0


def test_a_session_needs_the_token_against_forgery(alice: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = ask(client)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


def test_an_api_token_is_enough(alice: User) -> None:
    token = Token.objects.create(user=alice)
    client = APIClient(enforce_csrf_checks=True, headers={"Authorization": f"Token {token.key}"})
    assert ask(client).status_code == 202
    assert Job.objects.get().owner == alice


def test_a_bad_token_is_said_to_be_bad(db: None) -> None:
    answer = ask(APIClient(headers={"Authorization": "Token nonsense"}))
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")


def test_a_limit_says_when_it_lifts(as_guest: APIClient, settings: Settings) -> None:
    settings.GUEST_GENERATIONS_AT_ONCE = 1
    ask(as_guest)
    answer = ask(as_guest)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_at_once")
    assert int(answer["Retry-After"]) >= 1


def test_a_hundred_presses_in_a_minute_are_politely_stopped(
    as_alice: APIClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicsite.throttles import GenerationsThrottle

    monkeypatch.setattr(GenerationsThrottle, "rate", "5/min", raising=False)
    answers = [ask(as_alice) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429] * 2
    assert answers[-1].json()["code"] == "throttled"
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def test_the_styles_can_be_read(stranger: APIClient) -> None:
    styles = stranger.get("/api/v1/styles/").json()
    assert [style["name"] for style in styles] == list(STYLES)
    assert styles[0]["metres"] == ["4/4", "3/4"]


def test_an_address_that_is_not_there_answers_in_json(stranger: APIClient) -> None:
    answer = stranger.get("/api/v1/nothing/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_method_that_is_not_taken_answers_in_json(stranger: APIClient) -> None:
    answer = stranger.get(GENERATIONS)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_what_nobody_foresaw_answers_in_json_without_a_traceback(
    as_alice: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(**_: Any) -> None:
        raise RuntimeError("the inside of the site")

    monkeypatch.setattr("generator.views.job_create", break_down)
    as_alice.raise_request_exception = False
    answer = ask(as_alice)
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert "inside" not in answer.content.decode()
    assert answer.json()["request_id"]


def test_to_continue_a_piece_makes_a_longer_job(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, bars=4)
    answer = ask(as_alice, style="folk", continue_from={"piece": piece.code, "bars": 4})
    assert (answer.status_code, answer.json()["bars"]) == (202, 6)
