"""The environment of the suite, set before Django reads its settings: a pytest plugin (see pyproject.toml).

No test may see the developer's own .env, keys or data; each process of the suite has a folder of its own.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

SHARED = Path(tempfile.gettempdir()) / f"avatarsite-tests-{os.getuid()}"

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="avatarsite-test-")
atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
os.environ.setdefault("CACHE_DIR", str(SHARED / "cache"))  # drawn faces; safe to share, keyed by their version
os.environ["ENV_FILE"] = os.devnull
for name in (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "SECRET_KEY",
    "LLM_CHAIN",
    "HOST",
    "PORT",
    "PUBLIC_URL",
    "VIDEO_SIZE",
):
    os.environ.pop(name, None)
# Engines fail on purpose here, one test after another; tests of circuits set these themselves.
os.environ |= {"BREAKER_FAILURES": "1000000", "BREAKER_SECONDS": "0", "BREAKER_KEY_SECONDS": "0"}
