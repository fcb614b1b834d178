"""What our endpoint costs over calling the language model directly: to its first words, and to its end.

A stand-in for the model answers at once, so that what is measured is ours alone. Calls of the two ways alternate.
"""

import json
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

from bench.server import Server
from bench.table import print_table

CALLS = 100
WARM_UP = 10
WORDS = (
    "This is an answer of some twenty words, which the stand-in for a language model writes at once and always alike."
)
PERSONALITY = "p-amara"
HEADERS = {"Content-Type": "application/json"}


def run() -> None:
    model = _Server(("127.0.0.1", 0), _Model)
    threading.Thread(target=model.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{model.server_port}/v1"
    with tempfile.TemporaryDirectory(prefix="avatarsite-bench-") as folder:
        environment = {"OPENAI_BASE_URL": base, "OPENAI_API_KEY": "sk-bench", "OPENAI_MODEL": "bench"}
        with Server(Path(folder), **environment) as server:
            key = server.manage("create_api_key", "bench@example.org").strip()
            _compare(base, server.url, key)
    model.shutdown()


def _compare(model: str, ours: str, key: str) -> None:
    direct, through = requests.Session(), requests.Session()
    through.headers["Authorization"] = f"Bearer {key}"
    ways = {"the model directly": (direct, model, "bench"), "through us": (through, f"{ours}/openai/v1", PERSONALITY)}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number in range(WARM_UP + CALLS):
        for name, (session, base, model_name) in ways.items():
            taken = _ask(session, base, model_name)
            if number >= WARM_UP:
                times[name].append(taken)
    rows = []
    for which, end in enumerate(("first words", "end")):
        rows += [_row(f"{name}, to {end}", [pair[which] for pair in taken]) for name, taken in times.items()]
        theirs, mine = ([pair[which] for pair in taken] for taken in times.values())
        added = [f"{(_at(mine, share) - _at(theirs, share)) * 1000:.1f}" for share in (0.5, 0.9)]
        rows.append((f"overhead to {end}", *added, ""))
    title = f"A chat completion of {len(WORDS.split())} words, {CALLS} calls"
    print_table(title, ("", "p50 ms", "p90 ms", "max ms"), rows)


def _ask(session: requests.Session, base: str, model: str) -> tuple[float, float]:
    """Seconds to the first words and to the end."""
    body = {"model": model, "messages": [{"role": "user", "content": "Hello?"}], "stream": True}
    started, first = time.perf_counter(), 0.0
    with session.post(f"{base}/chat/completions", json=body, stream=True, timeout=30) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines(chunk_size=1):
            if not first and line.startswith(b"data: {") and _says(json.loads(line[6:])):
                first = time.perf_counter() - started
    return first, time.perf_counter() - started


def _says(chunk: dict[str, Any]) -> bool:
    return any(choice["delta"].get("content") for choice in chunk["choices"])


def _row(name: str, seconds: list[float]) -> tuple[str, ...]:
    return (name, *(f"{figure * 1000:.1f}" for figure in (_at(seconds, 0.5), _at(seconds, 0.9), max(seconds))))


def _at(seconds: list[float], share: float) -> float:
    return sorted(seconds)[int(len(seconds) * share)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Silence: we hang up when an answer is long enough."""


class _Model(BaseHTTPRequestHandler):
    """Streams WORDS at once."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or a small packet waits 40 ms for the acknowledgement of the one before

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for word in WORDS.split():
            self._event({"content": f"{word} "}, None)
        self._event({}, "stop")
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _event(self, delta: dict[str, str], finish: str | None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        head = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "bench"}
        self._chunk(b"data: " + json.dumps({**head, "choices": [choice]}).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def log_message(self, format: str, *arguments: object) -> None:
        """Silence."""


if __name__ == "__main__":
    run()
