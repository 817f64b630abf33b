"""Band: MuseGAN as a family of the engine. A whole piece an ask, of any length, alone or with given roles.

The four latents of a piece are drawn from seeds by counter (decision 4), each from its own: what an ask does
not change stays bit for bit what it was. Phrases of four bars follow a form such as AABA; a letter names a
place on a walk through the latents that change with time, and the others stay, so that phrases fit together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from generator.engine.errors import GenerationError
from generator.music.bandroll import (
    BAND,
    PITCHED,
    TICKS_PER_BAR,
    BandRoll,
    bandroll_to_score,
    merge_roles,
    role_of_track,
    score_to_bandroll,
    semitones_to_white_keys,
)
from generator.music.key import key_number, to_white_keys
from generator.music.notes import MusicError
from generator.music.score import Metre, Score, Track
from generator.networks import band_checkpoints
from generator.networks.band_checkpoints import BandCheckpoint, weights_path
from generator.networks.checkpoints import CheckpointError, network_bytes
from generator.networks.musegan import ARRANGERS, N_BARS, Cells, Generator, Latents, as_rolls

WALK = 0.6
"""How far, in radians of the latent's sphere, the phrases of other letters lie from the first."""
DENSITY = 3.0
"""Logits that the densest and the sparsest setting move a role's thresholds by."""
FORM = "AABA"
DEFAULT_BPM = 104.0


@dataclass(frozen=True)
class Seeds:
    """Where the latents come from. One that is None, or a role that is not named, follows the piece's seed.

    shared: z. shared_time: z_t, the course of the harmony; shared_time_of: by role, of who hears another
    course than the rest. private, private_time: z_i and z_i,t, by role.
    """

    shared: int | None = None
    shared_time: int | None = None
    shared_time_of: Mapping[str, int] = field(default_factory=dict)
    private: Mapping[str, int] = field(default_factory=dict)
    private_time: Mapping[str, int] = field(default_factory=dict)

    def reroll(self, role: str, seed: int) -> Seeds:
        """A new line for one role; nothing else moves."""
        return replace(
            self, private={**self.private, role: seed}, private_time={**self.private_time, role: seed}
        )


@dataclass(frozen=True)
class BandAsk:
    """One piece to make.

    bars: at least one; with given music, as many as that has where 0. given: music whose roles in
    `given_roles` are kept note for note and played along with. form: letters, a phrase of four bars each,
    over and over. density: -1 to 1 by role, 0 as learnt. muted: roles that shall not play. key: as in
    "Eb major"; None for C major, or the key of what is given.
    """

    arranger: str = "hybrid"
    bars: int = 8
    seed: int = 0
    seeds: Seeds = Seeds()
    form: str = FORM
    key: str | None = None
    tempo: float | None = None
    density: Mapping[str, float] = field(default_factory=dict)
    muted: frozenset[str] = frozenset()
    given: Score | None = None
    given_roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class BandAnswer:
    """The piece, and the weights that made it. letters: of its phrases."""

    score: Score
    weights: str
    letters: str


