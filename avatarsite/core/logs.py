"""Logs: one line for each event, with what it belongs to: the request, the job, its attempt, the account.

Code logs by the standard library: a static name, then keys (`logger.warning("bell.not_heard id=%s", pk)`). The
formatter makes fields of the keys and adds the facts of the request or job that the line was written in. Words of
people never get into a line: of an exception it keeps types and places, not the message, which may quote anything.
"""

import logging
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from functools import partial
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

import structlog
from structlog.typing import EventDict, Processor

P = ParamSpec("P")
R = TypeVar("R")
EVENT = re.compile(r"[a-z_]+(?:\.[a-z_]+)+(?: [a-z_]+=%(?:[sdr]|\.\df))*")  # how our own lines are written
INSTEAD = {"django.request": "http.crashed"}  # of lines that hold a path
PLAIN = (str, int, type(None))
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")  # what a caller may choose
_facts: ContextVar[dict[str, Any]] = ContextVar("facts")


@contextmanager
def about(**facts: Any) -> Iterator[None]:
    """What lines are about for as long as the block runs, beside what they are about already."""
    token = _facts.set({**_facts.get({}), **{name: value for name, value in facts.items() if value}})
    try:
        yield
    finally:
        _facts.reset(token)


def bind(**facts: Any) -> None:
    """Add facts that were found out in the middle; all threads that work on the same request or job see them."""
    _facts.get({}).update(facts)


def request_id() -> str:
    """The id of the request that this is done for, or ""."""
    return str(_facts.get({}).get("request", ""))


def new_request_id(wanted: str = "") -> str:
    """What a caller wants its request to be called, if that is an id; else a new one."""
    return wanted if REQUEST_ID.fullmatch(wanted) else secrets.token_hex(8)


def carried(function: Callable[P, R]) -> Callable[P, R]:
    """The function, to be called once in another thread about the same things."""
    return partial(copy_context().run, function)


def formatter(kind: str, messages: bool = False) -> logging.Formatter:
    """Of all lines, libraries' too. kind: "json", or "console" for people. messages: of exceptions, too."""
    trouble: list[Processor] = [] if messages and kind == "console" else [_exception]
    shape: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if kind == "json"
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=32)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            _event,
            _add_facts,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *trouble, shape],
        use_get_message=False,
        pass_foreign_args=True,
    )


def _event(_: Any, __: str, found: EventDict) -> EventDict:
    """Our own lines as an event with fields; a library's line stays a sentence."""
    template, arguments = found["event"], found.pop("positional_args")
    if not isinstance(template, str) or not EVENT.fullmatch(template):
        record = found["_record"]
        found["event"] = INSTEAD.get(record.name) or (template % arguments if arguments else template)
        return found
    found["event"], *keys = template.split()
    names = (key.partition("=")[0] for key in keys)
    return {**found, **{name: _plain(value) for name, value in zip(names, arguments, strict=True)}}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    return value if isinstance(value, PLAIN) else str(value)


def _add_facts(_: Any, __: str, found: EventDict) -> EventDict:
    return {**_facts.get({}), **found}


def _exception(_: Any, __: str, found: EventDict) -> EventDict:
    """An exception as its types, the outermost first, and the places of each, the innermost last."""
    told = found.pop("exc_info", None)
    error = told[1] if isinstance(told, tuple) else told
    chain: list[dict[str, Any]] = []
    while isinstance(error, BaseException) and len(chain) < 5:
        chain.append({"type": _name(error), "at": _places(error.__traceback__)})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return {**found, "exception": chain} if chain else found


def _name(error: BaseException) -> str:
    """An exception's type, with the number or code by which its kind is told apart."""
    code = getattr(error, "errno", None) or getattr(error, "code", None)
    return type(error).__name__ + (f" {code}" if isinstance(code, str | int) else "")


def _places(trace: TracebackType | None) -> list[str]:
    places = []
    while trace is not None:
        frame = trace.tb_frame
        places.append(f"{frame.f_globals.get('__name__')}:{trace.tb_lineno} {frame.f_code.co_name}")
        trace = trace.tb_next
    return places[-20:]
