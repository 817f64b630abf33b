"""Losses of a run as a picture."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 720, 360, 48
LINES = {"train": "#9aa0a8", "valid": "#d9822b", "valid_told": "#2a7ab0"}


def draw_curves(log: Path, picture: Path, names: Sequence[str] = tuple(LINES), over: str = "notes") -> None:
    """Draw columns of a losses.csv over what was seen (`over`: notes or windows), as SVG. Nothing is drawn
    before the second row.
    """
    with log.open() as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    if len(rows) < 2:
        return
    low = min(row[name] for row in rows for name in names)
    high = max(row[name] for row in rows[len(rows) // 10 :] for name in names)
    last = rows[-1][over]

    def point(row: dict[str, float], name: str) -> str:
        x = MARGIN + (WIDTH - 2 * MARGIN) * row[over] / last
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * min(1.0, (row[name] - low) / max(1e-9, high - low))
        return f"{x:.1f},{y:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
    ]
    for i, (name, colour) in enumerate((name, LINES[name]) for name in names):
        points = " ".join(point(row, name) for row in rows)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(
            f'<text x="{MARGIN + 140 * i}" y="24" fill="{colour}">{name} {rows[-1][name]:.3f}</text>'
        )
    parts.append(f'<text x="{MARGIN}" y="{HEIGHT - 12}" fill="#666">{last / 1e6:.1f} million {over}</text>')
    parts.append(f'<text x="8" y="{MARGIN}" fill="#666">{high:.2f}</text>')
    parts.append(f'<text x="8" y="{HEIGHT - MARGIN}" fill="#666">{low:.2f}</text></svg>')
    picture.write_text("\n".join(parts))
