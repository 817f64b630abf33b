"""People and things by name: alice, bob and a guest, a queued job, a piece, an engine without weights."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import translation
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from gallery.models import Piece
from gallery.services import piece_create
from generator import engines, queue, services
from generator.actors import generate, going_home
from generator.models import Job
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Tempo, Track
from musicsite.accounts import guest_create
from tests.fake_engine import FakeEngine, no_hook


def pytest_configure() -> None:
    # One thread a test process: two that share the cores wait for each other at every small product.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


PASSWORD = "four notes that repeat"
REQUEST: dict[str, Any] = {
    "model": "rnn",
    "style": "chorale",
    "bars": 2,
    "key": None,
    "key_lock": False,
    "tempo": None,
    "metre": None,
    "temperature_pitch": 1.0,
    "temperature_rhythm": 1.0,
    "top_p": 0.95,
    "seed": 7,
    "continue_from": None,
}
Make = Callable[..., Any]


def pytest_unconfigure() -> None:
    """Take away what SQLite leaves beside a test database when a thread still holds it at the end."""
    for file in Path(tempfile.gettempdir()).glob(f"ostinato-test-{os.getpid()}*"):
        file.unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def quick_and_alone(request: pytest.FixtureRequest, settings: Settings) -> Iterator[None]:
    """Each test begins in English, with an empty cache and the fake engine; passwords take no time."""
    translation.deactivate()  # a request leaves its reader's language behind
    settings.ENGINE = "tests.fake_engine.FakeEngine"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.WHITENOISE_AUTOREFRESH = (
        True  # finds files when asked, instead of listing all of them for each client
    )
    # Whatever was collected here before, or not, pages name the files as they lie.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {name: {"BACKEND": memory, "LOCATION": name} for name in settings.CACHES}
    engines.forget()
    going_home.clear()
    cache.clear()
    queue.forget()
    FakeEngine.delay, FakeEngine.before_beat = 0.0, staticmethod(no_hook)
    yield
    engines.forget()


@pytest.fixture
def fake_engine() -> FakeEngine:
    """This test's engine."""
    engine: Any = engines.engine()
    assert isinstance(engine, FakeEngine)
    return engine


@pytest.fixture
def alice(db: None) -> User:
    """A member."""
    return User.objects.create_user("alice", password=PASSWORD)


@pytest.fixture
def bob(db: None) -> User:
    """Another member."""
    return User.objects.create_user("bob", password=PASSWORD)


@pytest.fixture
def guest(db: None) -> User:
    """Somebody without an account."""
    return guest_create()


@pytest.fixture
def stranger() -> APIClient:
    """Somebody's program or browser, not signed in."""
    return APIClient()


@pytest.fixture
def as_alice(alice: User) -> APIClient:
    """Alice's browser."""
    client = APIClient()
    client.force_login(alice)
    return client


@pytest.fixture
def as_bob(bob: User) -> APIClient:
    """Bob's browser."""
    client = APIClient()
    client.force_login(bob)
    return client


@pytest.fixture
def as_guest(guest: User) -> APIClient:
    """The guest's browser."""
    client = APIClient()
    client.force_login(guest)
    return client


@pytest.fixture
def make_job(db: None) -> Callable[..., Job]:
    """make_job(owner, bars=2, seed=7, …): a job in line."""

    def make(owner: User, **request: Any) -> Job:
        return services.job_create(owner=owner, request={**REQUEST, **request})

    return make


@pytest.fixture
def queued_job(alice: User, make_job: Callable[..., Job]) -> Job:
    """Two bars of alice's, in line."""
    return make_job(alice)


def run(job: Job) -> Job:
    """What a worker does with the job's message. Returns the job as it stands then."""
    generate.fn(job.pk)
    return Job.objects.get(pk=job.pk)


def events(job: Job) -> list[dict[str, Any]]:
    """All that was told, with numbers, in order."""
    rows = job.events.order_by("number").values_list("number", "payload")
    return [{**payload, "number": number} for number, payload in rows]


def notes(job: Job) -> list[list[int]]:
    """The notes that were told, in order."""
    return [note for event in events(job) if event["type"] == "notes" for note in event["notes"]]


def small_score(bars: int = 2, *, pitch: int = 60, metre: tuple[int, int] = (4, 4)) -> Score:
    """A melody of quarter notes, all on one pitch."""
    beats = bars * metre[0]
    part = make_notes([(beat * 480, 480, pitch, 80) for beat in range(beats)])
    return Score(
        (Track("Melody", "melody", 73, False, part),), (Tempo(0, 120.0),), (Metre(0, *metre),), beats * 480
    )


@pytest.fixture
def make_piece(db: None) -> Callable[..., Piece]:
    """make_piece(owner, title="A tune", bars=2, …): a kept piece."""

    def make(owner: User, *, score: Score | None = None, bars: int = 2, **fields: Any) -> Piece:
        defaults: dict[str, Any] = {
            "title": "A tune",
            "source": Piece.Source.GENERATED,
            "style": "folk",
            "model": "rnn",
        }
        return piece_create(owner=owner, score=score or small_score(bars), **{**defaults, **fields})

    return make
