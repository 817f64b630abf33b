"""How well bars played anew join the bars around them: python -m bench.joins

Bars 2 and 3 of one part of held-out phrases of four are played anew, the parts in turn, forty times. Says the
mean seam (`generator.infills.seam`) of what the musicians played there, of the first draw of the band, and of
the alternative that is offered first; how far the top line leaps over both bar lines, which nothing is chosen
by; and how long four alternatives take.
"""

from __future__ import annotations

import os
import time
from typing import Any

import numpy as np

N_INFILLS = 40
SEED = 2018
START, END = 1920, 3 * 1920


def main() -> None:
    """The command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "musicsite.settings")
    import django

    django.setup()
    from django.contrib.auth.models import User

    from generator import bands, infills
    from generator.engines import engine
    from generator.models import Job
    from generator.music.bandroll import BandRoll, bandroll_to_score
    from generator.music.midi import write_midi
    from generator.music.notes import make_notes
    from generator.training.band_bars import load_rolls

    engine().start()
    _, rolls = load_rolls("test")
    rng = np.random.default_rng(SEED)
    found: dict[str, list[tuple[float, float]]] = {"played there": [], "first draw": [], "offered first": []}
    seconds = []

    def leap(asked: dict[str, Any], notes: list[list[int]]) -> float:
        """Semitones that the top line goes over both bar lines, on average; not-a-number for drums."""
        [wanted] = asked["wanted"]
        if wanted["role"] == "drums":
            return np.nan
        new = make_notes(row[1:] for row in notes)
        lines = make_notes(wanted["before"]), new, make_notes(wanted["behind"])
        if not all(line.size for line in lines):
            return np.nan
        tops = [
            [int(line["pitch"][line["onset"] == at(line["onset"])].max()) for at in (np.min, np.max)]
            for line in lines
        ]
        return float(abs(tops[1][0] - tops[0][1]) + abs(tops[2][0] - tops[1][1])) / 2

    for turn, chosen in enumerate(rng.choice(len(rolls), N_INFILLS, replace=False)):
        roll = BandRoll(rolls.pitched[chosen].numpy().reshape(4, 4, 16, 84), rolls.drums[chosen].numpy())
        score = bandroll_to_score(roll, bpm=104)
        track = turn % len(score.tracks)
        asked = infills.infill_request(
            score=score, tracks=[track], start=START, end=END, arranger="hybrid", seed=turn, alternatives=4
        )
        prime = write_midi(bands.given_of(User(), asked["given"]))
        job = Job(request=bands.as_kept(asked), seed=turn, prime=prime)
        began = time.perf_counter()
        told = [notes for notes, _ in infills.alternatives_of(job)]
        seconds.append(time.perf_counter() - began)
        first = next(notes for notes in infills.draws_of(job) if notes[0])[0]
        real = infills.within(score.tracks[track].notes, START, END)
        real_rows = [[track, *row] for row in real.tolist()]
        for name, notes in (("played there", real_rows), ("first draw", first), ("offered first", told[0])):
            found[name].append((infills.seam(asked, notes), leap(asked, notes)))
    engine().stop()
    for name, values in found.items():
        seam, leaps = np.nanmean(np.array(values), axis=0)
        print(f"{name:14} seam {seam:.2f}, leap {leaps:.1f} semitones")
    print(
        f"four alternatives of two bars: median {np.median(seconds):.2f} s, slowest {max(seconds[1:]):.2f} s"
    )


if __name__ == "__main__":
    main()
