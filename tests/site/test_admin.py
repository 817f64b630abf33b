"""What those who run the site see."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

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
