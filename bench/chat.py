"""Chat turns on the running embedded default: latency of one turn, and turns per minute with many sessions."""

import json
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import requests

from bench.server import Server
from bench.table import print_table

QUESTIONS = (
    "Hello! Who are you?",
    "What can you tell me about yourself?",
    "How do I make a twin of my own?",
    "Does it need an internet connection?",
    "Which languages can you speak?",
    "Thank you, that was helpful.",
)
TURNS = 24
SESSIONS = (1, 4, 16)
SECONDS_PER_LOAD = 30.0


@dataclass(frozen=True)
class Turn:
    """Seconds from sending the message: first text, playable event, first media bytes, whole clip; its length."""

    text: float
    playable: float
    fragment: float
    whole: float
    duration: float


def run() -> None:
    with tempfile.TemporaryDirectory(prefix="avatarsite-bench-") as folder, Server(Path(folder)) as server:
        _latency(server)
        _throughput(server)


def _latency(server: Server) -> None:
    token = _session(server)
    for question in QUESTIONS[:3]:
        _turn(server, token, question)  # the first ones pay for cold caches
    turns = [_turn(server, token, QUESTIONS[number % len(QUESTIONS)]) for number in range(TURNS)]
    rows = [
        _row("message to first words of the reply", [turn.text for turn in turns]),
        _row("message to playable event", [turn.playable for turn in turns]),
        _row("message to first fragment received", [turn.fragment for turn in turns]),
        _row("message to whole clip", [turn.whole for turn in turns]),
    ]
    length = statistics.median(turn.duration for turn in turns)
    print_table(
        f"One session, {TURNS} turns, clips of {length:.1f} s (median)", ("", "p50 ms", "p90 ms", "max ms"), rows
    )
    per_clip = [turn.whole / turn.duration for turn in turns]
    print(f"Whole clip, as a share of its own length: median {statistics.median(per_clip):.3f}")


def _row(name: str, seconds: list[float]) -> tuple[str, ...]:
    ordered = sorted(seconds)
    figures = (statistics.median(ordered), ordered[int(len(ordered) * 0.9)], ordered[-1])
    return (name, *(f"{figure * 1000:.0f}" for figure in figures))


def _turn(server: Server, token: str, question: str) -> Turn:
    marks: dict[str, float] = {}
    duration = 0.0
    started = time.perf_counter()
    body = {"session_token": token, "message": question}
    with requests.post(f"{server.url}/api/chat/stream", json=body, stream=True, timeout=60) as answer:
        name = ""
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            if line.startswith("event: "):
                name = line[7:]
                marks.setdefault(name, time.perf_counter() - started)
            elif line.startswith("data: ") and name == "video.playable":
                _receive_first_fragment(json.loads(line[6:])["url"])
                marks["fragment"] = time.perf_counter() - started
            elif line.startswith("data: ") and name == "video.ready":
                duration = json.loads(line[6:])["duration"]
    return Turn(marks["reply.delta"], marks["video.playable"], marks["fragment"], marks["video.ready"], duration)


def _receive_first_fragment(url: str) -> None:
    received = b""
    with requests.get(url, stream=True, timeout=30) as clip:
        for piece in clip.iter_content(4096):
            received += piece
            if b"mdat" in received:
                return


def _session(server: Server) -> str:
    return str(requests.post(f"{server.url}/api/session/create", timeout=30).json()["session_token"])


def _throughput(server: Server) -> None:
    rows = []
    for count in SESSIONS:
        done: list[float] = []
        until = time.perf_counter() + SECONDS_PER_LOAD
        threads = [threading.Thread(target=_talk, args=(server, until, done)) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rows.append((f"{count}", f"{len(done) * 60 / SECONDS_PER_LOAD:.0f}", f"{statistics.median(done) * 1000:.0f}"))
    print_table("Chat turns with whole clips", ("sessions", "turns per minute", "median ms of a turn"), rows)


def _talk(server: Server, until: float, done: list[float]) -> None:
    token, number = _session(server), 0
    while time.perf_counter() < until:
        started = time.perf_counter()
        body = {"session_token": token, "message": QUESTIONS[number % len(QUESTIONS)]}
        answer = requests.post(f"{server.url}/api/chat", json=body, timeout=120)
        if answer.status_code == 200 and time.perf_counter() < until:
            done.append(time.perf_counter() - started)
        number += 1
