"""What can happen to a job, from the button to the piece. Every change of a Job or an Event is made here.

One rule keeps it whole: the UPDATE that still finds the old state is the lock. An attempt writes only while
the row is running under the attempt's own number, so whatever dies, hangs or comes back late, each event is
stored once and one piece exists at the end.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F, Max, Min, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.families import parent_record, use_check
from gallery.models import Piece, PieceParent
from gallery.once import same_check
from gallery.services import piece_create
from generator import allowance, bands, queue, stops, variations
from generator.events import StoredEvent, tell
from generator.models import MAX_SEED, OPEN, Event, Job, Worker
from generator.music.midi import write_midi
from generator.music.notes import MusicError
from generator.music.score import Score, bar_edges, cut, n_bars
from generator.music.styles import STYLES
from generator.results import made_so_far, recipe_of, title_of
from musicsite.errors import ApplicationError, refused
from musicsite.languages import language_of
from musicsite.people import limits

logger = logging.getLogger(__name__)

# A job that began less than this ago may not be in its worker's list yet.
SETTLED = timedelta(seconds=3)


class AttemptOver(Exception):  # noqa: N818 - not an error: it ends a loop
    """The row is no longer this attempt's to write: cancelled, deleted, or taken over by a later attempt."""


# --- asking ----------------------------------------------------------------------------------------


@transaction.atomic
def job_create(
    *, owner: User, request: dict[str, Any], idempotency_key: str = "", alternative_of: str = ""
) -> Job:
    """Put a request in line, in one transaction with the message that carries it.

    request: as the API has checked it. Asking again with the same key gives the first job. alternative_of:
    code of the job beside which it is asked for. Raises ApplicationError when a limit is reached, when the
    piece to continue is not there, or when a key comes again with another request.
    """
    # One at a time for each person, so that two presses together cannot both slip under a limit.
    owner = User.objects.select_for_update().get(pk=owner.pk)
    asked, request = request, bands.as_kept(request)
    if idempotency_key and (
        first := Job.objects.filter(owner=owner, idempotency_key=idempotency_key).first()
    ):
        same_check(first.request, request)
        return first
    small = allowance.is_small(owner, request, alternative_of)
    limits_check(owner, small=small)
    prime = prime_of(owner, asked)
    seed = request["seed"]
    job = Job.objects.create(
        owner=owner,
        request=request,
        prime=write_midi(prime) if prime is not None else None,
        seed=secrets.randbelow(MAX_SEED + 1) if seed is None else seed,
        bars=bars_of(request, prime),
        idempotency_key=idempotency_key,
        language=translation.get_language() or "",
        small=small,
        turn=fair_turn(owner, bars=bars_to_write(request, prime)),
    )
    queue.send(job)
    return job


def limits_check(owner: User, *, small: bool) -> None:
    """Refuse one more job to who has had enough for now, and say when it will do."""
    allowed = limits(owner)
    mine = Job.objects.owned_by(owner).aggregate(
        open=Count("pk", filter=Q(status__in=OPEN)), **allowance.counts()
    )
    open_jobs = mine["open"]
    if open_jobs >= allowed.generations_at_once:
        wait = queue.seconds_until_one_is_done(owner)
        message = ngettext(
            "You have %(n)d piece on its way, as many as may be at once. Wait for it, or stop it.",
            "You have %(n)d pieces on their way, as many as may be at once. Wait for one, or stop one.",
            open_jobs,
        ) % {"n": open_jobs}
        raise ApplicationError(
            "too_many_at_once", message, status=HTTPStatus.TOO_MANY_REQUESTS, retry_after=wait
        )
    allowance.check(owner, mine, small=small)


