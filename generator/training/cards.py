"""Model cards: what a shipped weight file was trained on, how, and what was measured of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.networks import checkpoints
from generator.training.sources import SOURCES


def write_card(name: str, weights: Path, table: str) -> Path:
    """Write <name>.md beside <name>.safetensors. table: the figures as lines for people."""
    checkpoint = checkpoints.load(weights / f"{name}.safetensors")
    card: dict[str, Any] = checkpoint.card
    config = checkpoint.config
    lines = [
        f"# {name}",
        "",
        f"A {config.recurrence.replace('_', ' ')} of {config.n_layers} layers of {config.width}, "
        f"{card['parameters'] / 1e6:.1f} million weights, kept in half precision.",
        "",
        f"- Weights: `{name}.safetensors`, SHA-256 `{checkpoint.sha256}`",
        f"- Trained by: `python -m generator.training.train {name}`, code at {card['code']}",
        f"- Seen: {card['notes'] / 1e6:.2f} million notes in {card['steps']:,} steps, seed {card['seed']}, "
        f"on {card['device']}, {card['hours']:.1f} hours",
        f"- Chosen by: the lowest validation loss of the run ({card['valid_nats_per_note']} nats a note)",
        "",
        "## Data",
        "",
    ]
    for source in (SOURCES[data] for data in card["data"]):
        lines += [f"- **{source.name}**: {source.title}. {source.credit}. Licence: {source.licence}."]
    lines += [
        "",
        "## Measured",
        "",
        "By `manage.py evaluate rnn`, from these weights:",
        "",
        "```",
        table,
        "```",
        "",
    ]
    path = weights / f"{name}.md"
    path.write_text("\n".join(lines))
    return path
