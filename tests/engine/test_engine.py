"""The engine on a tiny untrained network: what is promised holds whatever the weights say."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Thread

import pytest
import torch

from generator.engine.engine import Engine
from generator.engine.rows import Chunk, GenerationError, GenerationRequest, Opening, SamplingParams
from generator.engine.seated import ROW_STEPS_A_CALL
from generator.music.key import scale_pitch_classes
from generator.music.score import Score
from generator.music.styles import STYLES
from generator.networks import checkpoints
from generator.networks.rnn import NoteRNN, RNNConfig
from generator.training.samples import score_of

ALL_STYLES = list(STYLES)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("weights")
    for name, style in STYLES.items():
        torch.manual_seed(1)
        config = RNNConfig(style.vocabulary, width=32, head=32)
        checkpoints.save(folder / f"{name}.safetensors", NoteRNN(config), config, {"style": name})
    engine = Engine("cpu", folder)
    engine.start()
    yield engine
    engine.stop()


def write(engine: Engine, **asked: object) -> list[Opening | Chunk]:
    request = GenerationRequest(**({"style": "pop", "bars": 4, "seed": 1} | asked))  # type: ignore[arg-type]
    return list(engine.generate(request))


def notes_of(items: list[Opening | Chunk]) -> list[list[int]]:
    return [note for item in items if isinstance(item, Chunk) for note in item.notes]


@pytest.mark.parametrize("style", ALL_STYLES)
def test_the_bars_asked_for_are_the_bars_written(engine: Engine, style: str) -> None:
    opening, *chunks = write(engine, style=style, bars=5)
    assert isinstance(opening, Opening)
    assert opening.bars == 5
    last = chunks[-1]
    assert isinstance(last, Chunk)
    assert (last.bars_done, last.until) == (5, opening.length)
    ends = [onset + duration for _, onset, duration, _, _ in notes_of(chunks)]
    assert opening.length - opening.length // 5 < max(ends) <= opening.length


@pytest.mark.parametrize("style", ALL_STYLES)
def test_every_note_before_until_has_been_handed_out(engine: Engine, style: str) -> None:
    promised = 0
    for chunk in write(engine, style=style, bars=6)[1:]:
        assert isinstance(chunk, Chunk)
        assert all(onset >= promised for _, onset, *_ in chunk.notes)
        promised = chunk.until


@pytest.mark.parametrize("style", ALL_STYLES)
def test_one_seed_writes_one_piece(engine: Engine, style: str) -> None:
    assert notes_of(write(engine, style=style, seed=5)) == notes_of(write(engine, style=style, seed=5))
    assert notes_of(write(engine, style=style, seed=5)) != notes_of(write(engine, style=style, seed=6))


def test_a_piece_does_not_depend_on_who_else_is_served(engine: Engine) -> None:
    alone = {seed: notes_of(write(engine, seed=seed, bars=2)) for seed in range(24)}
    together: dict[int, list[list[int]]] = {}

    def listen(seed: int) -> None:
        together[seed] = notes_of(write(engine, seed=seed, bars=2))

    threads = [Thread(target=listen, args=(seed,)) for seed in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


@pytest.mark.parametrize("key", ["C major", "F# minor", "Bb major"])
def test_a_locked_key_has_no_note_outside_its_scale(engine: Engine, key: str) -> None:
    scale = scale_pitch_classes(key)
    notes = notes_of(write(engine, key=key, key_lock=True, bars=8, sampling=SamplingParams(2.0, 2.0, 1.0)))
    assert notes
    assert {pitch % 12 for *_, pitch, _ in notes} <= set(scale)


def test_an_interrupted_piece_goes_on_with_the_notes_it_would_have_had(engine: Engine) -> None:
    whole = notes_of(write(engine, seed=9, bars=6))
    for cut in (1, len(whole) // 2, len(whole) - 1):
        assert whole[:cut] + notes_of(write(engine, seed=9, bars=6, resume=whole[:cut])) == whole


def test_a_prime_stays_note_for_note_and_new_bars_follow(engine: Engine) -> None:
    prime = score_of(write(engine, seed=2, bars=3))
    items = write(engine, seed=3, bars=2, prime=prime)
    piece = score_of(items)
    assert isinstance(items[0], Opening)
    assert items[0].bars == 5
    assert _before(piece, prime.length) == _before(prime, prime.length)
    assert any(onset >= prime.length for _, onset, *_ in notes_of(items))


def _before(score: Score, tick: int) -> list[list[tuple[int, ...]]]:
    return [[tuple(map(int, note)) for note in t.notes if note["onset"] < tick] for t in score.tracks]


def test_single_voices_never_overlap(engine: Engine) -> None:
    score = score_of(write(engine, style="chorale", bars=8, sampling=SamplingParams(2.0, 2.0, 1.0)))
    for track in score.tracks:
        ends = track.notes["onset"] + track.notes["duration"]
        assert (ends[:-1] <= track.notes["onset"][1:]).all()


@pytest.mark.parametrize("style", ["folk", "pop"])
@pytest.mark.parametrize("seed", range(5))
def test_every_voice_has_begun_by_its_bar(engine: Engine, style: str, seed: int) -> None:
    score = score_of(write(engine, style=style, bars=4, seed=seed))
    bar = score.metres[0].bar
    for voice, track in zip(STYLES[style].voices, score.tracks, strict=True):
        if voice.enters is not None:
            assert track.notes["onset"][0] <= (voice.enters + 1) * bar


def test_a_cancelled_piece_ends_with_what_was_written(engine: Engine) -> None:
    asked = GenerationRequest(style="pop", bars=64, seed=1)
    steps = count()
    seen = list(engine.generate(asked, cancelled=lambda: next(steps) > 4))  # asked once a call of the step
    last = seen[-1]
    assert isinstance(last, Chunk)
    assert last.until < 64 * 1920
    written = notes_of(seen)
    assert 4 <= len(written) <= 5 * ROW_STEPS_A_CALL
    assert written == notes_of(write(engine, bars=64))[: len(written)]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"style": "polka"}, "style_unknown"),
        ({"metre": (7, 8)}, "metre_unknown"),
        ({"key": "H major"}, "key_unknown"),
    ],
)
def test_what_cannot_be_met_is_refused_in_words(engine: Engine, asked: dict[str, object], code: str) -> None:
    with pytest.raises(GenerationError) as refused:
        write(engine, **asked)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_a_stopped_engine_says_so_to_who_is_listening(tmp_path: Path) -> None:
    style = STYLES["pop"]
    config = RNNConfig(style.vocabulary, width=32, head=32)
    checkpoints.save(tmp_path / "pop.safetensors", NoteRNN(config), config, {"style": "pop"})
    engine = Engine("cpu", tmp_path)
    engine.start()
    pieces = engine.generate(GenerationRequest(style="pop", bars=64, seed=1))
    next(pieces)
    engine.stop()
    with pytest.raises(GenerationError, match="restarted"):
        list(pieces)
