"""Rows of which only some columns were read, by a query that was written by hand."""

from typing import Any, TypeVar

from django.db.models import Model

M = TypeVar("M", bound=Model)


def partly(model: type[M], using: str | None, **values: Any) -> M:
    """A row of `model` with these columns, from the database `using`; the others are read when they are asked for."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    return model.from_db(using, names, [values[name] for name in names])
