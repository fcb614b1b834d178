"""Rows of which only some columns were read, by a query that was written by hand."""

from typing import Any, TypeVar

from django.db.models import Model
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)


def partly(model: type[M], using: str | None, **values: Any) -> M:
    """A row of `model` with these columns, from the database `using`; the others are read when they are asked for.

    It is put together as `Model.from_db` would, without a look at each of the columns that are not there.
    """
    row = model.__new__(model)
    row._state = ModelState()
    row._state.adding, row._state.db = False, using
    row.__dict__.update(values)
    return row
