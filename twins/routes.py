"""Which engines and which model answer, from the name of a model that a caller or a personality gives."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors import keys
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

    owner_id: the account whose keys they work with; None: the site's. server: what the engine CUSTOM is: a customer's
    own. Nothing stands in for it: it decides what is said.
    """

    engines: tuple[str, ...]
    model: str = ""
    server: Server | None = None
    owner_id: str | None = None

    def engine(self, alias: str) -> LLM:
        """Raises EngineFailed when there is none of that name or no key for it, or a server's address is refused."""
        found: LLM = self.own(alias) or keys.engine_for("LLM", alias, self.owner_id)
        return found

    @property
    def context_tokens(self) -> int:
        """What the first engine takes in that can be made. Raises EngineFailed when none can."""
        failures = []
        for alias in self.engines:
            try:
                return self.engine(alias).context_tokens
            except EngineFailed as error:
                failures.append(error)
        raise failures[0]

    def own(self, alias: str) -> LLM | None:
        """The customer's server, if that is what `alias` means. Raises EngineFailed url_refused."""
        return engine_of(self.server) if alias == CUSTOM and self.server is not None else None

    def model_for(self, alias: str) -> str:
        """Another engine does not know the first one's model."""
        return self.model if alias == self.engines[0] else ""


def route(name: str = "", own: str = "", *, owner_id: str | None = None, chain: Sequence[str] = ()) -> Route:
    """The route for a model's `name`; without one, for a personality's `own` model.

    A personality may name any model that its engine has; a caller's name must be in LLM_MODELS. chain: a twin's own
    order of engines; without one, LLM_CHAIN. Engines that nobody gave a key for are passed over.
    Raises EngineFailed model_unknown with the names there are.
    """
    known = {alias.lower(): target for alias, target in settings.LLM_MODELS.items()}
    order = tuple(alias for alias in chain if alias in settings.LLM) or tuple(settings.LLM_CHAIN)
    if name.strip():
        if name.strip().lower() not in known:
            raise EngineFailed(f"There is no such model. There are: {', '.join(names())}.", "model_unknown")
        return _to(known[name.strip().lower()], order, owner_id)
    if own.lower() in known:
        return _to(known[own.lower()], order, owner_id)
    return _route(order, own, owner_id)


def names() -> list[str]:
    """The names that a caller may use."""
    return list(settings.LLM_MODELS)


def _to(target: str, order: tuple[str, ...], owner_id: str | None) -> Route:
    """What an entry of LLM_MODELS means: "" the chain; "ENGINE" or "ENGINE:MODEL" that one, then the chain's others.

    The local engine is named for its own sake: nothing else stands in for it.
    """
    alias, _, model = target.partition(":")
    if not alias:
        return _route(order, "", owner_id)
    others = () if alias == "local" else tuple(other for other in order if other != alias)
    return _route((alias, *others), model, owner_id)


def _route(order: tuple[str, ...], model: str, owner_id: str | None) -> Route:
    """A model is the first engine's: where that one is passed over, another answers with its own."""
    able = keys.usable("LLM", order, owner_id)
    return Route(able, model if able[0] == order[0] else "", owner_id=owner_id)