class Band:
    """The six models, each read when it is first asked for. Answers depend on their own ask alone."""

    def __init__(self, device: torch.device, weights: Path) -> None:
        self.device, self.weights = device, weights
        self._loaded: dict[str, BandCheckpoint] = {}

    @property
    def models(self) -> list[str]:
        """Those whose weights are there, such as "hybrid/scratch"."""
        return [m for m in band_checkpoints.MODELS if weights_path(m, self.weights).exists()]

    @property
    def n_bytes(self) -> int:
        return sum(network_bytes(model.generator) for model in list(self._loaded.values()))

    def load(self) -> None:
        """Look for weights. Raises GenerationError when there are none."""
        if not self.models:
            raise GenerationError("band_unknown", "There are no weights for a band here.")

    def run(self, asks: list[BandAsk]) -> list[BandAnswer]:
        """Answer each ask by itself, always in products of one size: rounding depends on sizes."""
        with torch.inference_mode():
            return [self._answer(ask) for ask in asks]

    def _model(self, name: str) -> BandCheckpoint:
        if name not in self._loaded:
            try:
                self._loaded[name] = band_checkpoints.load(weights_path(name, self.weights))
            except CheckpointError as error:
                sentence = f"There are no weights for {name} here; choose another arranger."
                raise GenerationError("band_unknown", sentence) from error
            self._loaded[name].generator.to(self.device)
        return self._loaded[name]

    def _answer(self, ask: BandAsk) -> BandAnswer:
        check(ask)
        given = _prepared(ask)
        model = self._model(f"{ask.arranger}/{'conditional' if given else 'scratch'}")
        bars = ask.bars or (given.n_bars if given else N_BARS)
        n_phrases = -(-bars // N_BARS)
        letters = "".join(ask.form[i % len(ask.form)] for i in range(n_phrases))
        phrases = []
        drawn: dict[str, Cells] = {}
        for number, letter in enumerate(letters):
            if given is None and letter in drawn:
                phrases.append(drawn[letter])  # the same latents make the same phrase
                continue
            heard = given.heard(model.generator, number, self.device) if given else None
            cells = model.generator.draw(self._codes(model.generator, ask, letter, heard))
            drawn[letter] = cells
            phrases.append(cells)
        whole = _denser(_joined(phrases, bars), ask.density)
        pitched, drums = as_rolls(whole)
        white = to_white_keys(key_number(ask.key)) if ask.key else (given.semitones if given else 0)
        bpm = ask.tempo or (given.score.tempos[0].bpm if given else DEFAULT_BPM)
        score = bandroll_to_score(BandRoll(pitched[0], drums[0]), bpm=bpm, semitones=-white)
        tracks = tuple(_kept(track, ask) for track in score.tracks)
        return BandAnswer(replace(score, tracks=tracks), model.sha256, letters)

    def _codes(self, generator: Generator, ask: BandAsk, letter: str, heard: Tensor | None) -> list[Tensor]:
        """The codes of one phrase; a role that hears a course of its own has them from there."""

        def drawn(seeds: Seeds) -> list[Tensor]:
            latents = latents_of(replace(ask, seeds=seeds), letter, generator.config.latent)
            return generator.codes(_on(latents, self.device), heard)

        codes = drawn(ask.seeds)
        for role, seed in ask.seeds.shared_time_of.items():
            i = BAND.index(role)
            codes[i] = drawn(replace(ask.seeds, shared_time=seed))[i]
        return codes


def check(ask: BandAsk) -> None:
    """Raises GenerationError, with a sentence, for what cannot be made."""
    if ask.arranger not in ARRANGERS:
        raise GenerationError(
            "invalid", f"There is no arranger {ask.arranger!r}; say {', '.join(ARRANGERS)}."
        )
    if not ask.form or not ask.form.isalpha() or not ask.form.isascii():
        raise GenerationError("invalid", "A form is letters, one for each phrase, such as AABA.")
    if ask.bars < 1 and ask.given is None:
        raise GenerationError("invalid", "A piece has at least one bar.")
    seeds = ask.seeds
    roles = {*ask.density, *ask.muted, *ask.given_roles}
    roles |= {*seeds.shared_time_of, *seeds.private, *seeds.private_time}
    if unknown := roles - set(BAND):
        named = ", ".join(sorted(unknown))
        raise GenerationError("invalid", f"A band has {', '.join(BAND)}, but no {named}.")
    if any(not -1 <= value <= 1 for value in ask.density.values()):
        raise GenerationError("invalid", "Density lies between -1 and 1.")
    if (ask.given is None) != (not ask.given_roles):
        raise GenerationError("invalid", "Name the roles that are given, together with their music.")
    if ask.given_roles == set(BAND):
        raise GenerationError("invalid", "All five roles are given, so nothing is left to be played.")


# --- latents -----------------------------------------------------------------------------------------------

_SHARED, _SHARED_TIME, _PRIVATE, _PRIVATE_TIME = range(4)


def latents_of(ask: BandAsk, letter: str, size: int) -> Latents:
    """The four latents of one phrase, (1, …)."""
    seeds = ask.seeds
    shared = _normal(ask.seed if seeds.shared is None else seeds.shared, _SHARED, 0, size)
    course = ask.seed if seeds.shared_time is None else seeds.shared_time
    private = [_normal(seeds.private.get(role, ask.seed), _PRIVATE, i, size) for i, role in enumerate(BAND)]
    lines = [
        _walked(seeds.private_time.get(role, ask.seed), _PRIVATE_TIME, i, letter, size)
        for i, role in enumerate(BAND)
    ]
    return Latents(
        _tensor(shared),
        _tensor(_walked(course, _SHARED_TIME, 0, letter, size)),
        _tensor(np.stack(private)),
        _tensor(np.stack(lines)),
    )


def _normal(seed: int, latent: int, role: int, size: int, place: int = 0) -> np.ndarray:
    """Standard normal numbers for one latent, found by what it is (Philox: Salmon et al., SC 2011)."""
    key = np.array([seed & 0xFFFFFFFFFFFFFFFF, latent << 32 | role << 16 | place], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key)).standard_normal(size)