def prime_of(owner: User, request: dict[str, Any]) -> Score | None:
    """The bars to go on after, or to play along with, when the request names a piece."""
    if request.get("given") is not None:
        return bands.given_of(owner, request["given"])
    if request.get("piece") is not None and variations.asks_the_vae(request):
        return variations.varied_of(owner, request["piece"])
    wanted = request.get("continue_from")
    if wanted is None:
        return None
    piece = Piece.objects.opened_by(owner, wanted["piece"])
    if piece is None:
        raise refused("continue_from.piece", _("There is no such piece for you to continue."))
    use_check(piece, owner)
    try:
        score = piece.score
    except MusicError as error:
        raise refused("continue_from.piece", _("This piece cannot be read any more.")) from error
    edges = bar_edges(score)
    if wanted["bars"] >= len(edges):
        raise refused("continue_from.bars", _("The piece has %(n)d bars.") % {"n": n_bars(score)})
    prime = cut(score, 0, int(edges[wanted["bars"]]))
    if len(prime.metres) > 1:
        raise refused(
            "continue_from.bars", _("The metre changes in these bars. Choose a bar before the first change.")
        )
    style = STYLES[request["style"]]
    metre = (prime.metres[0].numerator, prime.metres[0].denominator)
    if metre not in style.metres:
        known = ", ".join(f"{n}/{d}" for n, d in style.metres)
        sentence = _(
            "The piece is in %(metre)s, and this style is written in %(known)s. Choose another style."
        )
        sentence %= {"metre": f"{metre[0]}/{metre[1]}", "known": known}
        raise refused("style", sentence)
    return prime


# Turns of urgent work lie this far below all others.
URGENT = -(2**40)


def bars_of(request: dict[str, Any], prime: Score | None) -> int:
    """How many bars the piece will have: new ones follow a prime, or stand beside it."""
    before = 0 if prime is None or _is_beside(request) else n_bars(prime)
    return before + bars_to_write(request, prime)


def bars_to_write(request: dict[str, Any], prime: Score | None) -> int:
    """How many bars are to be written: beside a prime, as many as it has."""
    return int(request["bars"]) if prime is None or not _is_beside(request) else n_bars(prime)


def _is_beside(request: dict[str, Any]) -> bool:
    """Whether what is asked for is as long as its prime and does not follow it."""
    return request.get("given") is not None or variations.asks_the_vae(request)


def fair_turn(owner: User, *, bars: int) -> int:
    """A place in the line: people take turns, however many jobs one of them has asked for.

    A person's next job comes a turn after their last; a newcomer begins at the turn that the line has
    reached. A short piece is urgent: somebody sits and waits for it, so it goes before long ones, in a line
    of its own of the same kind. A person's second urgent piece on its way is no longer so.
    """
    urgent, mine = Q(turn__lt=URGENT // 2), Q(owner=owner)
    turns = Job.objects.waiting_or_running().aggregate(
        reached_urgent=Min("turn", filter=urgent),
        my_urgent=Max("turn", filter=urgent & mine),
        reached=Min("turn", filter=~urgent),
        mine=Max("turn", filter=~urgent & mine),
    )
    if bars <= settings.URGENT_BARS and turns["my_urgent"] is None:
        return URGENT if turns["reached_urgent"] is None else int(turns["reached_urgent"])
    reached = turns["reached"] or 0
    return reached if turns["mine"] is None else max(reached, turns["mine"] + 1)


# --- being written ---------------------------------------------------------------------------------


def job_start(*, job_id: int, worker: str = "", waiting_only: bool = False) -> Job | None:
    """Begin a job's next attempt. None when it is over, gone, or set aside here and now.

    waiting_only: not when it is being written already, for a queue whose messages do not belong to a job.
    """
    jobs = Job.objects.waiting() if waiting_only else Job.objects.waiting_or_running()
    open_job = jobs.order_by().filter(pk=job_id)
    startable = open_job.filter(attempt__lt=F("handed_back") + settings.MAX_ATTEMPTS)
    # The attempt number is a fence: what a worker thought dead still writes carries an old one and is
    # refused.
    begun = {"attempt": F("attempt") + 1, "started": timezone.now(), "worker": worker}
    if startable.update(status=Job.Status.RUNNING, **begun):
        return Job.objects.get(pk=job_id)
    if (job := open_job.first()) and job.attempt - job.handed_back >= settings.MAX_ATTEMPTS:
        _set_aside(job, problem=f"{job.attempt - job.handed_back} attempts died without a word")
    return None


def job_died_before(*, job_id: int) -> bool:
    """Whether an attempt at this job ended with its process: it may be what killed it."""
    jobs = Job.objects.waiting_or_running().filter(pk=job_id)
    return jobs.filter(attempt__gt=F("handed_back")).exists()


def first_in_line() -> int | None:
    """The job whose turn it is."""
    return Job.objects.waiting().values_list("pk", flat=True).first()


def jobs_take_up(*, worker: str, running: list[int], others: bool = True) -> int:
    """Put back in line the jobs that nobody writes any more, where no lease of a message says so.

    worker: who asks; running: what it writes now. A job of a worker that has fallen silent died with it,
    unless the silence of others means nothing now (generator.pulse); one of our own that we do not write was
    cut off by a database that went away. Returns how many.
    """
    now = timezone.now()
    silence = timedelta(seconds=settings.QUEUE_LEASE_SECONDS)
    begun = Job.objects.filter(status=Job.Status.RUNNING, started__lt=now - min(silence, SETTLED))
    living = Worker.objects.filter(seen__gt=now - silence).values("name")
    dead = begun.exclude(worker__in=living).exclude(worker=worker)
    n = 0
    for job in [*(dead if others else []), *begun.filter(worker=worker).exclude(pk__in=running)]:
        if job.worker == worker:
            n += job_hand_back(job=job)
            continue
        with transaction.atomic():
            still = Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, attempt=job.attempt)
            if still.update(status=Job.Status.QUEUED):
                queue.send(job)
                n += 1
    return n


