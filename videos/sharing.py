"""Which videos have a page that others may see, and what the key in its address is.

Of a video asked for through a dialect that promises a page, the id itself is the key: 64 random bits that only its
owner was told. Ids of other videos are seen by those who talk to a twin; their key has a token too, and so nobody
but the owner can give it away.
"""

import hmac

from videos.models import Video
from videos.signing import share_token

OPEN_DIALECTS = ("tavus",)


def key_of(video: Video) -> str:
    return video.pk if video.dialect in OPEN_DIALECTS else f"{video.pk}.{share_token(video.pk)}"


def shared(key: str) -> Video | None:
    """The video of a page; None when there is none, or its person has taken back the consent."""
    video_id, _, _ = key.partition(".")
    rows = Video.objects.filter(pk=video_id, purpose=Video.Purpose.CLIP, replica__revoked_at=None)
    video = rows.select_related("replica").first()
    genuine = video is not None and key.isascii() and hmac.compare_digest(key_of(video), key)
    return video if genuine else None
