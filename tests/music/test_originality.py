"""The longest run in common with training music, from hashes alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.music.metrics import RunIndex
from generator.music.notes import Notes, make_notes, transpose
from generator.music.originality import BREAK, SEED, OriginalityIndex, in_steps
from generator.music.score import Score, Track


def tune(seed: int, n: int = 60) -> Notes:
    """A melody in steps: random pitches and lengths."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 5, n)
    onsets = np.cumsum(lengths) - lengths
    return make_notes(zip(onsets, lengths, rng.integers(50, 80, n), np.full(n, 64), strict=True))


def index(*seeds: int) -> OriginalityIndex:
    return OriginalityIndex.build("folk", 120, [(f"tune {seed}", tune(seed)) for seed in seeds])


def quote(of: Notes, start: int, n: int, *, into: Notes, semitones: int = 0) -> Notes:
    """`into`, then n notes of `of`, then `into` again."""
    part = transpose(of[start : start + n], semitones)
    at = int(into["onset"][-1] + into["duration"][-1])
    moved = part.copy()
    moved["onset"] += at - int(part["onset"][0])
    after = into.copy()
    after["onset"] += int(moved["onset"][-1] + moved["duration"][-1])
    return np.concatenate([into, moved, after])


@pytest.mark.parametrize("semitones", [0, 5, -7])
def test_a_quotation_is_found_in_any_key_with_its_place_and_its_piece(semitones: int) -> None:
    asked = quote(tune(2), 20, 12, into=tune(99, 30), semitones=semitones)
    match = index(1, 2, 3).longest(asked)
    assert (match.n_notes, match.first, match.last, match.piece) == (12, 30, 41, "tune 2")


def test_a_run_does_not_go_over_the_end_of_a_piece() -> None:
    one, two = tune(1), tune(2)
    joined = np.concatenate([one, two])
    joined["onset"][one.size :] += int(one["onset"][-1] + one["duration"][-1])
    assert index(1, 2).longest(joined).n_notes == 60


def test_music_that_is_new_has_less_than_a_seed_in_common() -> None:
    match = index(1, 2, 3).longest(tune(77))
    assert (match.n_notes, match.first, match.piece) == (SEED - 1, -1, "")
    assert index(1).longest(tune(1, 3)).n_notes == SEED - 1


@pytest.mark.parametrize("seed", range(8))
def test_hashes_find_what_the_whole_notes_find(seed: int) -> None:
    rng = np.random.default_rng(seed)

    # Few pitches and lengths, so that runs in common come by themselves.
    def plain(n: int) -> Notes:
        return make_notes(
            zip(range(n), rng.integers(1, 2, n), rng.choice([60, 62, 64], n), np.full(n, 64), strict=True)
        )

    pieces = [plain(200) for _ in range(6)]
    asked = plain(150)
    whole = RunIndex(pieces).longest(asked)
    found = OriginalityIndex.build("folk", 120, [(str(n), piece) for n, piece in enumerate(pieces)]).longest(
        asked
    )
    assert whole.n_notes >= SEED
    assert (found.n_notes, found.first) == (whole.n_notes, whole.start)


def test_an_index_is_kept_without_any_note(tmp_path: Path) -> None:
    made = replace(index(1, 2), held_out={32: np.arange(40), 64: np.array([], np.int64), 128: np.array([5])})
    made.save(tmp_path / "folk.npz")
    back = OriginalityIndex.load(tmp_path / "folk.npz")
    assert back.longest(tune(2)) == made.longest(tune(2))
    assert back.names == ("tune 1", "tune 2")
    with np.load(tmp_path / "folk.npz") as data:
        assert data["codes"].dtype == np.uint32
        assert set(data.files) == {
            "version", "style", "ticks_per_step", "codes", "starts", "names",
            "held_out_32", "held_out_64", "held_out_128",
        }  # fmt: skip
    assert np.count_nonzero(made.codes == BREAK) == 2


def test_a_report_names_bars_and_how_usual_it_is() -> None:
    ticks = 120  # sixteen steps a bar of 4/4
    known = tune(4)
    held_out = {32: np.arange(5, 105), 64: np.array([], np.int64), 128: np.array([3])}
    made = replace(OriginalityIndex.build("folk", ticks, [("known", known)]), held_out=held_out)
    rows = [(o * ticks + 1920, d * ticks, p, v) for o, d, p, v in known[:10].tolist()]
    score = Score((Track("Melody", "melody", 0, False, make_notes(rows)),), length=16 * 1920)
    report = made.report(score)
    assert (report.n_notes, report.piece, report.start_bar) == (10, "known", 2)
    # 95 of the hundred held-out windows of that length share ten notes or more.
    assert report.usual == pytest.approx(0.95)


def test_played_times_are_brought_to_the_grid() -> None:
    score = Score(
        (Track("M", "melody", 0, False, make_notes([(3, 470, 60, 80), (477, 490, 62, 80)])),), length=1920
    )
    steps = in_steps(score, 120)
    assert steps[["onset", "duration"]].tolist() == [(0, 4), (4, 4)]
