"""The environment that settings are read from, and the folders that all of them know."""

import os
from pathlib import Path

import environ

from avatarsite import production

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")), overwrite=False)
production.demand(os.environ)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
CACHE_DIR = Path(env.str("CACHE_DIR", default=str(DATA_DIR / "cache")))  # may be deleted at any time
