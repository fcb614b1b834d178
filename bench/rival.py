"""The rival of `bench.tavus`: FastAPI and SQLAlchemy on uvicorn, on the same database file, doing the same work.

Key, tenant, read: it finds the API key by its keyed hash with its living user, then the video of that user with its
replica, and answers the same JSON with the same signed links. Run by .venv-clients; it knows nothing of Django.
"""

import hashlib
import hmac
import json
import os
import time
from datetime import UTC, datetime
from typing import Any

import uvicorn
from fastapi import FastAPI, Header, HTTPException
from sqlalchemy import JSON, DateTime, ForeignKey, String, create_engine, func, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

SECRET = os.environ["RIVAL_SECRET"].encode()
BASE = "http://127.0.0.1"
engine = create_engine(f"sqlite:///{os.environ['RIVAL_DATABASE']}", pool_size=16, connect_args={"timeout": 20})
app = FastAPI()


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "core_user"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    email: Mapped[str]
    is_active: Mapped[bool]


class ApiKey(Base):
    __tablename__ = "core_apikey"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("core_user.id"))
    digest: Mapped[str]
    allowed_addresses: Mapped[list[str]] = mapped_column(JSON)
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime)
    expires_at: Mapped[datetime | None] = mapped_column(DateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime)
    user: Mapped[User] = relationship(lazy="joined")


class Replica(Base):
    __tablename__ = "twins_replica"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    status: Mapped[str]


class Video(Base):
    __tablename__ = "videos_video"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner_id: Mapped[str]
    purpose: Mapped[str]
    name: Mapped[str]
    script: Mapped[str]
    status: Mapped[str]
    status_details: Mapped[str]
    progress: Mapped[int]
    file: Mapped[str]
    background_url: Mapped[str]
    background_source_url: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime)
    replica_id: Mapped[str] = mapped_column(ForeignKey("twins_replica.id"))
    replica: Mapped[Replica] = relationship(lazy="joined")


@app.get("/bare")
def bare() -> dict[str, str]:
    return {"status": "alive"}


@app.get("/v2/videos/{video_id}")
def video(video_id: str, x_api_key: str = Header()) -> dict[str, Any]:
    with Session(engine) as session:
        user = _caller(session, x_api_key)
        row = session.scalars(_of(user).where(Video.id == video_id)).first()
        if row is None:
            raise HTTPException(400, "Invalid video_id")
        return _out(row)


@app.get("/v2/videos")
def videos(limit: int = 10, page: int = 0, x_api_key: str = Header()) -> dict[str, Any]:
    with Session(engine) as session:
        user = _caller(session, x_api_key)
        owned = (Video.owner_id == user.id, Video.purpose == "clip")
        total = session.scalar(select(func.count()).select_from(Video).where(*owned))
        page_of = _of(user).order_by(Video.created_at.desc(), Video.id.desc()).offset(limit * page).limit(limit)
        return {"data": [_out(row) for row in session.scalars(page_of)], "total_count": total}


def _caller(session: Session, key: str) -> User:
    digest = hmac.new(SECRET, b"api-key:" + key.encode(), hashlib.sha256).hexdigest()
    now = datetime.now(UTC).replace(tzinfo=None)
    living = (ApiKey.revoked_at.is_(None), or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now), User.is_active)
    row = session.scalars(select(ApiKey).join(User).where(ApiKey.digest == digest, *living)).first()
    if row is None:
        raise HTTPException(401, "Invalid access token")
    return row.user


def _of(user: User) -> Any:
    return select(Video).where(Video.owner_id == user.id, Video.purpose == "clip")


def _out(row: Video) -> dict[str, Any]:
    moment = row.finished_at or row.created_at
    return {
        "video_id": row.id,
        "video_name": row.name or f"replica_id: {row.replica_id}",
        "replica_id": row.replica_id,
        "status": row.status,
        "status_details": row.status_details or row.replica.status,
        "generation_progress": f"{row.progress}/100",
        "data": {"script": row.script},
        "download_url": _signed(f"/media/videos/{row.id}/video.mp4") if row.file else None,
        "stream_url": _signed(f"/media/videos/{row.id}/playlist.m3u8"),
        "hosted_url": f"{BASE}/video/{row.id}",
        "error_details": None,
        "background_url": row.background_url,
        "background_source_url": row.background_source_url,
        "created_at": row.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "updated_at": moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }


def _signed(path: str) -> str:
    expires = int(time.time()) + 900
    signature = hmac.new(SECRET, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()
    return f"{BASE}{path}?expires={expires}&signature={signature}"


if __name__ == "__main__":
    place = json.loads(os.environ["RIVAL_PLACE"])
    uvicorn.run(app, host=place[0], port=place[1], log_level="warning", access_log=False, loop="uvloop")
