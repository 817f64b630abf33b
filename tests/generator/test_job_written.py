"""A job on its way: what is told, what becomes of it, and what it is worth when something breaks."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from gallery.models import Piece
from generator import stops
from generator.actors import AttemptFailed, generate, going_home
from generator.models import Event, Job, Message
from generator.music.score import n_bars, n_notes
from generator.services import AttemptOver, job_append, job_cancel, job_finish, job_hand_back, job_start
from tests.conftest import Make, events, notes, run
from tests.fake_engine import FakeEngine, beat_notes


def test_a_job_tells_its_opening_then_notes_then_that_it_is_finished(queued_job: Job) -> None:
    job = run(queued_job)
    told = events(job)
    assert [event["type"] for event in told] == ["opening"] + ["notes"] * 8 + ["finished"]
    assert [event["number"] for event in told] == list(range(1, 11))
    assert told[0]["bars"] == 2
    assert told[0]["length"] == 2 * 4 * 480
    assert [event["bars_done"] for event in told[1:9]] == [0, 0, 0, 1, 1, 1, 1, 2]


def test_a_finished_job_is_one_draft_with_the_notes_that_were_told(queued_job: Job) -> None:
    job = run(queued_job)
    piece = Piece.objects.get()
    assert job.status == Job.Status.DONE
    assert job.piece == piece
    assert (piece.owner, piece.is_draft, piece.visibility) == (job.owner, True, "private")
    assert piece.title.startswith("Chorale in ")
    assert (piece.bars, piece.n_notes, piece.style, piece.model) == (2, 32, "chorale", "rnn")
    rows = [
        [number, *note] for number, track in enumerate(piece.score.tracks) for note in track.notes.tolist()
    ]
    assert sorted(rows) == sorted(notes(job))


def test_the_recipe_holds_all_that_makes_it_again(queued_job: Job) -> None:
    job = run(queued_job)
    assert job.piece is not None
    recipe = job.piece.recipe
    assert (recipe["seed"], recipe["style"], recipe["bars"], recipe["top_p"]) == (7, "chorale", 2, 0.95)
    assert recipe["weights"] == "f" * 64
    assert (recipe["device"], recipe["complete"]) == ("cpu", True)


def test_times_tell_when_it_began_sang_and_ended(queued_job: Job) -> None:
    job = run(queued_job)
    assert job.started is not None
    assert job.first_note is not None
    assert job.finished is not None
    assert job.created <= job.started <= job.first_note <= job.finished


def test_a_message_that_comes_twice_makes_one_piece(queued_job: Job) -> None:
    run(queued_job)
    run(queued_job)
    assert Piece.objects.count() == 1
    assert Event.objects.count() == 10


def test_a_second_attempt_goes_on_where_the_first_died(
    queued_job: Job, fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(beat: int) -> None:
        if beat == 5:
            raise SystemExit  # as a kill would: nothing is tidied up

    monkeypatch.setattr(FakeEngine, "before_beat", staticmethod(die))
    with pytest.raises(SystemExit):
        run(queued_job)
    before = notes(queued_job)
    assert len(before) == 5 * 4
    monkeypatch.undo()

    job = run(queued_job)
    assert (job.status, job.attempt) == (Job.Status.DONE, 2)
    assert fake_engine.requests[-1].resume == before
    assert notes(job) == [note for beat in range(8) for note in beat_notes(7, beat, 4)]
    assert [event["type"] for event in events(job)].count("opening") == 1
    assert Piece.objects.count() == 1


def test_an_attempt_that_was_thought_dead_cannot_write_any_more(queued_job: Job) -> None:
    zombie = job_start(job_id=queued_job.pk)
    later = job_start(job_id=queued_job.pk)
    assert zombie is not None
    assert later is not None
    assert (zombie.attempt, later.attempt) == (1, 2)
    with pytest.raises(AttemptOver):
        job_append(job=zombie, event={"type": "notes", "notes": [], "until": 0, "bars_done": 0})
    with pytest.raises(AttemptOver):
        job_finish(job=zombie)
    assert Event.objects.count() == 0


def test_a_job_that_killed_its_worker_twice_is_set_aside(queued_job: Job) -> None:
    assert job_start(job_id=queued_job.pk) is not None
    assert job_start(job_id=queued_job.pk) is not None
    assert job_start(job_id=queued_job.pk) is None
    queued_job.refresh_from_db()
    assert (queued_job.status, queued_job.error_code) == (Job.Status.FAILED, "set_aside")
    assert events(queued_job)[-1]["error"]["message"] == queued_job.error_message
    assert "2 attempts" in queued_job.problem


def test_an_attempt_that_was_handed_back_does_not_count(queued_job: Job) -> None:
    for _ in range(5):
        job = job_start(job_id=queued_job.pk)
        assert job is not None
        job_hand_back(job=job)
    assert job_start(job_id=queued_job.pk) is not None


def test_a_job_handed_back_waits_in_its_old_place(alice: User, make_job: Make) -> None:
    first, second = make_job(alice), make_job(alice)
    job = job_start(job_id=first.pk)
    assert job is not None
    assert list(Job.objects.waiting()) == [second]
    job_hand_back(job=job)
    assert list(Job.objects.waiting()) == [first, second]


def test_a_worker_that_goes_home_hands_the_job_back_and_the_next_finishes_it(
    queued_job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def go_home(beat: int) -> None:
        if beat == 3:
            going_home.set()
            stops.stop_all()

    monkeypatch.setattr(FakeEngine, "before_beat", staticmethod(go_home))
    Message.objects.all().delete()
    job = run(queued_job)
    assert (job.status, job.attempt, job.handed_back) == (Job.Status.QUEUED, 1, 1)
    assert Message.objects.count() == 1
    monkeypatch.undo()
    going_home.clear()
    job = run(job)
    assert notes(job) == [note for beat in range(8) for note in beat_notes(7, beat, 4)]


def test_a_request_that_cannot_be_met_fails_at_once_with_the_reason(
    alice: User, make_job: Make, make_piece: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from generator.engine.rows import GenerationError

    def refuse(beat: int) -> None:
        raise GenerationError("metre_unknown", "Chorale is not written in 7/8.")

    monkeypatch.setattr(FakeEngine, "before_beat", staticmethod(refuse))
    job = run(make_job(alice))
    assert (job.status, job.error_code, job.error_message) == (
        Job.Status.FAILED,
        "metre_unknown",
        "Chorale is not written in 7/8.",
    )
    assert events(job)[-1] == {
        "type": "failed",
        "error": {"code": "metre_unknown", "message": "Chorale is not written in 7/8."},
        "piece": None,
        "number": 2,
    }


def test_something_that_breaks_is_tried_again_and_then_set_aside_with_the_bars_made(
    queued_job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(beat: int) -> None:
        if beat == 6:
            raise RuntimeError("a tensor of the wrong shape")

    monkeypatch.setattr(FakeEngine, "before_beat", staticmethod(break_down))
    with pytest.raises(AttemptFailed):
        generate.fn(queued_job.pk)
    job = run(queued_job)
    assert (job.status, job.error_code) == (Job.Status.FAILED, "set_aside")
    assert "a tensor of the wrong shape" in job.problem
    assert "tensor" not in job.error_message
    assert job.piece is not None
    assert (job.piece.bars, n_notes(job.piece.score)) == (1, 16)  # beat 5 was told too, but not its bar


def test_a_failure_of_the_engine_counts_as_an_attempt(
    queued_job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    from generator.engine.rows import GenerationError

    def fail(beat: int) -> None:
        raise GenerationError("engine_failed", "The generator failed at this piece.")

    monkeypatch.setattr(FakeEngine, "before_beat", staticmethod(fail))
    with pytest.raises(AttemptFailed):
        generate.fn(queued_job.pk)
    assert run(queued_job).error_code == "set_aside"


def test_an_engine_that_is_stopped_hands_its_jobs_back(
    queued_job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    from generator.engine.rows import GenerationError

    def stopped(beat: int) -> None:
        raise GenerationError("stopped", "The generator is being restarted.")

    monkeypatch.setattr(FakeEngine, "before_beat", staticmethod(stopped))
    assert run(queued_job).status == Job.Status.QUEUED


def test_a_job_cancelled_in_line_ends_without_a_piece(queued_job: Job) -> None:
    job = job_cancel(job=queued_job)
    assert (job.status, job.piece) == (Job.Status.CANCELLED, None)
    assert events(job) == [{"type": "cancelled", "piece": None, "number": 1}]
    assert run(job).status == Job.Status.CANCELLED


def test_a_job_cancelled_in_the_middle_keeps_the_bars_made(
    alice: User, make_job: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(alice, bars=4)

    def press_stop(beat: int) -> None:
        if beat == 10:  # bars 1 and 2 are whole, of the third two beats
            job_cancel(job=job)

    monkeypatch.setattr(FakeEngine, "before_beat", staticmethod(press_stop))
    job = run(job)
    assert job.status == Job.Status.CANCELLED
    assert job.piece is not None
    assert (n_bars(job.piece.score), job.piece.n_notes) == (2, 32)
    assert job.piece.recipe["complete"] is False
    assert [event["type"] for event in events(job)].count("cancelled") == 1


def test_cancelling_twice_or_after_the_end_changes_nothing(queued_job: Job) -> None:
    job = run(queued_job)
    again = job_cancel(job=job)
    assert again.status == Job.Status.DONE
    assert Piece.objects.count() == 1


def test_a_job_whose_owner_is_deleted_ends_quietly(
    alice: User, queued_job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delete_account(beat: int) -> None:
        if beat == 2:
            User.objects.get(pk=alice.pk).delete()

    monkeypatch.setattr(FakeEngine, "before_beat", staticmethod(delete_account))
    generate.fn(queued_job.pk)
    assert Job.objects.count() == Event.objects.count() == Piece.objects.count() == 0


def test_a_continued_piece_keeps_its_first_bars_note_for_note(
    alice: User, make_job: Make, make_piece: Make
) -> None:
    piece = make_piece(alice, bars=3)
    job = run(make_job(alice, style="folk", bars=2, continue_from={"piece": piece.code, "bars": 2}))
    assert job.piece is not None
    made = job.piece.score
    assert n_bars(made) == 4
    first_bars = made.tracks[0].notes[made.tracks[0].notes["onset"] < 2 * 1920]
    assert first_bars.tolist() == piece.score.tracks[0].notes[:8].tolist()
    assert made.tempos == piece.score.tempos


def test_attempts_may_be_set_in_the_settings(queued_job: Job, settings: Settings) -> None:
    settings.MAX_ATTEMPTS = 1
    assert job_start(job_id=queued_job.pk) is not None
    assert job_start(job_id=queued_job.pk) is None
