"""A gallery of any size, to measure with: made-up pieces, ratings and comments, written in bulk."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from gallery import search
from gallery.models import Comment, Listing, Piece, PieceTag, Rating, Tag
from gallery.ranking import rising, shrunk_mean
from generator.music.midi import write_midi
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Tempo, Track

BATCH = 2000
N_TUNES = 64  # different tunes; a piece has one of them
NAME = "seed-"
LEXICON = """
evening morning river harbour winter summer crooked silver quiet slow first last empty golden northern
little broken open paper glass candle orchard mill jig reel waltz psalm chorale song study lullaby march
étude nocturne prelude fugue round canon air hymn dance rain snow light shadow
"""
WORDS = LEXICON.split()
TAGS = WORDS[:40]
STYLES = (("rnn", "chorale", 0.4), ("rnn", "folk", 0.3), ("rnn", "pop", 0.2), ("musegan", "band", 0.1))
KEYS = [f"{tonic} {mode}" for tonic in ("C", "D", "Eb", "F", "G", "A", "Bb") for mode in ("major", "minor")]
LICENCES = ("reserved", "cc0", "cc-by", "cc-by-sa")


def seed(*, pieces: int, ratings: int, comments: int, say: Callable[[str], None], number: int = 1) -> None:
    """Write so many rows of each into the database, the same ones for the same `number`.

    A few pieces get most of the ratings, as it is with people. Nothing of it is a person's.
    """
    rng = random.Random(number)  # nosec B311 - no secret
    people = seed_people(max(20, min(5000, ratings // 100)))
    say(f"{len(people)} people")
    first = seed_pieces(pieces, people, rng)
    ids = list(
        Piece.objects.filter(pk__gt=first, owner__in=people).order_by("pk").values_list("pk", flat=True)
    )
    say(f"{len(ids)} pieces")
    seed_tags(ids, rng)
    seed_ratings(ids, people, ratings, rng)
    say(f"{ratings} ratings")
    seed_comments(ids, people, comments, rng)
    say(f"{comments} comments")
    seed_listings(ids)
    say("listed and indexed")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def seed_people(n: int) -> list[int]:
    """Ids of n members whose names nobody signs in by."""
    known = User.objects.filter(username__startswith=NAME)
    missing = n - known.count()
    begin = known.count()
    made = [User(username=f"{NAME}{begin + k:05d}", password="!") for k in range(missing)]  # nosec B106 - unusable
    User.objects.bulk_create(made, batch_size=BATCH)
    return list(known.order_by("pk").values_list("pk", flat=True)[:n])


def tunes(rng: random.Random) -> list[tuple[bytes, dict[str, Any]]]:
    """A few tunes with the figures that a piece has of them."""
    from gallery.services import figures_of

    made = []
    for _ in range(N_TUNES):
        bars = rng.choice((8, 12, 16, 24, 32, 48))
        pitch = rng.randint(55, 75)
        rows = []
        for beat in range(bars * 4):
            pitch = min(88, max(45, pitch + rng.choice((-4, -2, -1, 0, 1, 2, 4))))
            rows.append((beat * 480, 480, pitch, 80))
        track = Track("Melody", "melody", rng.choice((0, 24, 73)), False, make_notes(rows))
        tempo = Tempo(0, float(rng.randint(60, 160)))
        score = Score((track,), (tempo,), (Metre(0, 4, 4),), bars * 1920)
        made.append((write_midi(score), figures_of(score)))
    return made


def seed_pieces(n: int, people: list[int], rng: random.Random) -> int:
    """Public pieces of the last two years. Returns the highest id there was before."""
    before = Piece.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    music, now = tunes(rng), timezone.now()

    def one() -> Piece:
        midi, figures = rng.choice(music)
        model, style, _weight = rng.choices(STYLES, [weight for *_rest, weight in STYLES])[0]
        when = now - timedelta(seconds=rng.randint(0, 730 * 86400))
        return Piece(
            owner_id=rng.choice(people),
            title=" ".join(rng.sample(WORDS, 3)).capitalize(),
            description=" ".join(rng.choices(WORDS, k=12)),
            midi=midi,
            visibility=Piece.Visibility.PUBLIC,
            licence=rng.choice(LICENCES),
            source=Piece.Source.GENERATED,
            model=model,
            style=style,
            recipe={"seed": rng.randint(0, 10**6)},
            created=when,
            published=when,
            **{**figures, "key": rng.choice(KEYS), "n_tracks": rng.randint(1, 5)},
        )

    for size in portions(n):
        Piece.objects.bulk_create([one() for _ in range(size)])
    return before


def portions(n: int) -> Iterator[int]:
    """n in batches."""
    while n > 0:
        yield min(BATCH, n)
        n -= BATCH


def seed_tags(ids: list[int], rng: random.Random) -> None:
    Tag.objects.bulk_create([Tag(name=name) for name in TAGS], ignore_conflicts=True)
    tags = list(Tag.objects.filter(name__in=TAGS).values_list("pk", flat=True))
    rows = [PieceTag(piece_id=pk, tag_id=tag) for pk in ids for tag in rng.sample(tags, rng.randint(0, 3))]
    PieceTag.objects.bulk_create(rows, batch_size=BATCH)


def seed_ratings(ids: list[int], people: list[int], n: int, rng: random.Random) -> None:
    """Each pair of person and piece once; the n-th piece by fame gets a share that falls with n."""
    fame = ids[:]
    rng.shuffle(fame)
    done: set[tuple[int, int]] = set()
    rows: list[Rating] = []
    while len(done) < n:
        piece = fame[int(len(fame) * rng.random() ** 2)]
        pair = (piece, rng.choice(people))
        if pair in done:
            continue
        done.add(pair)
        rows.append(
            Rating(piece_id=piece, person_id=pair[1], harmony=rng.randint(1, 5), interest=rng.randint(1, 5))
        )
        if len(rows) == BATCH:
            Rating.objects.bulk_create(rows)
            rows = []
    Rating.objects.bulk_create(rows)


def seed_comments(ids: list[int], people: list[int], n: int, rng: random.Random) -> None:
    for size in portions(n):
        Comment.objects.bulk_create(
            Comment(
                piece_id=rng.choice(ids),
                author_id=rng.choice(people),
                bar=rng.choice((None, 1, 2, 4, 8)),
                text=" ".join(rng.choices(WORDS, k=8)),
            )
            for _ in range(size)
        )


def seed_listings(ids: list[int]) -> None:
    """The same rows as gallery.listing.refresh would write, a thousand at a time."""
    ratings = Rating.objects.filter(piece=OuterRef("pk")).order_by().values("piece")
    comments = Comment.objects.filter(piece=OuterRef("pk")).order_by().values("piece")
    zero = Value(0)
    for start in range(0, len(ids), BATCH):
        found: QuerySet[Any] = (
            Piece.objects.filter(pk__in=ids[start : start + BATCH])
            .select_related("owner")
            .prefetch_related("tags")
            .defer("midi")
            .annotate(
                n=Coalesce(Subquery(ratings.annotate(n=Count("pk")).values("n")), zero),
                harmony=Coalesce(Subquery(ratings.annotate(s=Sum("harmony")).values("s")), zero),
                interest=Coalesce(Subquery(ratings.annotate(s=Sum("interest")).values("s")), zero),
                c=Coalesce(Subquery(comments.annotate(n=Count("pk")).values("n")), zero),
            )
        )
        rows = []
        with transaction.atomic():
            for piece in found:
                assert piece.published is not None
                harmony, interest = shrunk_mean(piece.harmony, piece.n), shrunk_mean(piece.interest, piece.n)
                rows.append(
                    Listing(
                        piece_id=piece.pk,
                        owner_id=piece.owner_id,
                        published=piece.published,
                        model=piece.model,
                        style=piece.style,
                        key=piece.key,
                        licence=piece.licence,
                        tempo=piece.tempo,
                        bars=piece.bars,
                        n_tracks=piece.n_tracks,
                        n_ratings=piece.n,
                        n_comments=piece.c,
                        harmony=harmony,
                        interest=interest,
                        best=(harmony + interest) / 2,
                        rising=rising(piece.published, n_ratings=piece.n, n_comments=piece.c, n_remixes=0),
                    )
                )
                search.index(
                    piece.pk,
                    title=piece.title,
                    author=piece.owner.username,
                    tags=[tag.name for tag in piece.tags.all()],
                    description=piece.description,
                )
            Listing.objects.bulk_create(rows)
