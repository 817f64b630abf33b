"""How well the phrases of a band join: python -m bench.phrases

Pieces of sixteen bars, A A B A, of each arranger. Says how far the whole band's harmony moves in tonal space
(Harte et al., 2006) from the last beat of a bar to the first of the next, inside phrases and where one joins
another, with standard errors; the same of held-out music, inside phrases; and how many bars are silent.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from generator.engine.band import Band, BandAsk
from generator.music.band_metrics import beat_sums, chroma, tonal_centroid
from generator.music.bandroll import score_to_bandroll
from generator.networks.checkpoints import WEIGHTS
from generator.networks.musegan import ARRANGERS, N_BARS
from generator.training.band_bars import load_rolls

N_PIECES = 1000
N_PHRASES = 4


def steps_over_lines(pitched: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n, N - 1) how far the harmony of all roles (n, 4, N, T, 84) moves over each bar line."""
    places = tonal_centroid(chroma(beat_sums(pitched)).sum(axis=1))  # (n, N, 4, 6)
    return np.asarray(np.linalg.norm(places[:, :-1, -1] - places[:, 1:, 0], axis=-1))


def said(values: NDArray[np.float64]) -> str:
    """Mean and standard error."""
    heard = values[~np.isnan(values)]
    return f"{heard.mean():.3f} ± {heard.std() / np.sqrt(heard.size):.3f}"


def main() -> None:
    """The command."""
    torch.set_num_threads(1)
    band = Band(torch.device("cpu"), WEIGHTS)
    _, held_out = load_rolls("test")
    print(f"held-out music: {said(steps_over_lines(held_out.pitched.numpy() > 0))} inside phrases")
    for arranger in ARRANGERS:
        pitched, silent = [], 0
        for seed in tqdm(range(N_PIECES), desc=arranger, unit="piece", leave=False):
            [answer] = band.run([BandAsk(arranger=arranger, bars=N_PHRASES * N_BARS, seed=seed)])
            roll = score_to_bandroll(answer.score)
            sounds = roll.pitched.any(axis=(0, 2, 3)) | roll.drums.any(axis=(1, 2))
            pitched.append(roll.pitched > 0)
            silent += int((~sounds).sum())
        moved = steps_over_lines(np.stack(pitched))
        joins = np.arange(moved.shape[1]) % N_BARS == N_BARS - 1
        inside, over = said(moved[:, ~joins]), said(moved[:, joins])
        print(f"{arranger}: {inside} inside, {over} over joins, {silent} bars silent")


if __name__ == "__main__":
    main()
