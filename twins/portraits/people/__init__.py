"""The people, one description each."""

from twins.portraits.people import amara, kenji, leo, margaret, omar, priya, sofia, walter
from twins.portraits.person import Person

PEOPLE: dict[str, Person] = {
    module.PERSON.name: module.PERSON for module in (amara, leo, margaret, kenji, sofia, walter, priya, omar)
}
