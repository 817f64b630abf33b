"""Model cards of the variational networks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors import safe_open

from generator.networks.checkpoints import sha256
from generator.training.sources import SOURCES


def write_cards(weights: Path, found: dict[str, Any]) -> list[Path]:
    """Write <name>.md beside every vae_<name>.safetensors. found: what `evaluate vae` measured."""
    written = []
    for path in sorted(weights.glob("vae_*.safetensors")):
        with safe_open(path, "pt") as file:
            about = json.loads((file.metadata() or {}).get("ostinato", "{}"))
        if "config" in about:
            written.append(_write(path, about, found))
    return written


def _write(path: Path, about: dict[str, Any], found: dict[str, Any]) -> Path:
    card, name = about["card"], path.stem.removeprefix("vae_")
    figures = found.get("any_piece") if name == "any_piece" else found.get("networks", {}).get(name)
    lines = [
        f"# {path.stem}",
        "",
        _about(name, about),
        "",
        f"- Weights: `{path.name}`, SHA-256 `{sha256(path)}`; matrices in eight bits, a scale a row",
        f"- Trained by: `python -m generator.training.train_vae {name}`, code at {card['code']}",
        f"- Seen: {card['windows']:,} windows in {card['steps']:,} steps, seed {card['seed']}, "
        f"on {card['device']}, {card['hours'] * 60:.0f} minutes",
        f"- Size: {card['parameters'] / 1e6:.1f} million weights",
        "",
        "## Data",
        "",
    ]
    for source in (SOURCES[data] for data in card["data"] if data in SOURCES):
        lines += [f"- **{source.name}**: {source.title}. {source.credit}. Licence: {source.licence}."]
    lines += [
        "",
        "## Measured",
        "",
        "By `manage.py evaluate vae`, from these weights, on held-out pieces:",
        "",
    ]
    lines += ["```json", json.dumps(figures, indent=1), "```", ""]
    target = path.with_suffix(".md")
    target.write_text("\n".join(lines))
    return target


def _about(name: str, about: dict[str, Any]) -> str:
    if name == "any_piece":
        return (
            "Reads and writes any piece: one latent for each track in each bar, groups of "
            f"{about['config']['n_bars']} bars conducted together."
        )
    kind = (
        "flat decoder, the baseline" if about["config"]["flat"] else "hierarchical decoder with a conductor"
    )
    tracks = ", ".join(about["config"]["tracks"])
    return f"MusicVAE of {about['config']['n_bars']} bars ({tracks}): {kind}."
