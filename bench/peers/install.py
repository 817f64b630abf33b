"""The peers' packages, into a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "peers"
NPM = {
    "magenta": ["@magenta/music@1.23.1"],
    # magenta.js brings TensorFlow.js 2.8.6, whose wasm lacks an operation that it samples with; with this one
    # in its place it is the quickest form of this peer.
    "tfjs": ["@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"],
}
TENSORFLOW = "tensorflow-cpu==2.21.0"


def run(*command: str, log: Path) -> None:
    """Run a command of a package manager; what it says goes to a file. RuntimeError when it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # the Node of .venv
    with log.open("w") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, "PATH": path})
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed, see {log}")


def packages(name: str) -> Path:
    """The node_modules of one of NPM, installed when it is missing."""
    folder = FOLDER / name
    if not (folder / "installed").exists():
        print(f"installing {' '.join(NPM[name])}", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ("--no-audit", "--no-fund", "--ignore-scripts")
        run("npm", "install", *quiet, "--prefix", str(folder), *NPM[name], log=folder / "npm.log")
        (folder / "installed").touch()
    return folder / "node_modules"


def tensorflow() -> Path:
    """The Python of an environment with TensorFlow, made when it is missing."""
    folder = FOLDER / "tensorflow"
    if not (folder / "installed").exists():
        print(f"installing {TENSORFLOW}", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        run(sys.executable, "-m", "venv", str(folder), log=folder / "venv.log")
        pip = (str(folder / "bin/python"), "-m", "pip", "install", "-q", TENSORFLOW)
        run(*pip, log=folder / "pip.log")
        (folder / "installed").touch()
    return folder / "bin/python"
