"""Database connections while something takes long."""

from django.db import connection


def give_back() -> None:
    """Return this thread's connection to the pool, before a long wait; it takes one again when it needs one.

    Without a pool, or inside a transaction, nothing happens.
    """
    pooled = connection.settings_dict["OPTIONS"].get("pool")
    if pooled and not connection.in_atomic_block:
        connection.close()
