"""Pieces, comments and the queue of reports for those who keep order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gallery import moderation, search
from gallery.access import MODERATE
from gallery.gallery_page import MODELS
from gallery.models import (
    Collection,
    Comment,
    Export,
    Listing,
    Piece,
    Profile,
    Rating,
    Report,
    ShareLink,
    Tag,
)
from gallery.words import style_title
from generator.music.styles import STYLES
from musicsite.long_lists import MOST, LongList, people_called, word

RECENT = 10_000  # comments, collections and reports whose words are searched


class Shown(admin.SimpleListFilter):
    """Whether a moderator has hidden it."""

    title = _("shown")
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("hidden", _("Hidden")), ("shown", _("Not hidden"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("hidden", "shown"):
            return queryset.filter(hidden_at__isnull=self.value() == "shown")
        return queryset


def page_link(address: str, words: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, words)


class OfModel(admin.SimpleListFilter):
    """The network that made it, of those that there are: to look for them would be to read every row."""

    title = _("model")
    parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, name.upper()) for name in MODELS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(model=self.value()) if self.value() else queryset


class OfStyle(admin.SimpleListFilter):
    """What it was asked to sound like; see OfModel."""

    title = _("style")
    parameter_name = "style"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, style_title(name)) for name in STYLES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(style=self.value()) if self.value() else queryset


def pieces_with(words: str) -> list[int]:
    """Ids of the shown pieces that the gallery's search finds."""
    fits = search.found(words, [])
    return list(Listing.objects.filter(fits).values_list("pk", flat=True)[:MOST]) if fits is not None else []


def piece_coded(words: str) -> list[int]:
    """The id of the piece with this code."""
    return list(Piece.objects.filter(code=words).values_list("pk", flat=True))


def lately(model: type[Model], *columns: str) -> Callable[[str], QuerySet[Any]]:
    """Ids of the newest rows that say so: to look for it in all of them would mean to read all."""

    def found(words: str) -> QuerySet[Any]:
        rows = model._default_manager
        newest = rows.order_by("-pk").values("pk")[:RECENT]
        says_so = Q.create([(f"{column}__icontains", words) for column in columns], connector=Q.OR)
        return rows.filter(says_so, pk__in=newest).values("pk")

    return found


def without_music(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows about pieces, which a list names and does not play."""
    return rows.defer("piece__midi", "piece__recipe", "piece__changes", "piece__description")


class WithModeration(LongList):
    """Its actions are a moderator's."""

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MODERATE)


