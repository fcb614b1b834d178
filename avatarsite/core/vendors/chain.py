"""Failover: the engines of one layer in order, what each attempt took and cost, and why it failed."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from django.conf import settings

from avatarsite.core import lending, metrics
from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors import breaker, keys, prices

T = TypeVar("T")
FINAL = frozenset({"vendor_content_refused", "tts_unspeakable"})  # of what was asked for: no other engine is asked


@dataclass
class Attempt:
    """What one engine was asked for and what came of it.

    layer: "llm", "tts", "renderer". seconds: how long it took; who hands on what comes while it comes counts them
    itself. units: by which it is paid (characters, seconds, …), told by who uses it. cost: in PRICES' currency, None
    when nobody knows. code, words: why it failed, else "".
    """

    layer: str
    engine: str
    seconds: float = 0.0
    units: float = 0.0
    cost: float | None = None
    code: str = ""
    words: str = ""
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            name: value for name, value in asdict(self).items() if value or name in ("seconds", "cost") and value == 0
        }

    def spent(self, tokens_in: int, tokens_out: int, estimated: bool) -> None:
        """A model's server counted these tokens, or we did for it."""
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        self.estimated = self.estimated or estimated

    def end(self, seconds: float) -> None:
        self.seconds = round(seconds, 3)
        tokens = self.tokens_in or self.tokens_out
        priced = prices.of_tokens(self.model, self.tokens_in, self.tokens_out) if tokens else None
        self.cost = prices.cost(self.engine, self.units) if priced is None else priced


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
    def attempt(self, alias: str, *, make: Callable[[], Any] = lambda: None) -> Iterator[tuple[Any, Attempt]]:
        """One engine for as long as the block runs; how the block ends is recorded and told to its circuit.

        make: an engine with a key of its own, if that is what the alias means; it has no circuit. A block that is left
        because nobody listens any more (GeneratorExit) is no failure.
        """
        attempt, began = Attempt(self.layer, alias), time.monotonic()
        try:
            with self._guarded(alias, make()) as found:
                yield found, attempt
        except EngineFailed as error:
            attempt.code, attempt.words = error.code, error.message
            raise
        finally:
            attempt.end(time.monotonic() - began)
            known = alias in getattr(settings, self.kind)
            metrics.engine_called(self.layer, alias if known else "a customer's", attempt.code, attempt.seconds)
            self._record(attempt)

    @contextmanager
    def _guarded(self, alias: str, engine: Any) -> Iterator[Any]:
        """The engine, unless its circuit is open; the circuit is told how it went."""
        if engine is not None:
            lending.give_back()
            yield engine
            return
        key = keys.engine_key(self.kind, alias, self._owner_id)
        circuit = breaker.circuit(self.kind, alias, key)
        circuit.check()
        lending.give_back()  # while people wait for a vendor, others need the few connections
        try:
            yield keys.engine_with(self.kind, alias, key)
        except EngineFailed as error:
            circuit.failed(error)
            raise
        except GeneratorExit:
            circuit.left()
            raise
        else:
            circuit.succeeded()
