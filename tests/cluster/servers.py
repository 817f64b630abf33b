"""PostgreSQL and Redis on loopback for as long as a test needs them, with ports and folders of their own."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path

PATIENCE = 60.0  # seconds that a server may take to start
PASSWORD = "loopback-only"


def free_port() -> int:
    """One below those that the system gives to whoever connects: such a one could be taken before the server
    has it.
    """
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


class Daemon(ABC):
    """A server that can be killed and started again with what it had kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """What starts it in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it does its work."""

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self.user,
                start_new_session=True,
            )
        ends = time.monotonic() + PATIENCE
        while not self.answers():
            if time.monotonic() > ends or self.process.poll() is not None:
                raise RuntimeError(f"{self.folder.name} did not start; its log is beside {self.folder}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it and all that it started, without a word of warning."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """Let it write what it holds, then end it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)

    @property
    def user(self) -> str | None:
        """Who it runs as; None for who we are."""
        return None


class Redis(Daemon):
    """Without persistence: what it held is gone when it is killed."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        words = f"--bind 127.0.0.1 --port {self.port} --appendonly no --dir {self.folder}"
        return ["redis-server", *words.split(), "--save", ""]

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class PostgreSQL(Daemon):
    """With a database, made where the folder has none.

    It refuses to run as root, so root lends it to the packages' user.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.programs = programs()
        if (folder / "data" / "PG_VERSION").exists():
            return
        (folder / "password").write_text(PASSWORD)
        if self.user:
            for path in (folder, folder / "password"):
                shutil.chown(path, self.user)
            for above in folder.parents:  # the test's folder is nobody else's to enter
                if above.stat().st_uid == os.getuid() and above.is_relative_to(folder.parents[2]):
                    above.chmod(0o755)
        self.run("initdb", "-D", "data", "-U", "ostinato", "-A", "scram-sha-256", "--pwfile=password")

    @property
    def url(self) -> str:
        return f"postgresql://ostinato:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    @property
    def user(self) -> str | None:
        return "postgres" if os.getuid() == 0 else None

    def run(self, program: str, *words: str) -> None:
        subprocess.run(
            [str(self.programs / program), *words],
            cwd=self.folder,
            user=self.user,
            check=True,
            capture_output=True,
        )

    def command(self) -> list[str]:
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", "data", "-p", str(self.port), *words]

    def answers(self) -> bool:
        import psycopg

        try:
            with psycopg.connect(self.url, connect_timeout=2) as database:
                database.execute("SELECT 1")
                return True
        except psycopg.OperationalError:
            return False


def programs() -> Path:
    """The folder of PostgreSQL's programs, which Debian keeps off the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if versions:
        return versions[-1]
    found = shutil.which("postgres")
    if found is None:
        raise RuntimeError("PostgreSQL is not installed; make test-cluster installs it")
    return Path(found).resolve().parent


def installed() -> bool:
    """Whether both servers are there, and a user for PostgreSQL where we are root."""
    if shutil.which("redis-server") is None:
        return False
    try:
        programs()
        if os.getuid() == 0:
            pwd.getpwnam("postgres")
    except (RuntimeError, KeyError):
        return False
    return True


if __name__ == "__main__":
    raise SystemExit(not installed())
