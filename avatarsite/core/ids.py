"""Public ids: a letter that tells the kind, then random hexadecimal digits."""

import secrets

BYTES = 8  # 64 random bits: not to be guessed within an id's life, short enough to be read aloud


def new_id(prefix: str) -> str:
    return prefix + secrets.token_hex(BYTES)
