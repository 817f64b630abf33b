"""Whose silence means death: not that of those whom the same outage silenced."""

from __future__ import annotations

import pytest

from generator.pulse import Pulse

LEASE = 8.0


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pulse(clock: Clock) -> Pulse:
    return Pulse(LEASE, clock)


def beat_for(pulse: Pulse, clock: Clock, seconds: float) -> None:
    for _ in range(round(seconds / 2)):
        clock.now += 2
        pulse.beat()


def test_who_has_only_begun_trusts_silence_and_does_not_live_yet(pulse: Pulse) -> None:
    assert pulse.trusts_silence
    assert not pulse.lives


def test_who_beats_lives_and_trusts_silence(pulse: Pulse, clock: Clock) -> None:
    pulse.beat()
    assert pulse.lives
    beat_for(pulse, clock, 60)
    assert pulse.lives
    assert pulse.trusts_silence


def test_who_is_silent_itself_trusts_no_silence_and_is_dead_to_the_others_after_a_lease(
    pulse: Pulse, clock: Clock
) -> None:
    pulse.beat()
    clock.now += LEASE / 2 + 0.1
    assert pulse.lives
    assert not pulse.trusts_silence
    clock.now += LEASE / 2
    assert not pulse.lives


def test_after_an_outage_the_others_have_a_lease_to_speak_again(pulse: Pulse, clock: Clock) -> None:
    pulse.beat()
    clock.now += 60  # the database was away, or the machine slept
    pulse.beat()
    assert pulse.lives
    assert not pulse.trusts_silence
    beat_for(pulse, clock, LEASE - 2)
    assert not pulse.trusts_silence
    beat_for(pulse, clock, 2)
    assert pulse.trusts_silence
