"""Train every network in order of need: python -m generator.training.queue

Each goes on from where it stood; one that has seen all its notes is passed over. A lost machine costs a few
minutes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from generator.networks.band_checkpoints import MODELS

ORDER = ("chorale", "pop", "folk", "jsb_quarter")
BANDS = ("bars", *MODELS)
"""MuseGAN's: what all six begin with, then the six."""
BLENDS = ("melody_2", "drums_2", "any_piece", "melody_16", "trio", "drums_16", "melody_16_flat")
"""The variational networks; longer ones begin with what shorter ones know of a bar."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    every = [*ORDER, *BANDS, *BLENDS, []]
    parser.add_argument("names", nargs="*", choices=every, help="only these, in this order")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    for name in given.names or (*ORDER, *BANDS, *BLENDS):
        # A process each, so that what one needed in memory is free for the next.
        command = [sys.executable, "-m", "generator.training.train", name, "--threads", str(given.threads)]
        if name in BANDS:
            command = [sys.executable, "-m", "generator.training.train_musegan", name]
        if name in BLENDS:
            command = [sys.executable, "-m", "generator.training.train_vae", name]
        if (status := subprocess.run(command, check=False).returncode) != 0:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
