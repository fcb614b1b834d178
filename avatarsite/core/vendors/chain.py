"""Failover: the engines of one layer in order, what each attempt took and cost, and why it failed."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors import breaker, prices
from avatarsite.core.vendors.keys import engine_for

T = TypeVar("T")
FINAL = frozenset({"vendor_content_refused", "tts_unspeakable"})  # of what was asked for: no other engine is asked


@dataclass
class Attempt:
    """What one engine was asked for and what came of it.

    layer: "llm", "tts", "renderer". seconds: how long it took. units: by which it is paid (characters, seconds, …),
    told by who uses it. cost: in PRICES' currency, None when nobody knows. code, words: why it failed, else "".
    """

    layer: str
    engine: str
    seconds: float = 0.0
    units: float = 0.0
    cost: float | None = None
    code: str = ""
    words: str = ""

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in ("", None)}


class Chain:
    """The engines `aliases` of settings.<kind>, with the keys of one account.

    record: is told of every attempt when it has ended, skipped engines included.
    """

    def __init__(
        self, kind: str, layer: str, aliases: Sequence[str], owner_id: str | None, record: Callable[[Attempt], None]
    ) -> None:
        self.kind, self.layer, self.aliases = kind, layer, tuple(aliases)
        self._owner_id, self._record = owner_id, record

    def first(self, work: Callable[[str, Any, Attempt], T]) -> T:
        """What `work(alias, engine, attempt)` returns for the first engine that can do it.

        Raises EngineFailed: the first engine's, for that is the one which was wanted.
        """
        failures: list[EngineFailed] = []
        for alias in self.aliases:
            try:
                with self.attempt(alias) as (engine, attempt):
                    return work(alias, engine, attempt)
            except EngineFailed as error:
                failures.append(error)
                if error.code in FINAL:
                    break
        raise failures[0] if failures else EngineFailed(f"No {self.layer} engine may be used.", "engine_unknown")

    @contextmanager
    def attempt(self, alias: str) -> Iterator[tuple[Any, Attempt]]:
        """One engine for as long as the block runs; how the block ends is recorded and told to its circuit."""
        attempt, began = Attempt(self.layer, alias), time.monotonic()
        circuit = breaker.circuit(self.kind, alias, self._owner_id)
        try:
            circuit.check()
            yield engine_for(self.kind, alias, self._owner_id), attempt
        except EngineFailed as error:
            attempt.code, attempt.words = error.code, error.message
            circuit.failed(error)
            raise
        else:
            circuit.succeeded()
        finally:
            attempt.seconds = round(time.monotonic() - began, 3)
            attempt.cost = prices.cost(alias, attempt.units)
            self._record(attempt)
