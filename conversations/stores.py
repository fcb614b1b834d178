"""Memory stores: what personas remember of whoever talks to them, under a name that the customer gives."""

import hashlib

from avatarsite.core.models import User
from conversations.models import ChatSession, Memory, Person

LONGEST_NAME = 200


def person_in(owner: User, store: str, *, create: bool = False) -> Person | None:
    """Who is behind a store of the account: nobody by name, one for each store."""
    key = "ms" + hashlib.sha256(f"{owner.pk}:{store}".encode()).hexdigest()[:32]
    if create:
        return Person.objects.get_or_create(pk=key, owner=owner)[0]
    return Person.objects.filter(pk=key, owner=owner).first()


def remembered_in(session: ChatSession) -> list[Person]:
    """Whom the answers of a session are to know: its person, or who is behind each memory store of its conversation."""
    if session.person is not None:
        return [session.person]
    call = getattr(session, "conversation", None)
    if call is None:
        return []
    return [person for name in call.memory_stores if (person := person_in(call.owner, name, create=True))]


def forget(owner: User, store: str, memory_id: str) -> bool:
    """Erase one fact of a store; False when it is not there."""
    person = person_in(owner, store)
    erased, _ = Memory.objects.filter(person=person, pk=memory_id).delete() if person else (0, {})
    return bool(erased)


def forget_all(owner: User, store: str) -> None:
    """Erase a store."""
    person = person_in(owner, store)
    if person is not None:
        person.delete()