def _walked(seed: int, latent: int, role: int, letter: str, size: int) -> np.ndarray:
    """A latent at a letter's place on the walk: the first letter's, turned by WALK towards another draw.

    A turn keeps the numbers standard normal, which is what the generators know.
    """
    start = _normal(seed, latent, role, size)
    place = ord(letter.upper()) - ord("A")
    if not place:
        return start
    return np.cos(WALK) * start + np.sin(WALK) * _normal(seed, latent, role, size, place)


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values.astype(np.float32)).unsqueeze(0)


def _on(latents: Latents, device: torch.device) -> Latents:
    values = (latents.shared, latents.shared_time, latents.private, latents.private_time)
    return Latents(*(x.to(device) for x in values))


# --- what is given -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Given:
    """Music to play along with, on the grid and in white keys."""

    score: Score
    roll: BandRoll
    semitones: int
    mask: Tensor

    @property
    def n_bars(self) -> int:
        return self.roll.n_bars

    def heard(self, generator: Generator, phrase: int, device: torch.device) -> Tensor:
        """What the generator hears in one phrase; behind the end of the given music, silence."""
        first = phrase * N_BARS
        pitched = np.zeros((1, len(PITCHED), N_BARS, *self.roll.pitched.shape[2:]), np.uint8)
        drums = np.zeros((1, N_BARS, *self.roll.drums.shape[1:]), np.uint8)
        left = max(0, min(N_BARS, self.n_bars - first))
        pitched[0, :, :left] = self.roll.pitched[:, first : first + left]
        drums[0, :left] = self.roll.drums[first : first + left]
        cells = torch.from_numpy(pitched).to(device)
        played = Cells((cells == 2).float(), (cells > 0).float(), torch.from_numpy(drums).float().to(device))
        return generator.hear(played, self.mask.to(device))


def _prepared(ask: BandAsk) -> _Given | None:
    if ask.given is None:
        return None
    merged = merge_roles(ask.given)
    kept = tuple(track for track in merged.tracks if track.role in ask.given_roles)
    if not any(track.notes.size for track in kept):
        raise GenerationError("invalid", "The given tracks have no notes to play along with.")
    bars = max(1, -(-merged.length // TICKS_PER_BAR))
    if any((metre.numerator, metre.denominator) not in ((4, 4), (2, 2)) for metre in merged.metres):
        raise GenerationError("invalid", "The band plays in 4/4 only; the given music has another metre.")
    score = Score(kept, merged.tempos, (Metre(0, 4, 4),), bars * TICKS_PER_BAR)
    semitones = to_white_keys(key_number(ask.key)) if ask.key else semitones_to_white_keys(score)
    try:
        roll = score_to_bandroll(score, semitones=semitones)
    except MusicError as error:
        raise GenerationError("invalid", f"This cannot be played along with: {error}.") from error
    mask = torch.tensor([[float(role in ask.given_roles) for role in BAND]])
    return _Given(score, roll, semitones, mask)


def _kept(track: Track, ask: BandAsk) -> Track:
    """The track as it goes out: given roles exactly as they were given, muted ones without notes."""
    if ask.given is not None and track.role in ask.given_roles:
        own = [t for t in ask.given.tracks if role_of_track(t) == track.role]
        if len(own) == 1:
            return replace(own[0], role=track.role)
        return next(t for t in merge_roles(ask.given).tracks if t.role == track.role)
    return replace(track, notes=track.notes[:0]) if track.role in ask.muted else track


# --- cells -------------------------------------------------------------------------------------------------


def _joined(phrases: list[Cells], bars: int) -> Cells:
    """Phrases one after the other, so many bars of them; a note may go on across a join."""
    return Cells(
        torch.cat([p.onset for p in phrases], dim=2)[:, :, :bars],
        torch.cat([p.sound for p in phrases], dim=2)[:, :, :bars],
        torch.cat([p.drums for p in phrases], dim=1)[:, :bars],
    )


def _denser(cells: Cells, density: Mapping[str, float]) -> Cells:
    """Thresholds moved by role: a denser setting has every note that begins in a sparser one, and more."""
    if not any(density.values()):
        return cells
    by_row = [DENSITY * density.get(role, 0.0) for role in PITCHED]
    pitched = torch.tensor(by_row, device=cells.onset.device)[:, None, None, None]
    drums = DENSITY * density.get("drums", 0.0)
    return Cells(cells.onset + pitched, cells.sound + pitched, cells.drums + drums)
