"""Pieces: music that a person has, whether a model made it, a file brought it or a hand drew it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.access import Visitor, is_moderator
from gallery.words import style_title
from generator.music.midi import read_midi
from generator.music.score import Score
from musicsite.codes import CODE_LENGTH, new_code
from musicsite.people import is_guest

TITLE_LENGTH = 120

DESCRIPTION_LENGTH = 2000


class PieceQuerySet(models.QuerySet["Piece"]):
    """The one gate to pieces, for pages, files, API, feeds, embeds and sockets.

    Who may see what: everybody what is public; the author all of their own; a moderator what others showed
    too, hidden or not, and never what is private; whoever has an unlisted piece's link, that piece. What is
    deleted is nobody's.
    """

    def there(self) -> PieceQuerySet:
        """Not deleted."""
        return self.filter(deleted_at=None)

    def owned_by(self, person: Visitor) -> PieceQuerySet:
        """What this person may change; nothing for a stranger."""
        return self.filter(owner_id=person.pk) if person.is_authenticated else self.none()

    def shown(self) -> PieceQuerySet:
        """Public and not hidden by a moderator."""
        return self.there().filter(visibility=Piece.Visibility.PUBLIC, hidden_at=None)

    def visible_to(self, person: Visitor) -> PieceQuerySet:
        """What this person may open by its own address."""
        seen = Q(visibility=Piece.Visibility.PUBLIC, hidden_at=None)
        if person.is_authenticated:
            seen |= Q(owner_id=person.pk)
        if is_moderator(person):
            seen |= ~Q(visibility=Piece.Visibility.PRIVATE)
        return self.there().filter(seen)

    def named_by(self, column: str) -> Exists:
        """Whether the piece that a row names in this column is among these: a condition on those rows.

        Asked for each row. A list of all of these, for IN, is what SQLite would make first.
        """
        return Exists(self.filter(pk=OuterRef(column)))

    def opened_by(self, person: Visitor, code: str) -> Piece | None:
        """The piece that this person may open at /…/<code>/…; None for any other, as for none.

        The code is the piece's own, or that of a link to an unlisted piece: so one link opens page, files,
        pictures and embed, and all of them are gone when it is revoked.
        """
        piece = self.visible_to(person).select_related("owner").filter(code=code).first()
        if piece is None:
            unlisted = self.there().filter(visibility=Piece.Visibility.UNLISTED, hidden_at=None)
            by_link = unlisted.filter(links__code=code, links__revoked_at=None)
            piece = by_link.select_related("owner").first()
            if piece is not None:
                piece.address = code
        return piece

    def public(self) -> PieceQuerySet:
        """What the gallery shows, newest first."""
        return self.shown().select_related("owner").order_by("-created", "-pk")

    def kept(self) -> PieceQuerySet:
        return self.there().filter(is_draft=False).order_by("-created", "-pk")

    def drafts(self) -> PieceQuerySet:
        return self.there().filter(is_draft=True).order_by("-created", "-pk")

    def deleted(self) -> PieceQuerySet:
        """Deleted, and still to be had back; last deleted first."""
        return self.filter(deleted_at__gt=_undo_ends()).order_by("-deleted_at", "-pk")

    def past_undo(self) -> PieceQuerySet:
        """Deleted for so long that they go for good."""
        return self.filter(deleted_at__lte=_undo_ends())


def _undo_ends() -> Any:
    return timezone.now() - timedelta(days=settings.UNDO_DAYS)


class Piece(models.Model):
    """A piece of music. Its MIDI bytes are the truth; figures beside them are what lists and filters need."""

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Private")
        UNLISTED = "unlisted", _("Unlisted")
        PUBLIC = "public", _("Public")

    class Source(models.TextChoices):
        GENERATED = "generated", _("Generated")
        UPLOADED = "uploaded", _("Uploaded")
        DRAWN = "drawn", _("Drawn")

    class Licence(models.TextChoices):
        RESERVED = "reserved", _("All rights reserved")
        CC0 = "cc0", _("CC0")
        CC_BY = "cc-by", _("CC BY")
        CC_BY_SA = "cc-by-sa", _("CC BY-SA")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="pieces")
    title = models.CharField(max_length=TITLE_LENGTH)
    description = models.TextField(max_length=DESCRIPTION_LENGTH, blank=True)
    licence = models.CharField(max_length=8, choices=Licence, default=Licence.RESERVED)
    tags = models.ManyToManyField("gallery.Tag", through="gallery.PieceTag", related_name="pieces")
    midi = models.BinaryField()
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    is_draft = models.BooleanField(default=False, help_text=_("Made, and not yet kept."))
    source = models.CharField(max_length=9, choices=Source)
    model = models.CharField(max_length=32, blank=True, help_text=_("The network that made it."))
    style = models.CharField(max_length=32, blank=True)
    weights = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of the weights that made it."))
    recipe = models.JSONField(default=dict, blank=True, help_text=_("All that is needed to make it again."))
    changes = models.JSONField(
        default=list, blank=True, help_text=_("What an upload was changed in on its way in.")
    )
    bars = models.PositiveIntegerField()
    tempo = models.FloatField(help_text=_("Quarters a minute at the start."))
    n_notes = models.PositiveIntegerField()
    seconds = models.FloatField()
    key = models.CharField(max_length=16, blank=True, help_text=_("As heard: “Eb major”."))
    n_tracks = models.PositiveSmallIntegerField(default=0, help_text=_("Tracks that have notes."))
    polyphony = models.FloatField(
        default=0, help_text=_("Notes that sound at once, mean while any does; without drums.")
    )
    pitch_range = models.PositiveSmallIntegerField(
        default=0, help_text=_("Semitones from the lowest to the highest note; without drums.")
    )
    created = models.DateTimeField(default=timezone.now, editable=False)
    published = models.DateTimeField(null=True, blank=True, help_text=_("When it was first made public."))
    updated = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, default=None)
    hidden_at = models.DateTimeField(
        null=True, blank=True, default=None, help_text=_("Taken from all but its author by a moderator.")
    )
    hidden_because = models.TextField(blank=True, help_text=_("What its author is told."))

    objects = PieceQuerySet.as_manager()

    class Meta:
        verbose_name = _("piece")
        verbose_name_plural = _("pieces")
        constraints = [
            models.CheckConstraint(
                condition=Q(visibility__in=("private", "unlisted", "public")), name="piece_visibility"
            ),
            models.CheckConstraint(
                condition=Q(licence__in=("reserved", "cc0", "cc-by", "cc-by-sa")), name="piece_licence"
            ),
            models.CheckConstraint(
                condition=~Q(visibility="public") | Q(published__isnull=False), name="piece_public_since"
            ),
            models.CheckConstraint(
                condition=Q(hidden_at=None) | ~Q(hidden_because=""), name="piece_hidden_says_why"
            ),
            models.CheckConstraint(
                condition=Q(source__in=("generated", "uploaded", "drawn")), name="piece_source"
            ),
            models.CheckConstraint(
                condition=Q(is_draft=False) | Q(visibility="private"), name="piece_draft_is_private"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="piece_has_a_title"),
            models.CheckConstraint(
                condition=Q(tempo__gt=0) & Q(seconds__gte=0), name="piece_tempo_and_seconds"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created"], name="piece_of_owner"),
            models.Index(
                fields=["-created", "-id"],
                condition=Q(visibility="public", deleted_at=None, hidden_at=None),
                name="piece_in_gallery",
            ),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="piece_deleted"),
            # For those who keep order: what is hidden, and what came and was shown on which day.
            models.Index(fields=["hidden_at"], condition=Q(hidden_at__isnull=False), name="piece_hidden"),
            models.Index(fields=["created"], name="piece_created"),
            models.Index(fields=["published"], name="piece_published"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.code})"

    def get_absolute_url(self) -> str:
        return reverse("piece", args=[self.address])

    @property
    def address(self) -> str:
        """The code in its addresses, for who opened it: its own, or that of the link that they have."""
        return self._address or self.code

    @address.setter
    def address(self, code: str) -> None:
        self._address = code

    _address = ""

    @property
    def author(self) -> str:
        """Who made it, as shown to others."""
        return gettext("a guest") if is_guest(self.owner) else self.owner.username

    @property
    def style_title(self) -> str:
        """What its style is called, empty for music that no model made."""
        return style_title(self.style)

    @property
    def score(self) -> Score:
        """The music, read from the MIDI bytes (a third of a millisecond for 8,000 notes)."""
        return read_midi(bytes(self.midi))
