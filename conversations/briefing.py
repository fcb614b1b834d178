"""What a call adds to the mind that answers in it: its context, its greeting, its documents."""

from dataclasses import replace

from conversations import calls
from conversations.models import ChatSession, Conversation
from twins.knowledge.selection import passages_for
from twins.llm.base import Mind
from twins.models import Document

ANY_LANGUAGE = "Answer in the language in which the visitor last spoke."


def briefed(mind: Mind, session: ChatSession, question: str) -> Mind:
    """The mind of a session; in a call, with what belongs to that call. question: what documents are searched for."""
    call = Conversation.objects.filter(session=session).select_related("personality").first()
    if call is None:
        return mind
    told = [call.context, ANY_LANGUAGE if call.language == calls.MULTILINGUAL else ""]
    found = [passage for document in _documents(call) for passage in passages_for(document.shelf, question)]
    return replace(
        mind,
        greeting=calls.greeting_of(call),
        instructions="\n\n".join(filter(str.strip, told)),
        knowledge=tuple(dict.fromkeys((*mind.knowledge, *found))),  # a document may be the persona's and the call's
        conversation_id=call.pk,
    )


def _documents(call: Conversation) -> list[Document]:
    """Those that the call names by id or by tag, of its own account."""
    own = Document.objects.filter(owner=call.owner_id).select_related("shelf")
    found = list(own.filter(conversations=call))
    if call.document_tags:
        tags = set(call.document_tags)
        found += [row for row in own.exclude(pk__in=[it.pk for it in found]) if tags & set(row.tags)]
    return found
