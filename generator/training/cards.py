"""Model cards: what a shipped weight file was trained on, how, and what was measured of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.networks import baseline, checkpoints
from generator.training.sources import card_line


def write_card(name: str, weights: Path, table: str) -> Path:
    """Write <name>.md beside <name>.safetensors. table: the figures as lines for people."""
    path = weights / f"{name}.safetensors"
    card, about = _baseline(path) if name == "baseline" else _note_network(path)
    lines = [
        f"# {name}",
        "",
        about,
        "",
        f"- Weights: `{name}.safetensors`, SHA-256 `{checkpoints.sha256(path)}`",
        *_trained(name, card),
        "",
        "## Data",
        "",
    ]
    lines += map(card_line, card["data"])
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


def _note_network(path: Path) -> tuple[dict[str, Any], str]:
    checkpoint = checkpoints.load(path)
    card, config = checkpoint.card, checkpoint.config
    return card, (
        f"A {config.recurrence.replace('_', ' ')} of {config.n_layers} layers of {config.width}, "
        f"{card['parameters'] / 1e6:.1f} million weights, kept in half precision."
    )


def _baseline(path: Path) -> tuple[dict[str, Any], str]:
    network, card = baseline.load(path)
    return card, (
        f"The plain baseline: three LSTM layers of {network.lstm.hidden_size} over the names of notes and "
        f"chords, {card['parameters'] / 1e6:.1f} million weights, kept in half precision."
    )


def _trained(name: str, card: dict[str, Any]) -> list[str]:
    if name == "baseline":
        return [
            "- Trained by: `python -m generator.training.baseline`",
            f"- Seen: {card['steps']:,} steps of 32 windows, seed {card['seed']}, on {card['device']}",
            "- Chosen by: the lowest validation loss of the run "
            f"({card['valid_nats_per_element']} nats an element)",
        ]
    return [
        f"- Trained by: `python -m generator.training.train {name}`, code at {card['code']}",
        f"- Seen: {card['notes'] / 1e6:.2f} million notes in {card['steps']:,} steps, seed {card['seed']}, "
        f"on {card['device']}, {card['hours']:.1f} hours",
        f"- Chosen by: the lowest validation loss of the run ({card['valid_nats_per_note']} nats a note)",
    ]
