"""People to one another: profiles, who follows whom, what they like and collect, what they are told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.access import Visitor, is_moderator
from gallery.models.piece import DESCRIPTION_LENGTH, TITLE_LENGTH
from musicsite.codes import CODE_LENGTH, new_code


class Profile(models.Model):
    """What a member says about themselves, and what they wish. Who has no row wishes the defaults."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="profile"
    )
    about = models.TextField(max_length=DESCRIPTION_LENGTH, blank=True)
    may_train = models.BooleanField(
        default=False, help_text=_("Whether models may learn from their public pieces.")
    )
    # What they read, and are written to, in; empty until they signed in or chose.
    language = models.CharField(max_length=16, blank=True)
    # Kinds of notification that were turned off, in the page and by e-mail.
    quiet = models.JSONField(default=list, blank=True)
    no_mail = models.JSONField(default=list, blank=True)
    hidden_at = models.DateTimeField(
        null=True,
        blank=True,
        default=None,
        help_text=_("What they say is taken from all others by a moderator."),
    )
    hidden_because = models.TextField(blank=True, help_text=_("What its author is told."))

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [
            models.CheckConstraint(
                condition=Q(hidden_at=None) | ~Q(hidden_because=""), name="profile_hidden_says_why"
            )
        ]

    def __str__(self) -> str:
        return f"profile of {self.person_id}"

    def about_for(self, person: Visitor) -> str:
        """What the member says of themselves, as far as `person` may read it."""
        is_theirs = self.person_id == person.pk
        return self.about if self.hidden_at is None or is_theirs or is_moderator(person) else ""


class Follow(models.Model):
    """One person wants to hear of another's new pieces."""

    follower = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows")
    followed = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="followers")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["follower", "followed"], name="follow_once"),
            models.CheckConstraint(condition=~Q(follower=F("followed")), name="follow_another"),
        ]

    def __str__(self) -> str:
        return f"{self.follower_id} follows {self.followed_id}"


class Favourite(models.Model):
    """A piece that somebody wants to find again."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="favourites")
    piece = models.ForeignKey("gallery.Piece", models.CASCADE, related_name="favourites")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "piece"], name="favourite_once")]
        indexes = [models.Index(fields=["person", "-created"], name="favourite_of_person")]

    def __str__(self) -> str:
        return f"{self.piece_id} liked by {self.person_id}"


class CollectionQuerySet(models.QuerySet["Collection"]):
    """The one gate to collections."""

    def shown(self) -> CollectionQuerySet:
        """Public and not hidden by a moderator."""
        return self.filter(is_public=True, hidden_at=None)

    def visible_to(self, person: Visitor) -> CollectionQuerySet:
        seen = Q(is_public=True) if is_moderator(person) else Q(is_public=True, hidden_at=None)
        if person.is_authenticated:
            seen |= Q(owner_id=person.pk)
        return self.filter(seen)

    def owned_by(self, person: Visitor) -> CollectionQuerySet:
        return self.filter(owner_id=person.pk) if person.is_authenticated else self.none()


class Collection(models.Model):
    """Pieces that somebody put together, in an order. Each piece in it still asks the gate by itself."""

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="collections")
    title = models.CharField(max_length=TITLE_LENGTH)
    description = models.TextField(max_length=DESCRIPTION_LENGTH, blank=True)
    is_public = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    updated = models.DateTimeField(auto_now=True)
    hidden_at = models.DateTimeField(
        null=True, blank=True, default=None, help_text=_("Taken from all but its author by a moderator.")
    )
    hidden_because = models.TextField(blank=True, help_text=_("What its author is told."))
    pieces = models.ManyToManyField("gallery.Piece", through="gallery.CollectionItem", related_name="+")

    objects = CollectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="collection_has_a_title"),
            models.CheckConstraint(
                condition=Q(hidden_at=None) | ~Q(hidden_because=""), name="collection_hidden_says_why"
            ),
        ]
        indexes = [models.Index(fields=["owner", "-created"], name="collection_of_owner")]

    def __str__(self) -> str:
        return f"{self.title} ({self.code})"

    def get_absolute_url(self) -> str:
        return reverse("collection", args=[self.code])


class CollectionItem(models.Model):
    """A piece in a collection."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items")
    piece = models.ForeignKey("gallery.Piece", models.CASCADE, related_name="+")
    place = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["place", "pk"]
        constraints = [models.UniqueConstraint(fields=["collection", "piece"], name="item_once")]

    def __str__(self) -> str:
        return f"{self.piece_id} in {self.collection_id}"


class Notification(models.Model):
    """Something that happened to a person's pieces, or by somebody whom they follow."""

    class Kind(models.TextChoices):
        RATING = "rating", _("Somebody rated a piece of mine")
        COMMENT = "comment", _("Somebody wrote about a piece of mine")
        REMIX = "remix", _("Somebody made a piece from one of mine")
        FOLLOW = "follow", _("Somebody follows me")
        PUBLISH = "publish", _("Somebody whom I follow published a piece")
        MODERATION = "moderation", _("A moderator decided about something of mine")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=10, choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    piece = models.ForeignKey("gallery.Piece", models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey("gallery.Comment", models.CASCADE, null=True, related_name="+")
    words = models.TextField(blank=True, help_text=_("What a moderator wrote."))
    created = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True, blank=True, default=None)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=("rating", "comment", "remix", "follow", "publish", "moderation")),
                name="notification_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-created"], name="notification_of_person"),
            models.Index(fields=["person"], condition=Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id}"
