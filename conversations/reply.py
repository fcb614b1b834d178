"""The reply of a twin: the LLM writes it while the clip is already being made."""

from collections.abc import Iterator

from django.conf import settings

from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status, Ticket
from conversations.models import ChatSession, Message
from twins import minds
from twins.llm.base import ChatMessage
from twins.llm.sentences import SentenceStream, split
from twins.models import Twin
from videos.models import Video
from videos.scripts import ScriptSource


class ReplyScript(ScriptSource):
    """Sentences of the reply to a message, as the LLM streams them."""

    def sentences(self, ticket: Ticket) -> Iterator[str]:
        video: Video = ticket.job
        message = Message.objects.select_related("session__personality").get(video=video)
        if video.script:  # an earlier attempt knows the reply already
            ticket.publish("reply", text=video.script)
            yield from split(video.script)
            return
        yield from _think(ticket, message)

    def playable(self, video: Video) -> None:
        _set_state(video, ChatSession.State.TALKING, came_from=ChatSession.State.THINKING)

    def ended(self, video: Video) -> None:
        if video.status != Status.READY:
            _set_state(video, ChatSession.State.IDLE, came_from=ChatSession.State.THINKING)
            _set_state(video, ChatSession.State.IDLE, came_from=ChatSession.State.TALKING)


def _think(ticket: Ticket, message: Message) -> Iterator[str]:
    """Stream the reply: every piece is told to watchers, every whole sentence is yielded to be spoken."""
    session, video = message.session, ticket.job
    twin: Twin = video.twin
    personality = session.personality or twin.personality
    if personality is None:
        raise EngineFailed(f"The twin “{twin.name}” has no personality: give it one.", "personality_missing")
    ticket.progress("thinking", 2)
    draft = Draft(ticket)
    pieces = minds.reply(
        minds.mind_of(personality, twin.name),
        _history(message),
        personality.llm_model,
        served_by=lambda alias: video.engines.update(llm=alias),
        take_back=draft.take_back,
    )
    for piece in pieces:
        yield from draft.add(piece)
    _keep(ticket, message, draft.text.strip())
    yield from draft.sentences.flush()


class Draft:
    """A reply that is being written: can be taken back until its first sentence was spoken."""

    def __init__(self, ticket: Ticket) -> None:
        self._ticket = ticket
        self._spoken = False
        self.text = ""
        self.sentences = SentenceStream()

    def add(self, piece: str) -> Iterator[str]:
        """Take a piece; yields the sentences that it completed."""
        self.text += piece
        self._ticket.publish("delta", text=piece)
        for sentence in self.sentences.feed(piece):
            self._spoken = True
            yield sentence

    def take_back(self) -> bool:
        if self._spoken:
            return False
        self.text, self.sentences = "", SentenceStream()
        self._ticket.publish("restart")
        return True


def _keep(ticket: Ticket, message: Message, text: str) -> None:
    """The reply is whole: put it on the rows, so that no rerun asks the LLM again."""
    ticket.update(script=text, engines=ticket.job.engines)
    ticket.job.script = text
    Message.objects.filter(pk=message.pk).update(text=text)
    ticket.publish("reply", text=text)


def _history(message: Message) -> list[ChatMessage]:
    """What was said in this session before `message`, oldest first; the last one is the message it answers."""
    earlier = Message.objects.filter(session=message.session_id, pk__lt=message.pk).exclude(text="")
    latest = list(earlier.order_by("-pk")[: settings.CHAT_HISTORY_MESSAGES])[::-1]
    return [ChatMessage("user" if item.role == Message.Role.USER else "assistant", item.text) for item in latest]


def _set_state(video: Video, state: ChatSession.State, *, came_from: ChatSession.State) -> None:
    """Change the state of the session whose newest message this clip speaks; an older clip changes nothing."""
    message = Message.objects.filter(video=video).first()
    if message is None or Message.objects.filter(session=message.session_id, pk__gt=message.pk).exists():
        return
    ChatSession.objects.filter(pk=message.session_id, state=came_from).update(state=state)
