"""MuseGAN's model cards: what each of the six was trained on, how, and what was measured of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.networks import band_checkpoints
from generator.networks.band_checkpoints import weights_path
from generator.training.evaluate_musegan import table
from generator.training.sources import GIVEN, card_line

DATA = "\n".join(card_line(name) for name in GIVEN)


def write_card(model: str, weights: Path, row: dict[str, Any]) -> Path:
    """Write the card beside the weights. row: the model's figures, of `manage.py evaluate musegan`."""
    path = weights_path(model, weights)
    card = band_checkpoints.load(path).card
    arranger, way = model.split("/")
    kind = {
        "jamming": "a bar generator a role with private latents, a critic a role",
        "composer": "one bar generator with shared latents, one critic",
        "hybrid": "a bar generator a role with shared and private latents, one critic",
    }[arranger]
    plays = "plays along with any of the five roles" if way == "conditional" else "makes all five roles"
    recipe = card["recipe"]
    thresholds = ""
    if "thresholds" in card:
        judged = card["thresholds"]
        search = "python -m generator.training.band_thresholds"
        thresholds = (
            f"- Thresholds: refined on {judged['phrases']:,} phrases, seed {judged['seed']} (`{search}`)\n"
        )
    text = f"""\
# MuseGAN, {model}

{arranger.capitalize()}: {kind}. It {plays}, four bars at a time on a grid of sixteenths.
{card["parameters"] / 1e6:.2f} million weights, kept in half precision.

- Weights: `{path.name}`, SHA-256 `{row["weights"]}`
- Trained by: `python -m generator.training.train_musegan bars`, then the same with `{model}`, code at
  {card["code"]}{card.get("and_then", "")}
- Seen: {card["steps"]:,} steps of {recipe["batch"]} phrases of rolls and {recipe["code_steps"]} x
  {recipe["code_batch"]} phrases of codes, seed {card["seed"]}, on {card["device"]}, {card["hours"]:.2f}
  hours{" on a shared core" if card["device"] == "cpu" else ""}
- Chosen by: the measures on 512 phrases every so many steps, nearest to the training data
{thresholds}
## Data

{DATA}

## Measured

By `manage.py evaluate musegan`, from these weights:

```
{table(model, row)}
```
"""
    out = path.with_suffix(".md")
    out.write_text(text)
    return out
