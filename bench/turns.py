"""Chat turns a second in writing, with a language model that takes a second to answer: `python -m bench.turns`.

The model is a stand-in, an OpenAI-compatible server in a process of its own; nothing is rendered.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from bench.load import load, request
from bench.server import ROOT, Server
from bench.services import is_there, services
from bench.table import print_table
from stack.servers import end, free_port, wait_for_port

LATENCY = 1.0  # seconds that the model thinks
CONNECTIONS = (16, 64, 128)
SECONDS = 10.0
WORDS = "I am well, thank you. What would you like to know?"
UNLIMITED = {"V1_PER_KEY": "1000000000/m"}


def run() -> None:
    with _model() as base:
        model = {"OPENAI_BASE_URL": base, "OPENAI_API_KEY": "sk-bench", "OPENAI_MODEL": "bench", **UNLIMITED}
        with tempfile.TemporaryDirectory(prefix="avatarsite-bench-") as folder, Server(Path(folder), **model) as web:
            _measure("SQLite", web)
        if is_there():
            with (
                services() as beside,
                beside.worker(),
                Server(beside.folder / "data", **model, **beside.environment) as web,
            ):
                _measure("PostgreSQL and Redis", web)


def _measure(name: str, web: Server) -> None:
    key = web.manage("create_api_key", "bench@example.org").split()[-1]
    body = json.dumps({"model": "p-amara", "messages": [{"role": "user", "content": "How are you today?"}]})
    wanted = request("POST", "/openai/v1/chat/completions", {"Authorization": f"Bearer {key}"}, body)
    rows = []
    for connections in CONNECTIONS:
        found = load(web.url, [wanted], connections=connections, seconds=SECONDS)
        times = [f"{found.at(share) / 1_000:.2f}" for share in (0.5, 0.99)]
        rows.append((str(connections), f"{found.rate:.1f}", *times))
    print_table(f"Chat turns, the model takes {LATENCY:.0f} s, {name}", ("clients", "turns/s", "p50 s", "p99 s"), rows)


@contextmanager
def _model() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.turns", str(port)], cwd=ROOT)
    try:
        wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        end(process)


async def model(scope: Any, receive: Any, send: Any) -> None:
    """Answers every chat completion with the same words, as a stream, after LATENCY."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(LATENCY)
    pieces = [{"role": "assistant", "content": ""}, {"content": WORDS}]
    chunks = [_chunk(delta, None) for delta in pieces] + [_chunk({}, "stop")]
    body = "".join(f"data: {chunk}\n\n" for chunk in [*chunks, "[DONE]"]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": body})


def _chunk(delta: dict[str, str], reason: str | None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    whole = {"id": "bench", "object": "chat.completion.chunk", "created": 1, "model": "bench", "choices": [choice]}
    return json.dumps(whole)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        uvicorn.run(model, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", lifespan="off")
    else:
        run()
