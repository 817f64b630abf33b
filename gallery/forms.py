"""What pages of the gallery are sent, checked before any service sees it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.models import DESCRIPTION_LENGTH, TITLE_LENGTH, Notification, Piece
from gallery.models.moderation import WORDS_LENGTH
from gallery.models.opinions import COMMENT_LENGTH
from gallery.moderation import CHOOSABLE
from gallery.opinions import NotePlace


class RatingForm(forms.Form):
    harmony = forms.IntegerField(min_value=1, max_value=5, error_messages={"required": _("Rate both.")})
    interest = forms.IntegerField(min_value=1, max_value=5, error_messages={"required": _("Rate both.")})


class CommentForm(forms.Form):
    text = forms.CharField(
        max_length=COMMENT_LENGTH, error_messages={"required": _("Write something first.")}
    )
    bar = forms.IntegerField(min_value=1, max_value=10_000, required=False)
    # track:onset:pitch of each chosen note, as frontend/src/noteChoice.ts writes them.
    notes = forms.RegexField(
        r"^(\d{1,4}:\d{1,9}:\d{1,3})(,\d{1,4}:\d{1,9}:\d{1,3})*$", max_length=5000, required=False
    )

    def clean_notes(self) -> list[NotePlace]:
        said: str = self.cleaned_data["notes"]
        return [NotePlace(*map(int, place.split(":"))) for place in said.split(",") if place]


class PublishForm(forms.Form):
    """How a piece is shown: by what name and words, to whom, under which licence."""

    title = forms.CharField(max_length=TITLE_LENGTH, error_messages={"required": _("A piece needs a title.")})
    description = forms.CharField(max_length=DESCRIPTION_LENGTH, required=False)
    tags = forms.CharField(max_length=500, required=False)
    visibility = forms.ChoiceField(choices=Piece.Visibility.choices)
    licence = forms.ChoiceField(
        choices=Piece.Licence.choices, error_messages={"required": _("Choose what others may do with it.")}
    )


class ReportForm(forms.Form):
    reason = forms.ChoiceField(choices=CHOOSABLE)
    words = forms.CharField(max_length=WORDS_LENGTH, required=False)


class AppealForm(forms.Form):
    words = forms.CharField(max_length=WORDS_LENGTH, error_messages={"required": _("Say why.")})


class ProfileForm(forms.Form):
    about = forms.CharField(max_length=DESCRIPTION_LENGTH, required=False)
    may_train = forms.BooleanField(required=False)


class NoticesForm(forms.Form):
    """The kinds that a member wants to hear of; what is not ticked is turned off."""

    page = forms.MultipleChoiceField(choices=Notification.Kind.choices, required=False)
    mail = forms.MultipleChoiceField(choices=Notification.Kind.choices, required=False)


class CollectionForm(forms.Form):
    title = forms.CharField(
        max_length=TITLE_LENGTH, error_messages={"required": _("A collection needs a title.")}
    )
    description = forms.CharField(max_length=DESCRIPTION_LENGTH, required=False)
    is_public = forms.BooleanField(required=False)
