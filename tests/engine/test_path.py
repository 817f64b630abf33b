"""The way from one piece to another: exact ends, even steps, what is repeated and mapped."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from generator.engine.aligned import align
from generator.engine.blend import LEAST_LIKELY, Blend, PathAsk, VaryAsk, as_many, slerp_rows
from generator.engine.path import Key, Renderer, changed, cut_evenly, distances, events_of, sets_of
from generator.engine.square import square_sets, square_shares, unevenness
from generator.music.cells import BEGINS, LANES, N_STEPS, STRUCK
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Tempo, Track
from generator.networks.cell_vae import CellVAE, CellVAEConfig


def line(first: int, bars: int = 2, *, name: str = "Melody", role: str = "melody", late: int = 0) -> Score:
    rows = [(i * 240 + late, 200, first + i % 7, 60 + i) for i in range(8 * bars)]
    return Score((Track(name, role, 73, False, make_notes(rows)),), length=1920 * bars)


@pytest.fixture
def blend() -> Blend:
    """A network that has learnt nothing."""
    torch.manual_seed(1)
    family = Blend(torch.device("cpu"), None)  # type: ignore[arg-type]
    family.network = CellVAE(CellVAEConfig(latent=6, step=4, hidden=12, context=6)).eval()
    # Notes come out of it, else there would be nothing of its own on the way.
    torch.nn.init.constant_(family.network.write_step.bias, -0.2)
    family.weights, family.directions = "", {}
    return family


def keys(n: int, pitch: int) -> set[Key]:
    return {(0, i // 16, i % 16, pitch) for i in range(n)}


def test_steps_are_even_although_the_network_jumps() -> None:
    a, b = keys(32, 60), keys(32, 67)
    events = events_of(a, b, [a, a, a, b])  # all at once, at the last point
    sets = sets_of(a, events, cut_evenly(events, 9))
    assert sets[0] == a
    assert sets[-1] == b
    assert distances(sets).tolist() == pytest.approx(np.linspace(0, 1, 9))


def test_what_the_network_invents_comes_and_goes_and_no_step_leads_back() -> None:
    a, b, own = keys(32, 60), keys(32, 67), keys(32, 63)
    events = events_of(a, b, [a, a | own, own, own | b, b])
    sets = sets_of(a, events, cut_evenly(events, 17))
    assert any(now & own for now in sets)
    steps = np.diff(distances(sets))
    assert steps.min() > 0
    assert steps.max() / steps.mean() <= 1.5


def test_a_bar_goes_over_as_a_whole_from_its_beginning_and_the_networks_first_bar_first() -> None:
    a, b = keys(32, 60), keys(32, 67)
    second = {key for key in a | b if key[1] == 1}
    # The network takes the second bar over first, all but one note of it that goes last.
    way = [a, (a - second) | (b & second) | {(0, 1, 5, 60)}, b]
    events = events_of(a, b, way)
    assert [event.key[1] for event in events] == [1] * 32 + [0] * 32
    assert [event.key[2] for event in events[:32]] == [step for step in range(16) for _ in range(2)]


def test_what_has_come_of_the_other_piece_lies_together() -> None:
    a, b = keys(80, 60), keys(80, 67)

    def over(*bars: int) -> set[Key]:
        """A with these bars of B."""
        return {key for key in a if key[1] not in bars} | {key for key in b if key[1] in bars}

    # The network has the third bar first, and then one at each end.
    events = events_of(a, b, [a, over(2), over(2, 0), over(2, 0, 4), over(2, 0, 4, 1), b])
    turns = list(dict.fromkeys(event.key[1] for event in events))
    assert turns == [2, 1, 0, 3, 4]


def test_a_note_of_both_pieces_is_as_long_as_in_the_nearer_one() -> None:
    def held(duration: int) -> Score:
        return Score(
            (Track("Melody", "melody", 73, False, make_notes([(0, duration, 60, 80)])),), length=1920
        )

    ends, _ = align([held(240), held(480)], ["A", "B"])
    renderer = Renderer(ends, [])
    lengths = [
        int(renderer.score({(0, 0, 0, 60)}, (1 - share, share)).tracks[0].notes["duration"][0])
        for share in (0.0, 0.25, 0.75, 1.0)
    ]
    assert lengths == [240, 240, 480, 480]


def test_a_note_that_is_not_redrawn_leaves_with_its_bar() -> None:
    a, b = keys(32, 60), keys(32, 67)
    lost = (0, 1, 3, 60)
    first_bar = {key for key in a if key[1] == 0}
    way = [a - {lost}, a - first_bar - {lost}, b]
    leaves = [event.key for event in events_of(a, b, way) if not event.enters]
    assert {key[1] for key in leaves[:16]} == {0}
    assert lost in leaves[16:]


def test_the_ends_are_the_pieces_themselves(blend: Blend) -> None:
    a, b = line(60, late=7), line(72, late=11)
    path = blend.run([PathAsk((a, b), points=7)])[0]
    assert path.points[0].tracks == a.tracks
    assert path.points[-1].tracks == b.tracks
    assert np.diff(path.distance) == pytest.approx(1 / 6, abs=0.04)


def test_an_answer_does_not_depend_on_who_else_asks(blend: Blend) -> None:
    one, other = PathAsk((line(60), line(72)), points=5), PathAsk((line(50), line(55, bars=4)), points=5)
    assert blend.run([one])[0] == blend.run([other, one])[1]


def test_a_shorter_piece_is_repeated_and_it_is_said() -> None:
    (a, b), said = align([line(60, bars=4), line(72, bars=3)], ["A", "B"])
    assert (a.reading.steps.size, b.reading.steps.size) == (4, 4)
    assert b.score.tracks[0].notes["pitch"][24:32].tolist() == b.score.tracks[0].notes["pitch"][:8].tolist()
    assert said == ("B has 3 bars and is repeated up to bar 4.",)


def test_tracks_answer_each_other_by_what_they_do() -> None:
    def track(name: str, role: str, pitch: int, drums: bool = False) -> Track:
        return Track(name, role, 0, drums, make_notes([(0, 480, pitch, 80)]))

    band = Score(
        (track("Kit", "drums", 36, True), track("Lead", "melody", 72), track("Low", "bass", 40)), length=1920
    )
    choir = Score(
        (track("Top", "soprano", 70), track("Alto", "alto", 60), track("Bass", "bass", 48)), length=1920
    )
    (a, b), said = align([band, choir], ["A", "B"])
    assert [t.name for t in a.score.tracks] == ["Kit", "Lead", "Low", "Alto"]
    assert [t.notes.size for t in a.score.tracks] == [1, 1, 1, 0]
    assert [(t.name, t.notes.size) for t in b.score.tracks] == [
        ("Kit", 0),
        ("Top", 1),
        ("Bass", 1),
        ("Alto", 1),
    ]
    assert "Lead of A answers Top of B." in said
    assert "Kit of A has no partner: it comes out of silence." in said


def test_pieces_of_unlike_metre_and_tempo_meet(blend: Blend) -> None:
    a = line(60, bars=4)
    waltz = Score(
        (Track("Tune", "melody", 73, False, make_notes([(i * 480, 480, 65, 80) for i in range(12)])),),
        (Tempo(0, 60.0),),
        (Metre(0, 3, 4),),
        480 * 12,
    )
    path = blend.run([PathAsk((a, waltz), points=5)])[0]
    assert [score.metres[0].numerator for score in path.points] == [4, 4, 4, 3, 3]
    assert path.points[2].tempos[0].bpm == pytest.approx((120 * 60) ** 0.5, abs=0.01)
    assert path.points[-1].tracks == waltz.tracks


def test_a_square_has_the_pieces_at_its_corners(blend: Blend) -> None:
    four = (line(50), line(60), line(70), line(80))
    answer = blend.run([PathAsk(four, points=3)])[0]
    assert [answer.points[i].tracks for i in (0, 2, 6, 8)] == [piece.tracks for piece in four]


def test_the_same_seed_varies_a_piece_the_same_way(blend: Blend) -> None:
    one, again, other = (blend.run([VaryAsk(line(60), 1.0, seed)])[0] for seed in (3, 3, 4))
    assert one == again
    assert one != other


def test_slerp_keeps_to_the_sphere() -> None:
    a, b = torch.tensor([[1.0, 0.0], [2.0, 0.0]]), torch.tensor([[0.0, 1.0], [4.0, 0.0]])
    half = slerp_rows(a, b, 0.5)
    assert half[0].tolist() == pytest.approx([0.5**0.5, 0.5**0.5])
    assert half[1].tolist() == pytest.approx([3.0, 0.0])


def test_a_step_in_the_latent_space_changes_in_a_piece_what_it_changes_in_the_networks_drawing() -> None:
    a, b, c, strange, new = (0, 0, 0, 60), (0, 0, 4, 62), (0, 0, 8, 64), (0, 0, 9, 99), (0, 0, 12, 67)
    own, before = {a, b, c, strange}, {a, b, c}
    assert changed(own, before, before) == own
    assert changed(own, before, {a, b, new}) == {a, b, new, strange}
    assert changed(own, before, {a, new}) == {a, new}  # what cannot be drawn goes with most of its bar


def test_what_the_network_only_imagines_does_not_come_into_the_piece() -> None:
    a, imagined = (0, 0, 0, 60), (0, 0, 4, 61)
    assert changed({a}, {a, imagined}, {a, imagined}) == {a}


def test_a_square_is_walked_in_even_steps_although_the_network_jumps() -> None:
    four = [keys(256, pitch) for pitch in (60, 62, 64, 67)]
    dreamt = [four[int(np.argmax(share))] for share in square_shares(9)]  # all at once, half way
    sets = square_sets(four, dreamt, 9)
    assert [sets[n] for n in (0, 8, 72, 80)] == four
    found = unevenness(sets, 9)
    assert max(*found["rows"], *found["columns"], *found["diagonals"]) <= 1.3


def test_in_the_middle_of_a_square_each_piece_has_a_quarter_of_the_bars_and_no_bar_is_mixed() -> None:
    four = [keys(256, pitch) for pitch in (60, 62, 64, 67)]
    dreamt = [four[int(np.argmax(share))] for share in square_shares(9)]
    middle = square_sets(four, dreamt, 9)[40]
    pitches = [{key[3] for key in middle if key[1] == bar} for bar in range(16)]
    assert all(len(own) == 1 for own in pitches)
    assert sorted(own.pop() for own in pitches) == [60] * 4 + [62] * 4 + [64] * 4 + [67] * 4


def test_what_the_network_holds_on_to_stays_longest_on_a_square() -> None:
    loved = {key for key in keys(32, 60) if key[1] == 1}
    nobody: set[Key] = set()
    dreamt = [loved if share[0] > 0 else nobody for share in square_shares(5)]
    sets = square_sets([keys(32, 60), nobody, nobody, nobody], dreamt, 5)
    assert sets[2] == loved  # half way along the upper side the other bar has gone


def test_what_all_four_share_sounds_everywhere(blend: Blend) -> None:
    same = line(60)
    answer = blend.run([PathAsk((same, same, same, same), points=3)])[0]
    assert all(np.array_equal(point.tracks[0].notes, same.tracks[0].notes) for point in answer.points)


def test_a_track_of_more_notes_than_the_network_has_places_for_gets_all_that_are_likely_enough() -> None:
    lanes = np.full((1, 1, N_STEPS, LANES), LEAST_LIKELY - 1, np.float32)
    lanes[..., STRUCK] = LEAST_LIKELY + 1
    on = as_many(lanes, np.array([10.0 * lanes.size]))
    assert on[..., STRUCK].all()
    assert not on[..., BEGINS].any()
