"""The reply of a twin: the LLM writes it while the clip is already being made."""

from collections.abc import Iterator

from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status, Ticket
from conversations import context
from conversations.context import Answer, Wishes
from conversations.models import ChatSession, Message
from twins.llm.sentences import SentenceStream, split
from twins.manners import mannered, service_of
from twins.speech import Route
from twins.tts.base import VoiceSettings
from videos.models import Video
from videos.scripts import ScriptSource


class ReplyScript(ScriptSource):
    """Sentences of the reply to a message, as the LLM streams them."""

    def sentences(self, ticket: Ticket) -> Iterator[str]:
        video: Video = ticket.job
        message = Message.objects.select_related("session__personality", "session__twin").get(video=video)
        if video.script:  # an earlier attempt knows the reply already
            ticket.publish("reply", text=video.script)
            yield from split(video.script)
            return
        yield from _think(ticket, message)

    def language(self, video: Video) -> str:
        message = Message.objects.select_related("session__personality").get(video=video)
        own = message.session.personality
        return Wishes.of(message.options).language or (own.language if own else "")

    def manner(self, video: Video, voice: VoiceSettings) -> VoiceSettings:
        message = Message.objects.select_related("session__personality__dictionary").get(video=video)
        return mannered(message.session.personality, voice)

    def service(self, video: Video) -> Route | None:
        message = Message.objects.select_related("session__personality").get(video=video)
        return service_of(message.session.personality, self.language(video) or "en")

    def playable(self, video: Video) -> None:
        _set_state(video, ChatSession.State.TALKING, came_from=ChatSession.State.THINKING)

    def ended(self, video: Video) -> None:
        if video.status != Status.READY:
            _set_state(video, ChatSession.State.IDLE, came_from=ChatSession.State.THINKING)
            _set_state(video, ChatSession.State.IDLE, came_from=ChatSession.State.TALKING)


def _think(ticket: Ticket, message: Message) -> Iterator[str]:
    """Stream the reply: every piece is told to watchers, every whole sentence is yielded to be spoken."""
    session, video = message.session, ticket.job
    wishes = Wishes.of(message.options)
    ticket.progress("thinking", 2)
    draft = Draft(ticket)
    answer = context.answer(
        session,
        message,
        word_limit=wishes.word_limit,
        model_name=wishes.model_name,
        language=wishes.language,
        speaker=video.twin,
        take_back=draft.take_back,
    )
    try:
        for piece in answer:
            yield from draft.add(piece)
    except EngineFailed:
        _note(video, answer)
        ticket.update(engines=video.engines)
        raise
    _note(video, answer)
    if answer.served:
        video.engines |= {"llm": answer.served.engine, "llm_model": answer.served.model}
    _keep(ticket, message, draft.text.strip(), answer)
    yield from draft.sentences.flush()


def _note(video: Video, answer: Answer) -> None:
    """What was tried for the words stands on the clip, beside what will be tried for voice and picture."""
    if answer.attempts:
        tried = [*video.engines.get("attempts", []), *answer.attempts_as_json]
        video.engines = {**video.engines, "attempts": tried}


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


def _keep(ticket: Ticket, message: Message, text: str, answer: Answer) -> None:
    """The reply is whole: put it on the rows, so that no rerun asks the LLM again."""
    ticket.update(script=text, engines=ticket.job.engines)
    ticket.job.script = text
    message.text, message.options = text, {**message.options, **answer.made_from}
    message.save(update_fields=["text", "options"])
    ticket.publish("reply", text=text)
    context.answered(message.session, message)


def _set_state(video: Video, state: ChatSession.State, *, came_from: ChatSession.State) -> None:
    """Change the state of the session whose newest message this clip speaks; an older clip changes nothing."""
    message = Message.objects.filter(video=video).first()
    if message is None or Message.objects.filter(session=message.session_id, pk__gt=message.pk).exists():
        return
    ChatSession.objects.filter(pk=message.session_id, state=came_from).update(state=state)
