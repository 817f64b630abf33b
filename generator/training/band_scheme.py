"""A chord scheme for a band whose roles cannot hear each other.

Who jams unheard agrees on the chords beforehand. So each role of such a band learns from those phrases in
which its own part goes with one chord scheme, beat by beat in tonal space; which phrases the others learn
from does not matter to it.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from generator.music import band_metrics as m
from generator.music.bandroll import PITCHED
from generator.networks.musegan import N_BARS
from generator.training.band_bars import Rolls
from generator.training.sources import DatasetError

N_PARTS = 300
"""Phrases that each role learns from."""
N_TRIED = 2400
"""Phrases whose harmony is tried as the scheme."""
N_NEAR = 8
"""A scheme is the mean harmony of so many phrases, which are alike."""
TYPICAL = 0.88
"""Overlap of a role's chosen pitch classes with those of all its phrases, at least: one chord won't do."""
CLOSER = 0.9
"""How far the harmony moves from a scheme's end to its beginning, at most, as a share of how far from bar to
bar: less than 1, as what is learnt from it does not keep to it exactly.
"""
N_BEATS = 8
"""Beats of a phrase in which a role must be heard."""

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class _Harmony:
    """What phrases sound like. places (n, 4, K, 6): where each role's K beats lie in tonal space, nan where
    it rests; classes (n, 4, 12): how often it plays each pitch class; used (n, 4): how many of them a bar.
    """

    places: Floats
    classes: Floats
    used: Floats

    @classmethod
    def of(cls, rolls: Rolls) -> _Harmony:
        places, classes, used = [], [], []
        for chosen in torch.arange(len(rolls)).split(1000):
            sounding = rolls.pitched[chosen].numpy() > 0
            chroma = m.chroma(m.beat_sums(np.asarray(sounding)))  # (n, 4, N, 4, 12)
            places.append(m.tonal_centroid(chroma).reshape(len(chosen), len(PITCHED), -1, 6))
            classes.append(chroma.sum(axis=(2, 3)))
            in_bar = (m.chroma(np.asarray(sounding.any(axis=3))) > 0).sum(axis=-1)
            used.append(_mean(np.where(in_bar > 0, in_bar, np.nan), axis=2))
        return cls(*(np.concatenate(part) for part in (places, classes, used)))

    def nearest(self, scheme: Floats, role: int, n: int) -> Places:
        """The n phrases whose part of a role lies nearest to a scheme (K, 6), with as many pitch classes a
        bar as all phrases have on average: what plays many of them lies near every chord.
        """
        apart = np.square(self.places[:, role] - scheme).sum(axis=-1)  # (n, K)
        heard = (~np.isnan(apart)).sum(axis=1) >= N_BEATS
        far = np.where(heard, _mean(apart, axis=1), np.inf)
        used = np.nan_to_num(self.used[:, role], nan=np.inf)
        usual = float(used[np.isfinite(used)].mean())
        low, high = usual, 3 * usual
        chosen = np.argsort(far)[:n]
        for _ in range(8):
            most = (low + high) / 2
            chosen = np.argsort(np.where(used <= most, far, np.inf))[:n]
            low, high = (most, high) if used[chosen].mean() < usual else (low, most)
        return chosen

    def typical(self, chosen: list[Places]) -> bool:
        """Whether each role's chosen phrases use the pitch classes about as all of them do."""
        ours = np.stack([self.classes[places, role].sum(axis=0) for role, places in enumerate(chosen)])
        every = self.classes.sum(axis=0)
        overlaps = m.overlap(*(x / x.sum(axis=-1, keepdims=True) for x in (ours, every)))
        return bool(overlaps.min() >= TYPICAL)

    def scheme_of(self, chosen: list[Places]) -> Floats:
        """(K, 6) where the beats of the chosen phrases lie on average, all roles alike."""
        return _mean(np.stack([_mean(self.places[c, role], axis=0) for role, c in enumerate(chosen)]), axis=0)

    def distances(self, chosen: list[Places] | None = None) -> Floats:
        """(6,) the mean tonal distance of every two roles: of the same phrases, or of chosen ones which are
        drawn apart from each other.
        """
        source, found = np.random.default_rng(0), []
        for i, j in combinations(range(len(PITCHED)), 2):
            a, b = self.places[:, i], self.places[:, j]
            if chosen is not None:
                # The nearest come first: in step, phrases of one song would meet again.
                a, b = a[chosen[i]], b[source.permutation(chosen[j])]
            found.append(_mean(np.sqrt(np.square(a - b).sum(axis=-1)), axis=None))
        return np.array(found)


def closes(scheme: Floats) -> bool:
    """Whether a scheme (K, 6) leads from its end back to its beginning, where phrases join, more smoothly
    than from bar to bar.
    """
    bars = scheme.reshape(N_BARS, -1, scheme.shape[-1])
    over_lines = np.linalg.norm(bars[:, -1] - np.roll(bars[:, 0], -1, axis=0), axis=-1)
    return bool(over_lines[-1] <= CLOSER * over_lines[:-1].mean())


def parts_of_one_scheme(rolls: Rolls, *, seed: int = 0) -> list[Places]:
    """For each pitched role the numbers of the phrases (N_PARTS,) to learn from, of that scheme on which
    roles drawn apart come nearest to the harmony of roles that played together, among those that can be
    played over and over.

    Raises DatasetError when no scheme lets the roles play what they play otherwise.
    """
    harmony = _Harmony.of(rolls)
    together = np.nan_to_num(_mean(harmony.places, axis=1))  # (n, K, 6)
    source = np.random.default_rng(seed)
    real = harmony.distances()
    best, parts = np.inf, None
    for middle in tqdm(source.permutation(len(rolls))[:N_TRIED], desc="chord schemes", unit="scheme"):
        alike = np.argsort(np.square(together - together[middle]).sum(axis=(1, 2)))[:N_NEAR]
        scheme = together[alike].mean(axis=0)
        chosen = [harmony.nearest(scheme, role, N_PARTS) for role in range(len(PITCHED))]
        if not closes(harmony.scheme_of(chosen)):
            continue
        apart = float((harmony.distances(chosen) / real).max())
        if apart < best and harmony.typical(chosen):
            best, parts = apart, chosen
    if parts is None:
        raise DatasetError(
            "In these phrases no chord scheme is found that the whole band plays often enough."
        )
    return parts


def on_one_scheme(rolls: Rolls, *, n: int = 4000, seed: int = 0) -> Rolls:
    """n phrases whose pitched roles are drawn from different phrases of one scheme, their drums from any."""
    parts = parts_of_one_scheme(rolls, seed=seed)
    source = np.random.default_rng(seed)
    drawn = [torch.from_numpy(source.choice(chosen, n)) for chosen in (*parts, np.arange(len(rolls)))]
    pitched = torch.stack([rolls.pitched[chosen, role] for role, chosen in enumerate(drawn[:-1])], dim=1)
    return Rolls(pitched, rolls.drums[drawn[-1]])


def _mean(x: Floats, axis: int | None) -> Floats:
    """The mean of what is a number; nan where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmean(x, axis=axis))
