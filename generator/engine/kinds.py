"""What the variational networks can be asked for, by name. Loads no network: web processes read it too."""

from __future__ import annotations

DRAWS = {
    "tune": "melody_16",
    "phrase": "melody_2",
    "groove": "drums_16",
    "beat": "drums_2",
    "trio": "trio",
}
"""What can be drawn out of nothing, and the network that draws it."""
ATTRIBUTES = ("denser", "sparser", "higher", "lower", "more_syncopated")
"""What a piece can be made."""