@admin.register(Piece)
class PieceAdmin(WithModeration):
    list_display = [
        "title", "code", "owner", "visibility", "licence", "source", "style", "bars", "created", "hidden_at",
        "deleted_at", "open",
    ]  # fmt: skip
    list_filter = [Shown, "visibility", "licence", "is_draft", "source", OfModel, OfStyle, "created"]
    search_fields = ["code", "title", "description", "owner__username"]
    search_help_text = _("A code, an author's whole name, or words of a piece that is shown")
    found_by = {"code": word, "owner__in": people_called, "pk__in": pieces_with}
    list_select_related = ["owner"]
    actions = ["hide", "show"]
    exclude = ["midi"]
    # All of it: what is shown, hidden or changed goes through the services, so that lists stay in step.
    readonly_fields = [
        "code", "owner", "title", "description", "licence", "visibility", "is_draft", "source", "model",
        "style", "weights", "recipe", "changes", "bars", "tempo", "n_notes", "seconds", "key", "n_tracks",
        "polyphony", "pitch_range",
        "created", "published", "updated", "deleted_at", "hidden_at", "hidden_because",
    ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a piece comes from a job or a file

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("midi", "recipe", "changes", "description")

    @admin.display(description=_("page"))
    def open(self, piece: Piece) -> SafeString:
        return page_link(piece.get_absolute_url(), str(_("Open")))

    @admin.action(description=_("Hide: against the rules"), permissions=["moderate"])
    def hide(self, request: HttpRequest, pieces: QuerySet[Piece]) -> None:
        for piece in pieces.filter(hidden_at=None):
            moderation.piece_hide(piece=piece, words=str(moderation.TEMPLATES[Report.Reason.OTHER]))

    @admin.action(description=_("Show again"), permissions=["moderate"])
    def show(self, request: HttpRequest, pieces: QuerySet[Piece]) -> None:
        for piece in pieces.exclude(hidden_at=None):
            moderation.piece_unhide(piece=piece)


@admin.register(Comment)
class CommentAdmin(WithModeration):
    list_display = ["short", "author", "piece", "bar", "created", "held_at", "hidden_at"]
    list_filter = [Shown, ("held_at", admin.EmptyFieldListFilter), "created"]
    search_fields = ["code", "text", "author__username", "piece__code"]
    search_help_text = _(
        "A code, an author's whole name, a piece's code, or some of the text of the newest 10,000 comments"
    )
    found_by = {
        "code": word,
        "author__in": people_called,
        "piece__in": piece_coded,
        "pk__in": lately(Comment, "text"),
    }
    list_select_related = ["author", "piece"]
    actions = ["hide", "show"]
    readonly_fields = [
        "code",
        "piece",
        "author",
        "bar",
        "notes",
        "text",
        "created",
        "held_at",
        "hidden_at",
        "hidden_because",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return without_music(super().get_queryset(request))

    @admin.display(description=_("text"))
    def short(self, comment: Comment) -> str:
        return comment.text[:80]

    @admin.action(description=_("Hide: against the rules"), permissions=["moderate"])
    def hide(self, request: HttpRequest, comments: QuerySet[Comment]) -> None:
        for comment in comments.filter(hidden_at=None).select_related("author", "piece"):
            moderation.comment_hide(comment=comment, words=str(moderation.TEMPLATES[Report.Reason.OTHER]))

    @admin.action(description=_("Show, or show again"), permissions=["moderate"])
    def show(self, request: HttpRequest, comments: QuerySet[Comment]) -> None:
        for comment in comments.select_related("author", "piece__owner"):
            moderation.comment_unhide(comment=comment)


class Decision(forms.ModelForm):  # type: ignore[type-arg]
    """Hide or leave, with words for the author: a template's, or one's own."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("", "---"), ("hide", _("Hide it")), ("leave", _("Leave it, or show it again"))],
        required=False,
    )
    template = forms.ChoiceField(
        label=_("Words for the author"),
        choices=[
            ("", _("Those of the reason")),
            *((key.value, text) for key, text in moderation.TEMPLATES.items()),
        ],
        required=False,
    )
    words = forms.CharField(
        label=_("Or your own words"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )

    class Meta:
        model = Report
        fields: list[str] = []


@admin.register(Report)
class ReportAdmin(WithModeration):
    """The queue: open ones first come first."""

    form = Decision
    list_display = ["code", "about", "reason", "reporter", "state", "created", "decided_by"]
    list_filter = ["state", "reason", "created"]
    search_fields = [
        "code",
        "words",
        "reporter__username",
        "piece__title",
        "comment__text",
        "person__username",
        "collection__title",
        "profile__person__username",
    ]
    search_help_text = _(
        "A code, a reporter's or a reported person's whole name, or some of the words of the newest 10,000 "
        "reports and of what they are about"
    )
    found_by = {
        "code": word,
        "reporter__in": people_called,
        "person__in": people_called,
        "profile__in": people_called,
        "pk__in": lately(Report, "words", "piece__title", "comment__text", "collection__title"),
    }
    list_select_related = [
        "reporter", "piece", "comment__piece", "person", "collection", "profile__person", "decided_by",
    ]  # fmt: skip
    ordering = ["-state", "created"]
    actions = ["hide", "leave"]
    readonly_fields = [
        "about",
        "reason",
        "its_words",
        "reporter",
        "state",
        "answer",
        "created",
        "decided",
        "decided_by",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        asked = (
            ["decision", "template", "words"] if obj is not None and obj.state == Report.State.OPEN else []
        )
        return [*self.readonly_fields, *asked]

    @admin.display(description=_("what"))
    def about(self, report: Report) -> SafeString | str:
        subject = report.subject
        if isinstance(subject, Piece | Collection):
            return page_link(subject.get_absolute_url(), subject.title)
        if isinstance(subject, Comment):
            place = f"{subject.piece.get_absolute_url()}#comment-{subject.code}"
            return page_link(place, subject.text[:120])
        person = subject.person if isinstance(subject, Profile) else report.person
        assert person is not None
        words = subject.about[:120] if isinstance(subject, Profile) else person.username
        return page_link(reverse("person", args=[person.username]), words)

    @admin.display(description=_("the reporter's words"))
    def its_words(self, report: Report) -> str:
        return report.words

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        decision = form.cleaned_data.get("decision")
        if not decision or not self.has_moderate_permission(request):
            return
        template = form.cleaned_data.get("template")
        words = form.cleaned_data.get("words") or (
            str(moderation.TEMPLATES[Report.Reason(template)]) if template else ""
        )
        moderator = request.user
        assert isinstance(moderator, User)
        report = Report.objects.get(pk=obj.pk)
        moderation.report_decide(report=report, moderator=moderator, hide=decision == "hide", words=words)

    @admin.action(description=_("Hide what is reported"), permissions=["moderate"])
    def hide(self, request: HttpRequest, reports: QuerySet[Report]) -> None:
        self._decide(request, reports, hide=True)

    @admin.action(description=_("Leave it, or show it again"), permissions=["moderate"])
    def leave(self, request: HttpRequest, reports: QuerySet[Report]) -> None:
        self._decide(request, reports, hide=False)

    def _decide(self, request: HttpRequest, reports: QuerySet[Report], *, hide: bool) -> None:
        moderator = request.user
        assert isinstance(moderator, User)
        done = 0
        for report in reports:
            report.refresh_from_db()  # the one before may have decided it too
            if report.state == Report.State.OPEN:
                moderation.report_decide(report=report, moderator=moderator, hide=hide)
                done += 1
        said = ngettext("%(n)d report decided.", "%(n)d reports decided.", done) % {"n": done}
        messages.success(request, said)


class LookOnly(LongList):
    """Nothing here is changed by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Rating)
class RatingAdmin(LookOnly):
    list_display = ["piece", "person", "harmony", "interest", "updated"]
    search_fields = ["piece__code", "person__username"]
    search_help_text = _("A piece's code, or a person's whole name")
    found_by = {"piece__in": piece_coded, "person__in": people_called}
    list_select_related = ["piece", "person"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return without_music(super().get_queryset(request))


class WithWords(WithModeration, LookOnly):
    """What a moderator may hide from all but its author, and show again."""

    actions = ["hide", "show"]

    @admin.action(description=_("Hide: against the rules"), permissions=["moderate"])
    def hide(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        for row in rows.filter(hidden_at=None):
            moderation.words_hide(subject=row, words=str(moderation.TEMPLATES[Report.Reason.OTHER]))

    @admin.action(description=_("Show again"), permissions=["moderate"])
    def show(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        for row in rows:
            moderation.words_unhide(subject=row)


@admin.register(Collection)
class CollectionAdmin(WithWords):
    list_display = ["title", "owner", "is_public", "created", "hidden_at"]
    list_filter = [Shown, "is_public"]
    search_fields = ["code", "title", "owner__username"]
    search_help_text = _(
        "A code, an owner's whole name, or some of the title of the newest 10,000 collections"
    )
    found_by = {"code": word, "owner__in": people_called, "pk__in": lately(Collection, "title")}
    list_select_related = ["owner"]


@admin.register(Export)
class ExportAdmin(LookOnly):
    list_display = ["code", "owner", "state", "done", "total", "size", "created", "finished"]
    list_filter = ["state"]
    list_select_related = ["owner"]


@admin.register(ShareLink)
class ShareLinkAdmin(LookOnly):
    list_display = ["piece", "created", "revoked_at"]
    list_select_related = ["piece"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return without_music(super().get_queryset(request))

    exclude = ["code"]  # who runs the site has no business with it


@admin.register(Tag)
class TagAdmin(LookOnly):
    list_display = ["name"]
    search_fields = ["name"]
    found_by = {"name__startswith": str.lower}


@admin.register(Profile)
class ProfileAdmin(WithWords):
    list_display = ["person", "may_train", "hidden_at"]
    list_filter = [Shown, "may_train"]
    search_fields = ["person__username"]
    found_by = {"person__in": people_called}
    list_select_related = ["person"]
