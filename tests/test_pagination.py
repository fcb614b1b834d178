"""Pages of long lists."""

from http import HTTPStatus

import pytest
from django.utils import timezone

from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.pagination import page_of
from avatarsite.core.models import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rows(db: None) -> None:
    Worker.objects.bulk_create(Worker(name=f"{n:02}", seen_at=timezone.now()) for n in range(25))


def names(**query: str) -> list[str]:
    return [row.name for row in page_of(Worker.objects.order_by("name"), query).items]


def test_a_page_has_ten_rows_unless_asked_otherwise() -> None:
    assert names() == [f"{n:02}" for n in range(10)]
    assert names(page="3") == [f"{n:02}" for n in range(20, 25)]
    assert names(page="2", limit="3") == ["03", "04", "05"]
    assert len(names(limit="100")) == 25


def test_the_counts_say_where_a_page_stands() -> None:
    page = page_of(Worker.objects.order_by("name"), {"page": "2", "limit": "12"})
    assert page.counts == {"totalRecords": 25, "currentPage": 2, "totalPages": 3}


def test_beyond_the_last_page_there_are_no_rows() -> None:
    page = page_of(Worker.objects.order_by("name"), {"page": "1000000"})
    assert (page.items, page.counts["totalRecords"]) == ([], 25)


def test_nothing_has_no_pages() -> None:
    assert page_of(Worker.objects.none().order_by("name"), {}).counts == {
        "totalRecords": 0,
        "currentPage": 1,
        "totalPages": 0,
    }


@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize(
    "value", ["0", "-1", "1.5", "abc", "", " 1", "１２", "1e3", "+1", "0x1", "1000000000000", "9" * 5_000]
)
def test_anything_but_a_whole_number_in_its_range_is_refused(name: str, value: str) -> None:
    with pytest.raises(ApiError, match=f"^{name}: must be a whole number from 1 to") as refused:
        names(**{name: value})
    assert refused.value.status == HTTPStatus.BAD_REQUEST


def test_a_page_has_a_hundred_rows_at_most() -> None:
    with pytest.raises(ApiError, match="from 1 to 100"):
        names(limit="101")
