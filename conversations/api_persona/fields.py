"""Fields of this dialect's bodies: strict about types, so that every database answers alike."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

MOST_WEBHOOK = 2_000


class Shape(serializers.Serializer[Any]):
    """A body of this dialect; its name in the OpenAPI document tells the dialect too."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        extend_schema_serializer(component_name=f"Persona{cls.__name__}")(cls)


class Text(serializers.CharField):
    """A text; nothing else is turned into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Id(Text):
    """An id of ours, as we gave it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, **options)


class Whole(serializers.IntegerField):
    """A whole number, not a truth value."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Truth(serializers.BooleanField):
    """true or false; in a form also as words, and left out means left out."""

    default_empty_html = serializers.empty

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool | str):
            self.fail("invalid", input=data)
        return bool(super().to_internal_value(data))
