"""A turn as it happens: live signals put together with the row, so that a lost signal loses nothing."""

import time
from collections.abc import AsyncIterator, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Q

from avatarsite.core import live, lookout
from avatarsite.core.api.threads import in_thread, let_go
from avatarsite.core.jobs import Status
from videos.models import Video


@dataclass(frozen=True)
class TurnEvent:
    """kind: "delta" {text}, "restart", "reply" {text}, "playable", "caption" {start, end, text, words}, "ended" or
    "timeout"; `video` is the row as it was last read."""

    kind: str
    video: Video | None = None
    fields: dict[str, Any] = field(default_factory=dict)


class Turn:
    """Follows the clip of one message until it is final; signals: of `CLIPS.watch`."""

    def __init__(self, video_id: str, signals: live.Signals) -> None:
        self.video_id = video_id
        self._signals = signals
        self._text = ""
        self._attempt = 0
        self._replied = self._playable = False

    async def events(self, patience: float | None = None) -> AsyncIterator[TurnEvent]:
        """Every event of the turn, in order; the last is "ended", or "timeout" after `patience` seconds."""
        let_go()
        deadline = time.monotonic() + (settings.CHAT_WAIT_SECONDS if patience is None else patience)
        while True:
            signal = await live.next_event(self._signals, max(0.0, deadline - time.monotonic()))
            if signal is not None and signal["type"] != "status":
                for event in self._from_signal(signal):
                    yield event
                continue
            video = await read_video(self.video_id)
            for event in self._from_row(video):
                yield event
            if video is None or video.is_final:
                yield TurnEvent("ended", video)
                return
            if time.monotonic() >= deadline:
                yield TurnEvent("timeout", video)
                return

    def _from_signal(self, signal: live.Event) -> list[TurnEvent]:
        fields = {name: value for name, value in signal.items() if name not in ("type", "attempt")}
        again = self._begins_again(signal.get("attempt", self._attempt))
        match signal["type"]:
            case "delta" if not self._replied:
                self._text += fields["text"]
                return [*again, TurnEvent("delta", fields=fields)]
            case "reply":
                return [*again, *self._reply(fields["text"])]
            case "restart":
                self._text = ""
                return [TurnEvent("restart", fields={"text": ""})]
            case "playable":
                return [*again, *self._play()]
            case "caption":
                return [*again, TurnEvent("caption", fields=fields)]
        return again

    def _begins_again(self, attempt: int) -> list[TurnEvent]:
        """A later attempt says everything anew, unless its words were known already."""
        if attempt <= self._attempt:
            return []
        first, self._attempt = self._attempt == 0, attempt
        if first:
            return []
        self._playable = False
        if self._replied:
            return [TurnEvent("restart", fields={"text": self._text})]
        self._text = ""
        return [TurnEvent("restart", fields={"text": ""})]

    def _from_row(self, video: Video | None) -> list[TurnEvent]:
        """What the row knows and no signal told."""
        if video is None or video.status in (Status.ERROR, Status.CANCELLED):
            return []
        found = self._reply(video.script) if video.script else []
        return found + (self._play() if video.playable_at and video.status != Status.QUEUED else [])

    def _reply(self, text: str) -> list[TurnEvent]:
        if self._replied:
            return []
        self._replied = True
        known = self._text.strip()
        missing = text[len(known) :] if text.startswith(known) else ""
        self._text = text
        return [TurnEvent("delta", fields={"text": missing})] * bool(missing) + [
            TurnEvent("reply", fields={"text": text})
        ]

    def _play(self) -> list[TurnEvent]:
        if self._playable:
            return []
        self._playable = True
        return [TurnEvent("playable")]


@in_thread
def read_video(video_id: str) -> Video | None:
    return Video.objects.filter(pk=video_id).first()


def _told_by_rows(video_ids: Sequence[str]) -> dict[str, Hashable]:
    """What of clips makes an event of a turn."""
    written = ExpressionWrapper(~Q(script=""), BooleanField())
    rows = Video.objects.filter(pk__in=video_ids).values_list("pk", "status", "playable_at", written)
    return {pk: tuple(facts) for pk, *facts in rows}


CLIPS = lookout.Lookout("video", _told_by_rows)
