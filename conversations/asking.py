"""A question that is answered in text, with no clip: stored, answered, and taken back when it cannot be."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from conversations import context
from conversations.context import Answer, Wishes
from conversations.models import ChatSession, Message


class Asked:
    """`answer` is the message that will hold the answer."""

    def __init__(self, session: ChatSession, answer: Message, wishes: Wishes) -> None:
        self.session, self.answer = session, answer
        self._wishes = wishes
        self._again = False

    def whole(self) -> None:
        """Answer. Raises EngineFailed, and then nothing was asked."""
        if self.answer.text:
            return
        with self._undone_by_failure():
            written = self._begin()
            written.whole()
            self._keep(written)

    def pieces(self) -> Iterator[str | None]:
        """Answer piece by piece; None: forget what came before. Raises EngineFailed, and then nothing was asked."""
        if self.answer.text:
            yield self.answer.text
            return
        with self._undone_by_failure():
            written = self._begin()
            for piece in written:
                if self._again:
                    self._again = False
                    yield None
                yield piece
            self._keep(written)

    def _begin(self) -> Answer:
        wishes = self._wishes
        return context.answer(
            self.session,
            self.answer,
            word_limit=wishes.word_limit,
            model_name=wishes.model_name,
            language=wishes.language,
            take_back=self._take_back,
        )

    def _take_back(self) -> bool:
        self._again = True
        return True

    def _keep(self, written: Answer) -> None:
        answer = self.answer
        answer.text, answer.options = written.text.strip(), {**answer.options, **written.made_from}
        answer.save(update_fields=["text", "options"])
        ChatSession.objects.filter(pk=self.session.pk).update(last_active_at=timezone.now())
        context.answered(self.session, answer)

    @contextmanager
    def _undone_by_failure(self) -> Iterator[None]:
        try:
            yield
        except Exception:
            Message.objects.filter(answer=self.answer).delete()  # the question, and the empty answer with it
            raise


@transaction.atomic
def ask(session: ChatSession, text: str, wishes: Wishes) -> Asked:
    """Store a question; it is answered by the object that is returned."""
    asked = Message.objects.create(session=session, role=Message.Role.USER, text=text)
    options = wishes.options
    answer = Message.objects.create(session=session, role=Message.Role.ASSISTANT, answers=asked, options=options)
    return Asked(session, answer, wishes)


def again(session: ChatSession, answer_id: str, wishes: Wishes) -> Asked | None:
    """A question that was asked before and perhaps not answered, because the process died; None when there is none."""
    if not answer_id:
        return None
    found = Message.objects.filter(session=session, role=Message.Role.ASSISTANT, pk=answer_id).first()
    return Asked(session, found, wishes) if found else None
