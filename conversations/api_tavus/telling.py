"""What jobs of this dialect keep of the request that asked for them."""

from typing import Any, cast

from rest_framework.request import Request

from avatarsite.core.models import ApiKey
from conversations.api_tavus import fields
from conversations.api_tavus.fields import Body
from videos.selectors import base_url


def told(request: Request, body: Body) -> dict[str, Any]:
    """Whom to tell of the job's end, how its customer reaches us, and the key that asked."""
    return {
        "webhook_url": fields.url(body, "callback_url"),
        "dialect": "tavus",
        "base_url": base_url(request._request),
        "api_key": cast(ApiKey, request.auth),
    }