def job_append(*, job: Job, event: StoredEvent, **changes: Any) -> None:
    """Store and tell the next event. Raises AttemptOver when the row is no longer this attempt's."""
    number = job.n_events + 1
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, attempt=job.attempt)
        if not mine.update(n_events=number, **changes):
            raise AttemptOver
        Event.objects.create(job_id=job.pk, number=number, payload=event)
        tell(job.code, number, event)
    job.n_events = number
    for name, value in changes.items():
        setattr(job, name, value)


def job_finish(*, job: Job) -> Job:
    """The music is whole: one piece, one last event. Raises AttemptOver as job_append does."""
    ended = _end(job, Job.Status.DONE, from_status=(Job.Status.RUNNING,), attempt=job.attempt)
    if ended is None:
        raise AttemptOver
    return ended


def job_fail(*, job: Job, code: str, message: str, problem: str = "") -> Job | None:
    """Give a job up, in words for its owner; bars made are kept. None when it is over, or not ours."""
    return _end(
        job,
        Job.Status.FAILED,
        from_status=(Job.Status.RUNNING,),
        attempt=job.attempt,
        error_code=code,
        error_message=message,
        problem=problem,
    )


def job_attempt_failed(*, job: Job, problem: str) -> bool:
    """Something broke under an attempt. True when there will be another; else the job has been set aside."""
    mine = Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, attempt=job.attempt)
    if mine.update(problem=problem) and job.attempt - job.handed_back < settings.MAX_ATTEMPTS:
        return True
    _set_aside(job, problem=problem)
    return False


def job_hand_back(*, job: Job) -> bool:
    """A worker that goes home puts the job back in its old place; the attempt does not count against it.

    False when it is not this attempt's any more.
    """
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, attempt=job.attempt)
        back = bool(mine.update(status=Job.Status.QUEUED, handed_back=F("handed_back") + 1))
        if back:
            queue.send(job)
    return back


def job_wait_again(*, job: Job) -> None:
    """Put a job whose attempt broke back in line, without a message: whoever tries again brings one."""
    mine = Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, attempt=job.attempt)
    mine.update(status=Job.Status.QUEUED)


def job_cancel(*, job: Job) -> Job:
    """Stop a job for its owner and keep the bars made. A job that is over stays as it is."""
    ended = _end(job, Job.Status.CANCELLED, from_status=(Job.Status.QUEUED, Job.Status.RUNNING))
    stops.stop(job.pk)
    return ended or Job.objects.get(pk=job.pk)


