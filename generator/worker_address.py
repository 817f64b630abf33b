"""A worker's own address: whether it lives, and its figures, for a monitor. No page, no database."""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from generator.metrics import CONTENT_TYPE, as_text, may_scrape, of_workers
from generator.worker import GeneratorProcess


class WorkerAddress:
    """GET /healthz and GET /metrics on a port, from start() to stop(). Port 0 takes any."""

    def __init__(self, generator: GeneratorProcess, host: str, port: int) -> None:
        self._server = ThreadingHTTPServer((host, port), _answers_of(generator))
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="address", daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _answers_of(generator: GeneratorProcess) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        timeout = 10  # a visitor who says nothing is not waited for

        def do_GET(self) -> None:
            if self.path == "/healthz":
                lives = generator.pulse.lives
                status = HTTPStatus.OK if lives else HTTPStatus.SERVICE_UNAVAILABLE
                body = json.dumps({"status": "ok" if lives else "silent", "worker": generator.name})
                self.answer(status, "application/json", body)
            elif self.path != "/metrics":
                self.answer(HTTPStatus.NOT_FOUND, "text/plain", "Here are /healthz and /metrics.\n")
            elif not may_scrape(self.client_address[0], self.headers.get("Authorization", "")):
                self.answer(HTTPStatus.FORBIDDEN, "text/plain", "Send METRICS_TOKEN as a bearer token.\n")
            else:
                text = as_text(of_workers([{"name": generator.name, **generator.stats()}]))
                self.answer(HTTPStatus.OK, CONTENT_TYPE, text)

        def answer(self, status: HTTPStatus, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_given: Any) -> None:
            """Nothing: a monitor asks every few seconds."""

    return Answers
