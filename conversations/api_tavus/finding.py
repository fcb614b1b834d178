"""What a key may see of what an account keeps. For a stranger a row does not exist."""

from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

from django.db.models import Model, QuerySet

from avatarsite.core.api.errors import ApiError
from avatarsite.core.models import User
from conversations.api_tavus.door import unknown
from twins.models.owned import Owned
from twins.models.personalities import Personality
from twins.personas import personas_of

Row = TypeVar("Row", bound=Owned)
Kept = TypeVar("Kept", bound=Model)


def held(rows: QuerySet[Kept, Any]) -> QuerySet[Kept, Any]:
    """The rows for a change that depends on what is there: nobody else changes them until the transaction ends.

    On SQLite the transaction itself keeps others out.
    """
    return rows.select_for_update(of=("self",))


def not_found(thing: str) -> NoReturn:
    raise ApiError(HTTPStatus.NOT_FOUND, f"{thing} not found", "not_found")


def own(rows: QuerySet[Row, Any], account: User, key: str, thing: str, *, hold: bool = False) -> Row:
    """The account's own row, `held` if wished. Raises ApiError 404 "<thing> not found"."""
    found: Row | None = (held(rows) if hold else rows).filter(owner=account, pk=key).first()
    return found or not_found(thing)


def persona(account: User, key: str) -> Personality:
    """One that the account may use. Raises ApiError 400."""
    return personas_of(account).filter(pk=key).first() or unknown("persona_id")


def own_persona(account: User, key: str, *, hold: bool = False) -> Personality:
    """One that it may change, `held` if wished. Raises ApiError 400 for an unknown one, 403 for a stock one."""
    rows = held(personas_of(account)) if hold else personas_of(account)
    found = rows.filter(pk=key).first() or unknown("persona_id")
    if found.owner_id is None:
        words = f"{key} is a stock persona and read-only; create your own."
        raise ApiError(HTTPStatus.FORBIDDEN, words, "read_only")
    return found
