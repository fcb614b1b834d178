"""Logs: fields, the request that a line belongs to, and no words of people."""

import ast
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeGuard

import pytest

from avatarsite.core import logs
from avatarsite.core.engines import EngineFailed
from tests.stack import ROOT

WORD = "Wolkenkuckucksheim"
METHODS = {"debug", "info", "warning", "error", "exception"}


@pytest.fixture
def line() -> Callable[..., dict[str, Any]]:
    """What a log call becomes in JSON."""
    formatter = logs.formatter("json")

    def written(message: str, *arguments: object, name: str = "avatarsite.core.bell", exc_info: Any = None) -> Any:
        record = logging.LogRecord(name, logging.WARNING, "bell.py", 1, message, arguments, exc_info)
        return json.loads(formatter.format(record))

    return written


@pytest.mark.engine
def test_keys_of_an_event_become_fields(line) -> None:
    found = line("bell.not_heard id=%s tries=%d", "m1", 3)
    assert found.pop("timestamp").endswith("Z")
    assert found == {
        "event": "bell.not_heard",
        "id": "m1",
        "tries": 3,
        "level": "warning",
        "logger": "avatarsite.core.bell",
    }


@pytest.mark.engine
def test_a_librarys_line_stays_a_sentence_and_one_line(line) -> None:
    assert line("Retrying in %s\nseconds", 5, name="celery")["event"] == "Retrying in 5\nseconds"


@pytest.mark.engine
def test_a_line_tells_what_it_is_about_in_every_thread_that_was_given_it(line) -> None:
    with logs.about(request="r1", job="m1", account=None):
        carried = logs.carried(lambda: (logs.bind(account="u1"), line("a.b"))[1])
        assert carried()["account"] == "u1"
        assert {name: line("a.b")[name] for name in ("request", "job", "account")} == {
            **{"request": "r1", "job": "m1", "account": "u1"}
        }
    assert "request" not in line("a.b") and logs.request_id() == ""


@pytest.mark.engine
def test_an_exception_tells_its_kinds_and_places_but_not_its_words(line) -> None:
    try:
        try:
            raise KeyError(WORD)
        except KeyError as error:
            raise EngineFailed(WORD, "tts_busy") from error
    except EngineFailed as error:
        found = line("job.crashed", exc_info=(type(error), error, error.__traceback__))
    assert [one["type"] for one in found["exception"]] == ["EngineFailed tts_busy", "KeyError"]
    assert "test_an_exception_tells" in found["exception"][0]["at"][-1]
    assert WORD not in json.dumps(found)


@pytest.mark.engine
def test_a_page_that_crashed_is_told_without_its_path(line) -> None:
    assert line("%s: %s", "Internal Server Error", "/c/secret", name="django.request")["event"] == "http.crashed"


@pytest.mark.engine
@pytest.mark.parametrize("wanted", ["", "a b", "x" * 65, 'a"}\n', "Ünicode"])
def test_a_request_id_that_is_none_is_replaced(wanted: str) -> None:
    assert logs.REQUEST_ID.fullmatch(logs.new_request_id(wanted)) and logs.new_request_id(wanted) != wanted


@pytest.mark.engine
def test_every_line_of_ours_has_a_static_name_and_keys() -> None:
    """Anything else could hold words of people, and machines could not read it."""
    wrong = [f"{path}:{call.lineno}" for path, call in _calls() if not _well_written(call)]
    assert wrong == []


def _calls() -> Iterator[tuple[Path, ast.Call]]:
    for package in ("avatarsite", "twins", "videos", "conversations"):
        for path in (ROOT / package).rglob("*.py"):
            if "logger." in (source := path.read_text()):
                yield from ((path, node) for node in ast.walk(ast.parse(source)) if _logs(node))


def _logs(node: ast.AST) -> TypeGuard[ast.Call]:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr in METHODS and ast.unparse(called.value) == "logger"


def _well_written(call: ast.Call) -> bool:
    message = call.args[0]
    return isinstance(message, ast.Constant) and bool(logs.EVENT.fullmatch(message.value))
