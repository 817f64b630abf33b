"""What those who run the site see."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery.models import Collection, Piece, Profile, Report
from gallery.moderation import report_create
from gallery.opinions import comment_add, piece_rate
from generator.models import Job, Message, Worker
from generator.services import job_fail, job_start
from tests.conftest import Make, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="x"))
    return client


def test_every_list_and_row_shows(admin: Client, alice: User, make_job: Make) -> None:
    piece = run(make_job(alice)).piece
    assert piece is not None
    make_job(alice)
    Worker.objects.create(name="w", seats=1)
    pages = [
        f"/admin/{name}/"
        for name in ("gallery/piece", "generator/job", "generator/message", "generator/worker")
    ]
    pages += [
        f"/admin/gallery/piece/{piece.pk}/change/",
        f"/admin/generator/job/{Job.objects.latest('pk').pk}/change/",
    ]
    pages += [f"/admin/generator/message/{Message.objects.latest('pk').pk}/change/"]
    assert [admin.get(page).status_code for page in pages] == [200] * len(pages)


def found(answer: Any) -> list[str]:
    """The pieces in a list of the admin."""
    return [piece.title for piece in answer.context["cl"].result_list]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("", ["Secret", "Winter rain"]),
        ("winter", ["Winter rain"]),
        ("RAIN wint", ["Winter rain"]),
        ("secret", []),  # who keeps order sees it by its code, and does not search what is private
        ("Alice", ["Secret", "Winter rain"]),
        ("ali", ["Winter rain"]),  # the gallery's search knows its author by the beginning of the name
        ("%", []),
        ("\0", ["Secret", "Winter rain"]),
    ],
)
def test_pieces_are_searched_by_what_has_an_index(
    admin: Client, alice: User, make_piece: Make, words: str, titles: list[str]
) -> None:
    make_piece(alice, title="Winter rain", visibility="public")
    secret = make_piece(alice, title="Secret")
    assert found(admin.get("/admin/gallery/piece/", {"q": words})) == titles
    assert found(admin.get("/admin/gallery/piece/", {"q": secret.code})) == ["Secret"]


def test_no_list_counts_all_rows_or_reads_music(
    admin: Client, alice: User, bob: User, make_piece: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicsite.long_lists.MOST", 3)
    for number in range(5):
        piece = make_piece(alice, title=str(number), visibility="public")
        comment_add(piece=piece, person=bob, text="Fine.")
        piece_rate(piece=piece, person=bob, harmony=4, interest=4)
    for name in ("piece", "comment", "rating"):
        with CaptureQueriesContext(connection) as asked:
            answer = admin.get(f"/admin/gallery/{name}/")
        assert answer.context["cl"].result_count == 3
        assert "The newest 3" in answer.content.decode()
        assert not [query for query in asked.captured_queries if '"midi"' in query["sql"]]
    assert found(admin.get("/admin/gallery/piece/", {"q": "1"})) == ["1"]
    assert found(admin.get("/admin/gallery/piece/", {"style": "chorale"})) == []
    code = Piece.objects.get(title="2").code
    ratings = admin.get("/admin/gallery/rating/", {"q": code}).context["cl"].result_list
    assert [rating.piece.title for rating in ratings] == ["2"]
    comments = admin.get("/admin/gallery/comment/", {"q": "fine"}).context["cl"].result_list
    assert len(comments) == 5
    monkeypatch.setattr("gallery.admin.RECENT", 3)
    comments = admin.get("/admin/gallery/comment/", {"q": "fine"}).context["cl"].result_list
    assert [comment.piece.title for comment in comments] == ["4", "3", "2"]


def test_a_collection_is_found_by_its_title_among_the_newest(
    admin: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, *_between, new = [
        Collection.objects.create(owner=alice, title=f"For {season} evenings")
        for season in ("spring", "summer", "autumn", "winter")
    ]

    def listed(words: str) -> list[Collection]:
        return list(admin.get("/admin/gallery/collection/", {"q": words}).context["cl"].result_list)

    assert listed("INTER eve") == [new]
    assert listed("spring") == [old]
    assert len(listed("alice")) == 4
    monkeypatch.setattr("gallery.admin.RECENT", 3)
    assert listed("spring") == []  # an older one is found by its code
    assert listed(old.code) == [old]


def test_a_report_is_found_by_who_and_what_it_is_about_among_the_newest(
    admin: Client, alice: User, bob: User, make_piece: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = make_piece(alice, title="Winter rain", visibility="public")
    comment = comment_add(piece=piece, person=alice, text="A hymn to snow.")
    profile = Profile.objects.create(person=alice, about="I sing.")
    old, of_comment, of_person, of_profile = [
        report_create(reporter=bob, subject=subject, reason="other", words=words)
        for subject, words in ((piece, "Mine"), (comment, "Rude"), (alice, "Loud"), (profile, "Odd"))
    ]

    def listed(words: str) -> set[Report]:
        return set(admin.get("/admin/gallery/report/", {"q": words}).context["cl"].result_list)

    assert listed("NTER ra") == listed("mine") == {old}
    assert listed("hymn") == {of_comment}
    assert listed("alice") == {of_person, of_profile}
    assert len(listed("bob")) == 4
    assert listed("bo") == set()
    monkeypatch.setattr("gallery.admin.RECENT", 3)
    assert listed("mine") == set()  # an older one is found by its code
    assert listed(old.code) == {old}


def test_a_job_that_was_set_aside_can_be_found_with_what_happened(admin: Client, queued_job: Job) -> None:
    for _ in range(3):
        job_start(job_id=queued_job.pk)
    assert queued_job.code in admin.get("/admin/generator/job/?error_code=set_aside").content.decode()
    page = admin.get(f"/admin/generator/job/{queued_job.pk}/change/").content.decode()
    assert "2 attempts died without a word" in page


def test_jobs_are_not_changed_by_hand(admin: Client, queued_job: Job) -> None:
    address = f"/admin/generator/job/{queued_job.pk}/change/"
    assert admin.post(address, {"status": "done"}).status_code == 403


def test_the_admin_is_entered_by_the_sites_own_door(alice: User) -> None:
    assert Client().get("/admin/login/")["Location"].startswith("/accounts/login/")
    client = Client()
    client.force_login(alice)
    assert client.get("/admin/").status_code in (302, 403)


def test_the_status_page_shows_what_the_generator_does(alice: User, make_job: Make) -> None:
    run(make_job(alice))
    Worker.objects.create(name="generator-1", seats=3, stats={"device": "cpu", "styles_loaded": ["chorale"]})
    page = Client().get("/status/")
    assert page.status_code == 200
    assert "chorale" in page.content.decode()


def test_the_site_says_that_it_is_well(db: None) -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}


def test_a_failed_job_is_asked_for_again(admin: Client, queued_job: Job) -> None:
    job_start(job_id=queued_job.pk)
    job = Job.objects.get(pk=queued_job.pk)
    job_fail(job=job, code="no_room", message="It could not be written.")
    admin.post("/admin/generator/job/", {"action": "ask_again", "_selected_action": [job.pk]})
    again = Job.objects.exclude(pk=job.pk).get()
    assert (again.owner, again.status, again.seed) == (job.owner, "queued", job.seed)
    assert {**again.request, "seed": None} == {**job.request, "seed": None}


def test_usage_is_drawn_by_day_for_staff_alone(
    admin: Client, alice: User, make_job: Make, make_piece: Make
) -> None:
    make_job(alice)
    make_piece(alice, visibility="public")
    charts = {chart.title: chart for chart in admin.get("/admin/usage/").context["charts"]}
    asked = charts["Pieces asked for"]
    assert (asked.total, asked.columns[-1].n, asked.columns[-1].height, asked.columns[0].n) == (1, 1, 100, 0)
    assert charts["Pieces published"].total == 1
    member = Client()
    member.force_login(alice)
    assert member.get("/admin/usage/").status_code == 302
