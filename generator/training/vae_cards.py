"""Model cards of the variational networks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors import safe_open

from generator.networks.checkpoints import sha256
from generator.networks.vae_priors import load_prior, prior_path
from generator.training.sources import card_line


def write_cards(weights: Path, found: dict[str, Any]) -> list[Path]:
    """Write <name>.md beside each vae_<name>.safetensors that was measured, in `found` by `evaluate vae`."""
    written = []
    for path in sorted(weights.glob("vae_*.safetensors")):
        with safe_open(path, "pt") as file:
            about = json.loads((file.metadata() or {}).get("ostinato", "{}"))
        figures = _figures(path.stem.removeprefix("vae_"), found)
        if "config" in about and figures:
            written.append(_write(path, about, figures))
    return written


def _figures(name: str, found: dict[str, Any]) -> dict[str, Any]:
    """What was measured of one network; nothing where it was not measured."""
    if name == "any_piece":
        return dict(found.get("any_piece", {}))
    figures = dict(found.get("networks", {}).get(name, {}))
    drawn = found.get("prior", {}).get(name)
    return figures | {"prior": drawn} if figures and drawn else figures


def _write(path: Path, about: dict[str, Any], figures: dict[str, Any]) -> Path:
    card, name = about["card"], path.stem.removeprefix("vae_")
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
        *_prior(path),
        "",
        "## Data",
        "",
    ]
    lines += map(card_line, card["data"])
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


def _prior(path: Path) -> list[str]:
    """What new music is drawn from, where that was fitted to these weights."""
    prior = prior_path(path)
    if load_prior(prior, sha256(path)) is None:
        return []
    with safe_open(prior, "pt") as file:
        card = json.loads(file.metadata()["ostinato"])["card"]
    name = path.stem.removeprefix("vae_")
    return [
        f"- Prior: `{prior.name}`, SHA-256 `{sha256(prior)}`, a Gaussian of rank {card['rank']}, fitted"
        f" to {card['windows']:,} training windows by `python -m generator.training.vae_prior {name}`",
    ]


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
