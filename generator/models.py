"""Jobs, what they told, the queue's messages, the workers alive. Rows are the truth, all else a doorbell."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.models.requests import KEY_LENGTH
from musicsite.codes import CODE_LENGTH, new_code

MAX_SEED = 2**53 - 1  # what a browser's number holds exactly


class JobQuerySet(models.QuerySet["Job"]):
    """Who may see a job, and which jobs still ask for work."""

    def owned_by(self, person: User | AnonymousUser) -> JobQuerySet:
        """What this person asked for; nothing for a stranger."""
        return self.filter(owner_id=person.pk) if person.is_authenticated else self.none()

    def waiting(self) -> JobQuerySet:
        """In line, first to be taken first."""
        return self.filter(status=Job.Status.QUEUED).order_by("turn", "pk")

    def waiting_or_running(self) -> JobQuerySet:
        return self.filter(status__in=OPEN)


class Job(models.Model):
    """One request for music and how far it is. Written by services alone."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Being written")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="jobs")
    status = models.CharField(max_length=9, choices=Status, default=Status.QUEUED)
    request = models.JSONField(help_text=_("What was asked, as the API takes it."))
    prime = models.BinaryField(null=True, help_text=_("MIDI of the bars to go on after."))
    seed = models.BigIntegerField()
    bars = models.PositiveIntegerField(
        help_text=_("Bars the finished piece has, those it goes on after included.")
    )
    bars_done = models.PositiveIntegerField(default=0)
    idempotency_key = models.CharField(max_length=KEY_LENGTH, blank=True)
    language = models.CharField(
        max_length=16, blank=True, help_text=_("In which it was asked, for an owner who never chose one.")
    )
    small = models.BooleanField(
        default=False, help_text=_("Counts as part of one of the day's, as it changes or repeats one.")
    )
    turn = models.BigIntegerField(
        default=0, help_text=_("Place in the line, fair between people; lowest first.")
    )
    attempt = models.PositiveIntegerField(
        default=0, help_text=_("Fence: a write with an older number is refused.")
    )
    worker = models.CharField(max_length=64, blank=True, help_text=_("Who has written it last."))
    handed_back = models.PositiveIntegerField(default=0, help_text=_("Attempts that ended in good order."))
    n_events = models.PositiveIntegerField(default=0, help_text=_("Number of the last thing it told."))
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    problem = models.TextField(blank=True, help_text=_("What happened inside, for those who run the site."))
    weights = models.CharField(max_length=64, blank=True)
    device = models.CharField(max_length=80, blank=True)
    piece = models.OneToOneField("gallery.Piece", models.SET_NULL, null=True, blank=True, related_name="job")
    created = models.DateTimeField(default=timezone.now, editable=False)
    started = models.DateTimeField(null=True, blank=True)
    first_note = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=("queued", "running", "done", "failed", "cancelled")),
                name="job_status",
            ),
            models.CheckConstraint(
                condition=Q(seed__gte=0, seed__lte=MAX_SEED), name="job_seed_a_browser_can_hold"
            ),
            models.CheckConstraint(condition=Q(bars__gte=1), name="job_has_bars"),
            models.CheckConstraint(
                condition=Q(status__in=("queued", "running"), finished=None)
                | Q(status__in=("done", "failed", "cancelled"), finished__isnull=False),
                name="job_finished_when_it_says_so",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(error_code=""), name="job_failed_says_why"
            ),
            models.UniqueConstraint(
                fields=["owner", "idempotency_key"], condition=~Q(idempotency_key=""), name="job_once_a_key"
            ),
        ]
        indexes = [
            models.Index(
                fields=["turn", "id"],
                condition=Q(status__in=("queued", "running")),
                name="job_waiting_or_running",
            ),
            models.Index(fields=["owner", "-created"], name="job_of_owner"),
            models.Index(fields=["-finished"], name="job_finished"),
        ]

    def __str__(self) -> str:
        return f"job {self.code}, {self.status}"

    def get_absolute_url(self) -> str:
        return reverse("api-generation", args=[self.code])

    @property
    def is_over(self) -> bool:
        return self.finished is not None


OPEN = (Job.Status.QUEUED, Job.Status.RUNNING)
"""Of a job that still asks for work."""


class Event(models.Model):
    """One thing that happened to a job, as the browser was told. Numbered from 1, no gaps, never changed."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    payload = models.JSONField()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="event_once_a_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="event_numbers_begin_at_1"),
        ]

    def __str__(self) -> str:
        return f"event {self.number} of job {self.job_id}"


class ArrangerVote(models.Model):
    """Which of the three arrangers a person liked best, of what they made of one seed; given once."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="arranger_votes")
    seed = models.BigIntegerField()
    choice = models.CharField(max_length=8, help_text=_("The arranger."))
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("vote between arrangers")
        verbose_name_plural = _("votes between arrangers")
        constraints = [
            models.UniqueConstraint(fields=["person", "seed"], name="arranger_vote_once_a_seed"),
            models.CheckConstraint(
                condition=Q(choice__in=("jamming", "composer", "hybrid")), name="arranger_vote_choice"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.choice} from {self.person_id} for seed {self.seed}"


class Message(models.Model):
    """One message of the embedded queue: leased while it is worked on, deleted when that is done."""

    queue = models.CharField(max_length=100)
    message_id = models.CharField(max_length=36, unique=True)
    body = models.BinaryField(help_text=_("As Dramatiq encodes it."))
    turn = models.BigIntegerField(default=0, help_text=_("Lowest first."))
    due = models.DateTimeField(default=timezone.now, help_text=_("Not before."))
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    is_dead = models.BooleanField(
        default=False, help_text=_("Given up; kept for those who run the site to see.")
    )

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(lease_owner="", lease_until=None)
                | (~Q(lease_owner="") & Q(lease_until__isnull=False)),
                name="message_lease_has_an_owner_and_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["queue", "turn", "id"], condition=Q(is_dead=False), name="message_in_line")
        ]

    def __str__(self) -> str:
        return f"message {self.message_id} in {self.queue}"


class Worker(models.Model):
    """One process with an engine that takes jobs, as long as it says that it lives."""

    name = models.CharField(max_length=64, unique=True)
    seats = models.PositiveIntegerField(help_text=_("Jobs that it writes at the same time."))
    stats = models.JSONField(default=dict, help_text=_("What its engine says about itself."))
    started = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        constraints = [models.CheckConstraint(condition=Q(seats__gte=1), name="worker_has_seats")]

    def __str__(self) -> str:
        return self.name
