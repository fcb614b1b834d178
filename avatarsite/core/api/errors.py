"""Errors are raised once, where they are known; each dialect renders them in its shape."""

from http import HTTPStatus


class ApiError(Exception):
    """A request that cannot be served. `message` names the field and the fix; `code` is stable.

    retry_after: seconds after which the same request may succeed; 0 when waiting does not help.
    """

    def __init__(self, status: HTTPStatus, message: str, code: str, *, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.retry_after = retry_after
