"""The Celery door to the job machine: a message says which row to look at, and nothing more."""

from celery import shared_task
from django.apps import apps

from avatarsite.core import jobs, worker


@shared_task(name="jobs.run", ignore_result=True)  # type: ignore[untyped-decorator]
def run_job(label: str, pk: str) -> None:
    """Claim the job and do it; a doubled or late message finds nothing to claim."""
    job = apps.get_model(label)._default_manager.filter(pk=pk).first()
    if job is not None:
        jobs.execute(job, worker.name())
