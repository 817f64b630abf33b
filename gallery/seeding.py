"""A gallery of any size, to measure with: made-up pieces, ratings and comments, written in bulk.

A hundred thousand pieces with a million ratings are to be there in a minute or two, so what is written a
million times goes past the models, straight into its table, in the order of its index.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from gallery import search
from gallery.listing import entry
from gallery.models import Comment, Follow, Listing, Piece, PieceTag, Rating, Tag
from gallery.ranking import rising, shrunk_mean
from generator.music.midi import write_midi
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Tempo, Track
from musicsite.codes import new_code

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
    seed_follows(people, rng)
    say(f"{len(people)} people")
    first = seed_pieces(pieces, people, rng)
    ids = list(
        Piece.objects.filter(pk__gt=first, owner__in=people).order_by("pk").values_list("pk", flat=True)
    )
    say(f"{len(ids)} pieces")
    said = Said(tags=seed_tags(ids, rng))
    seed_ratings(ids, people, ratings, rng, said)
    say(f"{ratings} ratings")
    seed_comments(ids, people, comments, rng, said)
    say(f"{comments} comments")
    seed_listings(ids, said)
    say("listed and indexed")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@dataclass
class Said:
    """What was said of pieces, by their ids, so that their listings need not ask a million rows for it."""

    tags: dict[int, list[str]]
    n_ratings: Counter[int] = field(default_factory=Counter)
    harmony: Counter[int] = field(default_factory=Counter)
    interest: Counter[int] = field(default_factory=Counter)
    n_comments: Counter[int] = field(default_factory=Counter)


def write_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows straight into a model's table. Times must be as moment() says them."""
    table, names = connection.ops.quote_name(model._meta.db_table), ", ".join(columns)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            insert = f"INSERT INTO {table} ({names}) VALUES ({places})"  # nosec B608
            cursor.executemany(insert, rows)  # type: ignore[arg-type]  # any iterable will do


def moment(when: Any) -> Any:
    """A time as the database wants it."""
    return connection.ops.adapt_datetimefield_value(when)


def seed_people(n: int) -> list[int]:
    """Ids of n members whose names nobody signs in by."""
    known = User.objects.filter(username__startswith=NAME)
    missing = n - known.count()
    begin = known.count()
    made = [User(username=f"{NAME}{begin + k:05d}", password="!") for k in range(missing)]  # nosec B106 - unusable
    User.objects.bulk_create(made, batch_size=BATCH)
    return list(known.order_by("pk").values_list("pk", flat=True)[:n])


def seed_follows(people: list[int], rng: random.Random) -> None:
    """The first follows many, as a feed of many is the dear one; the others a few."""
    known = set(Follow.objects.filter(follower__in=people).values_list("follower_id", "followed_id"))
    pairs = {
        (person, followed)
        for number, person in enumerate(people)
        for followed in rng.sample(people, min(len(people), 200 if number == 0 else 5))
        if followed != person
    }
    now = moment(timezone.now())
    rows = ((*pair, now) for pair in sorted(pairs - known))
    write_rows(Follow, ("follower_id", "followed_id", "created"), rows)


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

    with transaction.atomic():
        for size in portions(n):
            Piece.objects.bulk_create([one() for _ in range(size)])
    return before


def portions(n: int) -> Iterator[int]:
    """n in batches."""
    while n > 0:
        yield min(BATCH, n)
        n -= BATCH


def seed_tags(ids: list[int], rng: random.Random) -> dict[int, list[str]]:
    """Up to three tags on each piece. Returns their names."""
    Tag.objects.bulk_create([Tag(name=name) for name in TAGS], ignore_conflicts=True)
    known = dict(Tag.objects.filter(name__in=TAGS).values_list("name", "pk"))
    names = sorted(known)
    tags = {pk: rng.sample(names, rng.randint(0, 3)) for pk in ids}
    write_rows(PieceTag, ("tag_id", "piece_id"), sorted((known[name], pk) for pk in ids for name in tags[pk]))
    return tags


def seed_ratings(ids: list[int], people: list[int], n: int, rng: random.Random, said: Said) -> None:
    """Each pair of person and piece once; the n-th piece by fame gets a share that falls with n."""
    fame = ids[:]
    rng.shuffle(fame)
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < n:
        pairs.add((fame[int(len(fame) * rng.random() ** 2)], rng.choice(people)))
    now = moment(timezone.now())

    def rows() -> Iterator[Sequence[Any]]:
        for piece, person in sorted(pairs):
            harmony, interest = rng.randint(1, 5), rng.randint(1, 5)
            said.n_ratings[piece] += 1
            said.harmony[piece] += harmony
            said.interest[piece] += interest
            yield piece, person, harmony, interest, now, now

    write_rows(Rating, ("piece_id", "person_id", "harmony", "interest", "created", "updated"), rows())


def seed_comments(ids: list[int], people: list[int], n: int, rng: random.Random, said: Said) -> None:
    now = moment(timezone.now())

    def rows() -> Iterator[Sequence[Any]]:
        for piece in sorted(rng.choices(ids, k=n)):
            said.n_comments[piece] += 1
            text = " ".join(rng.choices(WORDS, k=8))
            yield new_code(), piece, rng.choice(people), rng.choice((None, 1, 2, 4, 8)), "[]", text, now, ""

    columns = ("code", "piece_id", "author_id", "bar", "notes", "text", "created", "hidden_because")
    write_rows(Comment, columns, rows())


def seed_listings(ids: list[int], said: Said) -> None:
    """The same rows and words as gallery.listing.refresh would write, two thousand at a time."""
    for start in range(0, len(ids), BATCH):
        found = Piece.objects.filter(pk__in=ids[start : start + BATCH]).order_by("pk")
        pieces = list(found.select_related("owner").defer("midi", "changes"))
        with transaction.atomic():
            Listing.objects.bulk_create(listing_of(piece, said) for piece in pieces)
            search.index_many(entry(piece, said.tags[piece.pk]) for piece in pieces)


def listing_of(piece: Piece, said: Said) -> Listing:
    """A piece's listing by what was counted while it was written."""
    n, n_comments = said.n_ratings[piece.pk], said.n_comments[piece.pk]
    harmony = shrunk_mean(said.harmony[piece.pk], n)
    interest = shrunk_mean(said.interest[piece.pk], n)
    assert piece.published is not None
    return Listing(
        piece_id=piece.pk,
        owner_id=piece.owner_id,
        published=piece.published,
        n_ratings=n,
        n_comments=n_comments,
        harmony=harmony,
        interest=interest,
        best=(harmony + interest) / 2,
        rising=rising(piece.published, n_ratings=n, n_comments=n_comments, n_remixes=0),
    )
