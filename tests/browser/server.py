"""The site as people run it, `manage.py serve`, on a free port with a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 120.0  # seconds; the first start hashes and compresses the static files
STOPS_WITHIN = 20.0


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Server:
    """`manage.py serve` on 127.0.0.1; what it says is in `log`."""

    def __init__(self, var: Path, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = var / "server.log"
        self.environment = os.environ | {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "VAR_DIR": str(var),
            # Collected anew for each run, which takes a while; with STATIC_ROOT set they are kept.
            "STATIC_ROOT": os.environ.get("STATIC_ROOT") or str(var / "static"),
            "OMP_NUM_THREADS": "1",
            # All visitors of a test come from one address.
            "GUEST_GENERATIONS_PER_DAY": "10000",
            "GENERATIONS_RATE": "10000/min",
            "GUESTS_RATE": "10000/min",
            "SIGNUP_RATE": "10000/m/ip",
            "LOGIN_RATE": "10000/m/ip",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it and wait until it serves. Returns the seconds that took; RuntimeError when it does not."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            command = [sys.executable, "manage.py", "serve"]
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # Who runs the tests in the background has Ctrl-C turned off for all that he starts.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        while time.monotonic() - begun < STARTS_WITHIN and self.process.poll() is None:
            if self.serves():
                return time.monotonic() - begun
            time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-4000:]}")

    @property
    def pid(self) -> int:
        """The process that serves."""
        assert self.process is not None, "the server was never started"
        return self.process.pid

    def serves(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C does. Returns its exit status; TimeoutExpired when it had to be killed."""
        assert self.process is not None, "the server was never started"
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
