"""Three arrangers, one seed: the page where they are heard, and the vote by the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.utils import extend_schema
from rest_framework import permissions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gallery.once import KEY_PARAMETER, once
from generator import bands, votes
from generator.models import ArrangerVote
from generator.serializers import job_json
from generator.views import own_job


class VoteInput(serializers.Serializer[Any]):
    """The best of three: jobs that differ in their arranger alone."""

    jobs = serializers.ListField(
        child=serializers.CharField(max_length=32), min_length=3, max_length=3, help_text="Their codes."
    )
    choice = serializers.CharField(max_length=32, help_text="The code of the best.")


class ShareOutput(serializers.Serializer[Any]):
    arranger = serializers.CharField()
    votes = serializers.IntegerField()
    share = serializers.FloatField()
    low = serializers.FloatField(help_text="Of the 95 % interval after Wilson.")
    high = serializers.FloatField()


class VerdictOutput(serializers.Serializer[Any]):
    """One's own vote on a seed, and with it the tally of all votes on all seeds; before it, null."""

    seed = serializers.IntegerField()
    choice = serializers.CharField(allow_null=True, help_text="The arranger that one voted for.")
    n = serializers.IntegerField(allow_null=True, help_text="Votes so far.")
    tally = ShareOutput(many=True, allow_null=True)


def verdict(person: User, seed: int) -> dict[str, Any]:
    """What a person may know of a seed: who has not voted on it learns nothing."""
    vote = ArrangerVote.objects.filter(person=person, seed=seed).first()
    if vote is None:
        return {"seed": seed, "choice": None, "n": None, "tally": None}
    shares = votes.tally()
    return {
        "seed": vote.seed,
        "choice": vote.choice,
        "n": sum(share.votes for share in shares),
        "tally": [asdict(share) for share in shares],
    }


class VoteListView(APIView):
    """Vote for the best of three arrangers of one seed, once a seed. Guests are persons, too."""

    permission_classes = [permissions.IsAuthenticated]

    @extend_schema(request=VoteInput, responses={201: VerdictOutput}, parameters=[KEY_PARAMETER])
    @once
    def post(self, request: Request) -> Response:
        data = VoteInput(data=request.data)
        data.is_valid(raise_exception=True)
        assert isinstance(request.user, User)
        vote = votes.vote_cast(person=request.user, **data.validated_data)
        return Response(verdict(request.user, vote.seed), status=status.HTTP_201_CREATED)


class VoteView(APIView):
    """One's own vote on a seed, and the tally for who has voted."""

    permission_classes = [permissions.IsAuthenticated]

    @extend_schema(responses=VerdictOutput)
    def get(self, request: Request, seed: int) -> Response:
        assert isinstance(request.user, User)
        return Response(verdict(request.user, seed))


@ensure_csrf_cookie
@never_cache
def arrangers_page(request: HttpRequest) -> HttpResponse:
    """The three side by side. ?jobs=…,…,… shows a trial again, in the order of its letters."""
    codes = [code for code in request.GET.get("jobs", "").split(",") if code]
    jobs = [own_job(request, code) for code in codes[: len(bands.ARRANGERS)]]
    cards = bands.cards()
    context: dict[str, Any] = {
        "styles": cards,
        "jobs": [job_json(job) for job in jobs],
        "verdict": verdict(jobs[0].owner, jobs[0].seed) if jobs else None,
        "limits": {"max_bars": settings.MAX_BARS},
    }
    more = {"all_there": len(cards) == len(bands.ARRANGERS), "page_data": context}
    return render(request, "generator/arrangers.html", {**context, **more})
