"""Moderation by an OpenAI-compatible server: whether a text is one that nobody should have to answer."""

import openai

from twins.llm.base import Moderator
from twins.llm.openai_errors import failed

NO_KEY = "no-key-needed"
LONGEST_TEXT = 20_000


class OpenAIModerator(Moderator):
    """The moderations endpoint of `base_url`. Most local servers have none (llm_model_not_found)."""

    def __init__(
        self, *, base_url: str = "", api_key: str = "", model: str = "omni-moderation-latest", timeout: float = 5.0
    ) -> None:
        self._model = model
        self._client = openai.OpenAI(
            api_key=api_key.strip() or NO_KEY, base_url=base_url or "https://api.openai.com/v1", timeout=timeout,
            max_retries=1,
        )  # fmt: skip

    def flagged(self, text: str) -> list[str]:
        try:
            answer = self._client.moderations.create(input=text[:LONGEST_TEXT], model=self._model)
            return [name for result in answer.results if result.flagged for name in _named(result.categories)]
        except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:
            # Not chained: a vendor's words may repeat the key.
            raise failed(error, self._model, expired=False) from None


def _named(categories: object) -> list[str]:
    stated = categories.model_dump(by_alias=True) if hasattr(categories, "model_dump") else {}
    return [name for name, said in stated.items() if said] or ["unnamed"]