def _set_aside(job: Job, *, problem: str) -> None:
    logger.error(
        "Job %s is set aside: %s", job.code, problem.strip().splitlines()[-1] if problem.strip() else ""
    )
    with translation.override(language_of(job.owner_id, job.language)):
        message = _("The generator broke down over this piece more than once, so it was set aside.") + " "
        message += (
            _("The bars made until then are kept. Try again with another seed.")
            if job.bars_done
            else _("Nothing of yours is lost. Try again with another seed.")
        )
    _end(
        job,
        Job.Status.FAILED,
        from_status=(Job.Status.QUEUED, Job.Status.RUNNING),
        attempt=job.attempt,
        error_code="set_aside",
        error_message=message,
        problem=problem,
    )


@transaction.atomic
def _end(
    job: Job,
    status: Job.Status,
    *,
    from_status: tuple[Job.Status, ...],
    attempt: int | None = None,
    **changes: Any,
) -> Job | None:
    """Bring a job to its end in one transaction: status, piece and last event together, or nothing of it.

    None when another has ended it, or taken it over, before.
    """
    mine = Job.objects.filter(pk=job.pk, status__in=from_status)
    if attempt is not None:
        mine = mine.filter(attempt=attempt)
    # From here on the row is locked, and no attempt can append any more: what is read next is all there will
    # be.
    if not mine.update(status=status, finished=timezone.now(), **changes):
        return None
    job = Job.objects.select_related("owner").get(pk=job.pk)
    job.piece = _piece_of(job)
    job.n_events += 1
    code = job.piece.code if job.piece else None
    last: StoredEvent
    if status == Job.Status.DONE:
        last = {"type": "finished", "piece": code}
    elif status == Job.Status.CANCELLED:
        last = {"type": "cancelled", "piece": code}
    else:
        last = {
            "type": "failed",
            "error": {"code": job.error_code, "message": job.error_message},
            "piece": code,
        }
    job.save(update_fields=["piece", "n_events"])
    Event.objects.create(job_id=job.pk, number=job.n_events, payload=last)
    tell(job.code, job.n_events, last)
    return job


def _piece_of(job: Job) -> Piece | None:
    """A draft of what the job's events tell; None when there is not a bar to keep."""
    from generator.blends import kept_by_recipe  # which asks for jobs itself

    made = made_so_far(job)
    if made is None:
        return kept_by_recipe(job)
    parent, kind = _parent_of(job) or (None, None)
    with translation.override(language_of(job.owner_id, job.language)):
        title = _title_of(job, made, parent, kind)
    piece = piece_create(
        owner=job.owner,
        score=made,
        title=title,
        source=Piece.Source.GENERATED,
        is_draft=True,
        model=job.request["model"],
        style=job.request["style"],
        weights=job.weights,
        recipe=recipe_of(job),
    )
    if parent is not None and kind is not None:
        parent_record(child=piece, parent=parent, kind=kind)
    return piece


def _parent_of(job: Job) -> tuple[Piece, PieceParent.Kind] | None:
    """The piece that a job's own comes from, and how; None where there is none that its owner may open."""
    request = job.request
    if (given := request.get("given")) and given["piece"]:
        code, kind = given["piece"], PieceParent.Kind.ACCOMPANY
    elif before := request.get("continue_from"):
        code, kind = before["piece"], PieceParent.Kind.CONTINUE
    elif variations.asks_the_vae(request) and request["piece"]:
        code, kind = request["piece"], variations.lineage(request)
    else:
        return None
    parent = Piece.objects.opened_by(job.owner, code)
    return None if parent is None else (parent, kind)


def _title_of(job: Job, made: Score, parent: Piece | None, kind: PieceParent.Kind | None) -> str:
    """A name to begin with, in the language that is active."""
    if parent is None or kind is None or kind == PieceParent.Kind.CONTINUE:
        return title_of(job, made)
    if kind == PieceParent.Kind.ACCOMPANY:
        return _("%(title)s, accompanied") % {"title": parent.title}
    return variations.title_of(parent, kind)


def jobs_purge() -> int:
    """Forget jobs that ended settings.JOB_KEEP_DAYS ago; their pieces stay. Returns how many."""
    before = timezone.now() - timedelta(days=settings.JOB_KEEP_DAYS)
    _rows, by_model = Job.objects.filter(finished__lt=before).delete()
    return by_model.get("generator.Job", 0)
