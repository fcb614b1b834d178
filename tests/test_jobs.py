"""The job machine: one row, one running attempt, nothing lost and nothing done twice."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from avatarsite.core import bell, jobs, tasks
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Queue, Status, Ticket, TicketLost
from avatarsite.core.worker import Sweeper
from tests.factories import make_twin, make_video
from videos.models import Video

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def does() -> Iterator[Callable[[Callable[[Ticket], None]], None]]:
    """Choose what Video jobs do in this test."""
    usual = jobs.RUNNERS[Video]

    def choose(work: Callable[[Ticket], None]) -> None:
        jobs.RUNNERS[Video] = work

    yield choose
    jobs.RUNNERS[Video] = usual


def fresh(video: Video) -> Video:
    return Video.objects.get(pk=video.pk)


def test_a_job_is_claimed_by_one_of_many_workers() -> None:
    video = make_video()
    start, tickets = threading.Barrier(8), []

    def work(name: str) -> None:
        row = Video.objects.get(pk=video.pk)
        start.wait()
        tickets.append(jobs.claim(row, name))
        connection.close()

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([ticket for ticket in tickets if ticket]) == 1
    assert fresh(video).attempt == 1


def test_a_worker_that_fell_silent_cannot_finish_what_another_took_over() -> None:
    video = make_video()
    first = jobs.claim(fresh(video), "first")
    Video.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert jobs.put_back_silent() == 1
    second = jobs.claim(fresh(video), "second")
    assert first and second
    assert not jobs.move(video, Status.READY, ticket=first.attempt)
    with pytest.raises(TicketLost):
        first.progress("rendering", 50)
    assert jobs.move(video, Status.READY, ticket=second.attempt)
    assert fresh(video).status == Status.READY


def test_a_job_with_a_beating_heart_is_not_put_back() -> None:
    video = make_video()
    jobs.claim(fresh(video), "alive")
    assert jobs.put_back_silent() == 0
    assert fresh(video).status == Status.RUNNING


def test_the_heart_of_a_running_job_beats(settings, does) -> None:
    settings.JOB_HEARTBEAT = 0.05
    video = make_video()
    beats = set()

    def wait_for_beats(ticket: Ticket) -> None:
        while len(beats) < 3:
            beats.add(fresh(video).heartbeat_at)
        jobs.move(ticket.job, Status.READY, ticket=ticket.attempt)

    does(wait_for_beats)
    assert jobs.execute(fresh(video), "w")
    assert fresh(video).status == Status.READY


def test_a_job_that_keeps_killing_its_workers_is_failed_in_words(settings) -> None:
    settings.JOB_MAX_ATTEMPTS = 2
    video = make_video()
    for _ in range(2):
        assert jobs.claim(fresh(video), "doomed")
        Video.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
        jobs.put_back_silent()
    video = fresh(video)
    assert (video.status, video.error_code) == (Status.ERROR, "worker_lost")
    assert "2 times" in video.status_details
    assert video.finished_at


def test_the_rows_of_a_worker_known_to_be_gone_are_put_back_at_once() -> None:
    video = make_video()
    jobs.claim(fresh(video), "embedded")
    assert jobs.put_back_silent(worker="another") == 0
    assert jobs.put_back_silent(worker="embedded") == 1
    assert fresh(video).status == Status.QUEUED


def test_what_a_worker_hands_back_costs_no_attempt_and_its_old_ticket_is_void(settings) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    video = make_video()
    for _ in range(3):
        ticket = jobs.claim(fresh(video), "ending")
        assert ticket and jobs.hand_back("another") == 0 and jobs.hand_back("ending") == 1
        jobs.fail(ticket, EngineFailed("Its helper was ended.", "engine_crashed"))
        assert fresh(video).status == Status.QUEUED
        with pytest.raises(TicketLost):
            ticket.progress("rendering", 50)
    assert jobs.claim(fresh(video), "next")


def test_an_ending_worker_hands_back_what_does_not_finish_in_time_and_begins_nothing_more(does, monkeypatch) -> None:
    monkeypatch.setattr(tasks, "_draining", threading.Event())
    video, began, may_end = make_video(), threading.Event(), threading.Event()

    def work(ticket: Ticket) -> None:
        began.set()
        may_end.wait(60)
        connection.close()

    does(work)
    thread = threading.Thread(target=tasks.run_job, args=("videos.video", video.pk))
    thread.start()
    assert began.wait(60)
    tasks.drain(0.05)
    tasks.run_job("videos.video", video.pk)
    left = fresh(video)
    may_end.set()
    thread.join()
    assert (left.status, left.attempt - left.attempt_base) == (Status.QUEUED, 0)


def test_a_failure_that_may_pass_is_tried_again_later(does) -> None:
    def fail(ticket: Ticket) -> None:
        raise EngineFailed("The voice service is busy.", "tts_busy", retryable=True)

    does(fail)
    video = make_video()
    jobs.execute(fresh(video), "w")
    video = fresh(video)
    assert (video.status, video.error_code) == (Status.QUEUED, "tts_busy")
    assert video.not_before > timezone.now()
    assert not jobs.execute(video, "w"), "it is not due yet"


def test_the_last_attempt_ends_in_the_words_of_the_failure(does, settings) -> None:
    settings.JOB_MAX_ATTEMPTS = 1

    def fail(ticket: Ticket) -> None:
        raise EngineFailed("The voice service is busy.", "tts_busy", retryable=True)

    does(fail)
    video = make_video()
    jobs.execute(fresh(video), "w")
    video = fresh(video)
    assert (video.status, video.status_details) == (Status.ERROR, "The voice service is busy.")


def test_an_unknown_error_ends_the_job_without_its_inner_words(does) -> None:
    def crash(ticket: Ticket) -> None:
        raise KeyError("/secret/path")

    does(crash)
    video = make_video()
    jobs.execute(fresh(video), "w")
    video = fresh(video)
    assert (video.status, video.error_code) == (Status.ERROR, "internal_error")
    assert "secret" not in video.status_details


def test_cancelling_a_running_job_stops_its_worker_at_the_next_step(does) -> None:
    steps = []

    def work(ticket: Ticket) -> None:
        steps.append("first")
        jobs.cancel(fresh(ticket.job))
        ticket.progress("second", 50)
        steps.append("second")

    does(work)
    video = make_video()
    jobs.execute(fresh(video), "w")
    assert steps == ["first"]
    assert fresh(video).status == Status.CANCELLED


def test_a_finished_job_cannot_be_cancelled_and_a_cancelled_one_can_be_retried() -> None:
    video = make_video()
    ticket = jobs.claim(fresh(video), "w")
    assert ticket and jobs.move(video, Status.READY, ticket=ticket.attempt)
    assert not jobs.cancel(fresh(video))
    other = make_video(twin=video.twin)
    assert jobs.cancel(fresh(other))
    assert jobs.retry(fresh(other))
    assert not jobs.retry(fresh(video))
    assert fresh(other).status == Status.QUEUED


def test_a_retry_by_a_person_gives_a_worn_out_job_all_its_tries_again(settings, does) -> None:
    settings.JOB_MAX_ATTEMPTS = 1

    def fail(ticket: Ticket) -> None:
        raise EngineFailed("The voice service is busy.", "tts_busy", retryable=True)

    does(fail)
    video = make_video()
    jobs.execute(fresh(video), "w")
    assert fresh(video).status == Status.ERROR
    settings.JOB_MAX_ATTEMPTS = 2
    assert jobs.retry(fresh(video))
    jobs.execute(fresh(video), "w")
    assert fresh(video).status == Status.QUEUED


def test_people_who_wait_come_before_batch_work() -> None:
    twin = make_twin()
    batch = make_video(twin=twin, queue=Queue.BATCH)
    chat = make_video(twin=twin, queue=Queue.CHAT)
    everything = (Queue.CHAT.value, Queue.BATCH.value)
    assert [job.pk for job in jobs.due(everything, limit=5)] == [chat.pk, batch.pk]
    assert [job.pk for job in jobs.due((Queue.CHAT.value,), limit=5)] == [chat.pk]


def test_a_job_of_a_rolled_back_transaction_rings_no_bell(settings) -> None:
    settings.CELERY_BROKER_URL = ""
    twin = make_twin()
    bell.wake.clear()

    class Regret(Exception):
        pass

    with pytest.raises(Regret), transaction.atomic():
        jobs.enqueue(make_video(twin=twin))
        raise Regret
    assert not bell.wake.is_set()
    with transaction.atomic():
        jobs.enqueue(make_video(twin=twin))
    assert bell.wake.is_set()


def test_the_sweep_rings_for_a_job_whose_bell_was_not_heard(settings) -> None:
    settings.CELERY_BROKER_URL = ""
    make_video(not_before=timezone.now() - timedelta(minutes=1))
    bell.wake.clear()
    Sweeper().sweep()
    assert bell.wake.is_set()
