"""JSON Patch (RFC 6902), as this dialect changes what it keeps: 200, 304 when nothing changes, 422 for a bad patch.

The document that is patched must be `held` (see `finding`): or else one of two patches at one time would be lost,
and a `test` would be about what is not there any more.
"""

from http import HTTPStatus
from typing import Any

import jsonpatch

from avatarsite.core.api.errors import ApiError

MALFORMED = "Invalid JSON patch format"
FAILED = "A test of the JSON patch does not hold: nothing was changed. Read it again, and patch what is there now."
MOST_OPERATIONS = 100
MOST_COPIES = 4  # each may double what is there
OPERATIONS = frozenset({"add", "remove", "replace", "move", "copy", "test"})


def patched(document: dict[str, Any], patch: Any) -> dict[str, Any] | None:
    """The document after the patch; None when that changes nothing.

    Raises ApiError 422 with MALFORMED, or with the test that does not hold; then nothing is changed.
    """
    if not isinstance(patch, list) or not 0 < len(patch) <= MOST_OPERATIONS or not all(map(_is_operation, patch)):
        raise _malformed()
    if sum(operation["op"] == "copy" for operation in patch) > MOST_COPIES:
        raise _malformed()
    try:
        result = jsonpatch.JsonPatch(patch).apply(document)
    except jsonpatch.JsonPatchTestFailed as error:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, FAILED, "patch_test_failed") from error
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError, ValueError, KeyError) as error:
        raise _malformed() from error
    if not isinstance(result, dict):
        raise _malformed()
    return None if result == document else result


def _is_operation(operation: Any) -> bool:
    return (
        isinstance(operation, dict)
        and isinstance(operation.get("op"), str)
        and operation["op"] in OPERATIONS
        and isinstance(operation.get("path"), str)
    )


def _malformed() -> ApiError:
    return ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, MALFORMED, "patch_invalid")
