"""Pages of long lists: `?page=` from 1 and `?limit=` from 1 to 100, the same in every dialect that has pages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

from avatarsite.core.api.errors import ApiError

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
MAX_PAGE = 1_000_000
T = TypeVar("T", bound=Model)


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of rows and where it stands; beyond the last page there are no rows."""

    items: list[T]
    total_records: int
    current_page: int
    total_pages: int

    @property
    def counts(self) -> dict[str, int]:
        """The numbers in the words of the `/v1` dialect."""
        return {
            "totalRecords": self.total_records,
            "currentPage": self.current_page,
            "totalPages": self.total_pages,
        }


def page_of(rows: QuerySet[T, Any], query: Mapping[str, str]) -> Page[T]:
    """The page of ordered `rows` that a request's query asks for. Raises ApiError 400 with the field and its range."""
    page = number(query, "page", default=1, largest=MAX_PAGE)
    limit = number(query, "limit", default=DEFAULT_LIMIT, largest=MAX_LIMIT)
    total = rows.count()
    start = (page - 1) * limit
    items = list(rows[start : start + limit]) if start < total else []
    return Page(items, total, page, -(-total // limit))


def number(query: Mapping[str, str], name: str, *, default: int, largest: int) -> int:
    """A whole number from 1 to `largest` out of a query."""
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= largest:
        words = f"{name}: must be a whole number from 1 to {largest}."
        raise ApiError(HTTPStatus.BAD_REQUEST, words, "invalid_page")
    return int(text)
