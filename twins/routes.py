"""Which engines and which model answer, from the name of a model that a caller or a personality gives."""

from dataclasses import dataclass

from django.conf import settings

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from twins.llm.base import LLM
from twins.llm.customers import Server, engine_of

CUSTOM = "custom"


@dataclass(frozen=True)
class Served:
    """Who answered: an engine's alias, and the model it used."""

    engine: str
    model: str


@dataclass(frozen=True)
class Route:
    """Engines in the order in which they are tried, and the model that the first one is asked for ("": its own).

    server: what the engine CUSTOM is: a customer's own. Nothing stands in for it: it decides what is said.
    """

    engines: tuple[str, ...]
    model: str = ""
    server: Server | None = None

    def engine(self, alias: str) -> LLM:
        """Raises EngineFailed when there is none of that name, or the server's address is refused."""
        if alias == CUSTOM and self.server is not None:
            return engine_of(self.server)
        found: LLM = engines.load("LLM", alias)
        return found

    def model_for(self, alias: str) -> str:
        """Another engine does not know the first one's model."""
        return self.model if alias == self.engines[0] else ""


def route(name: str = "", own: str = "") -> Route:
    """The route for a model's `name`; without one, for a personality's `own` model.

    A personality may name any model that its engine has; a caller's name must be in LLM_MODELS.
    Raises EngineFailed model_unknown with the names there are.
    """
    known = {alias.lower(): target for alias, target in settings.LLM_MODELS.items()}
    if name.strip():
        if name.strip().lower() not in known:
            raise EngineFailed(f"There is no such model. There are: {', '.join(names())}.", "model_unknown")
        return _to(known[name.strip().lower()])
    if own.lower() in known:
        return _to(known[own.lower()])
    return Route(tuple(settings.LLM_CHAIN), own)


def names() -> list[str]:
    """The names that a caller may use."""
    return list(settings.LLM_MODELS)


def _to(target: str) -> Route:
    """What an entry of LLM_MODELS means: "" the chain; "ENGINE" or "ENGINE:MODEL" that one, then the chain's others.

    The local engine is named for its own sake: nothing else stands in for it.
    """
    alias, _, model = target.partition(":")
    if not alias:
        return Route(tuple(settings.LLM_CHAIN))
    others = () if alias == "local" else tuple(other for other in settings.LLM_CHAIN if other != alias)
    return Route((alias, *others), model)
