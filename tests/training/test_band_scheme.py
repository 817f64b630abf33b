"""Roles that cannot hear each other learn from parts that go with one chord scheme."""

import numpy as np
import pytest
import torch

from generator.music.band_metrics import tonal_centroid
from generator.music.bandroll import STRUCK
from generator.training import band_scheme
from generator.training.band_bars import Rolls
from generator.training.band_scheme import closes, on_one_scheme, parts_of_one_scheme
from generator.training.sources import DatasetError

C, F, G, A = (0, 4, 7), (5, 9, 0), (7, 11, 2), (9, 0, 4)
SCHEME = (C, F, G, C)
N_ON_SCHEME, N = 60, 300


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(band_scheme, "N_PARTS", 20)
    monkeypatch.setattr(band_scheme, "N_TRIED", 200)
    monkeypatch.setattr(band_scheme, "N_NEAR", 5)
    monkeypatch.setattr(band_scheme, "TYPICAL", 0.6)


@pytest.fixture
def rolls() -> Rolls:
    """Phrases on any chords; in each role another fifth is on one scheme, so hardly a phrase is whole."""
    source = np.random.default_rng(2)
    pitched = np.zeros((N, 4, 4, 16, 84), np.uint8)
    for role in range(4):
        on_scheme = set(range(role * N_ON_SCHEME, (role + 1) * N_ON_SCHEME))
        for phrase in range(N):
            for bar in range(4):
                chord = SCHEME[bar] if phrase in on_scheme else (C, F, G, A)[source.integers(4)]
                for beat in range(4):
                    pitched[phrase, role, bar, 4 * beat, [24 + pitch for pitch in chord]] = STRUCK
    drums = np.zeros((N, 4, 16, 9), np.uint8)
    drums[:, 0, 0, 0] = 1
    return Rolls(torch.from_numpy(pitched), torch.from_numpy(drums))


def chords_of(rolls: Rolls) -> torch.Tensor:
    """(n, 4, 4, 12) pitch classes at the first beat of each bar."""
    sounding: torch.Tensor = rolls.pitched[:, :, :, 0].unflatten(-1, (7, 12)).amax(dim=-2) > 0
    return sounding


def test_roles_drawn_from_different_phrases_play_the_same_chords(rolls: Rolls) -> None:
    chords = chords_of(on_one_scheme(rolls, n=100))
    together = (chords == chords[:, :1]).all(dim=-1).float().mean()
    at_random = (chords_of(rolls) == chords_of(rolls)[:, :1]).all(dim=-1).float().mean()
    assert together > 0.9 > at_random + 0.3


def test_each_role_learns_from_its_own_phrases(rolls: Rolls) -> None:
    parts = parts_of_one_scheme(rolls)
    assert [len(chosen) for chosen in parts] == [20] * 4
    assert len(set(parts[0].tolist()) & set(parts[1].tolist())) < 20


def test_a_scheme_moves_as_the_music_does(rolls: Rolls, monkeypatch: pytest.MonkeyPatch) -> None:
    """One chord all along would be the safest, and is not typical of what the roles play."""
    still = rolls.pitched[:1].clone()
    still[0, :] = still[0, :, :1]
    vamp = Rolls(
        torch.cat([rolls.pitched, still.expand(60, -1, -1, -1, -1)]), rolls.drums[:1].expand(360, -1, -1, -1)
    )
    monkeypatch.setattr(band_scheme, "TYPICAL", 0.85)
    chords = chords_of(on_one_scheme(vamp, n=50))
    assert (chords[:, :, 0] != chords[:, :, 1]).any(dim=-1).float().mean() > 0.5


@pytest.mark.parametrize(
    ("chords", "joins"),
    [((C, F, G, C), True), ((C, C, A, G), False), ((C, C, C, F), False)],
)
def test_a_scheme_leads_back_to_its_beginning(chords: tuple[tuple[int, ...], ...], joins: bool) -> None:
    """Phrases are played one after the other: over the join harmony may move as far as from bar to bar."""
    classes = np.zeros((4, 4, 12))
    for bar, chord in enumerate(chords):
        classes[bar, :, list(chord)] = 1
    assert closes(tonal_centroid(classes).reshape(16, 6)) == joins


def test_no_scheme_is_learnt_that_does_not_lead_back(rolls: Rolls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(band_scheme, "closes", lambda scheme: False)
    with pytest.raises(DatasetError, match="no chord scheme"):
        on_one_scheme(rolls)


def test_music_without_a_common_scheme_is_refused(rolls: Rolls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(band_scheme, "TYPICAL", 1.01)
    with pytest.raises(DatasetError, match="no chord scheme"):
        on_one_scheme(rolls)
