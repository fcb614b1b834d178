"""Settings: everything comes from the environment, and works without any of it. `.env.example` explains each."""

import os
import secrets
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import environ
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF

from avatarsite import production

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")), overwrite=False)
production.demand(os.environ)
ENVIRONMENT = env.str("ENVIRONMENT", default="")  # production: refuse to start with what only fits one machine

# -- Where state lives
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
MEDIA_ROOT = DATA_DIR / "media"  # finished files
STREAMS_DIR = Path(env.str("STREAMS_DIR", default=str(DATA_DIR / "streams")))  # clips while they are being made
CACHE_DIR = Path(env.str("CACHE_DIR", default=str(DATA_DIR / "cache")))  # may be deleted at any time
FACE_CACHE_MB = env.int("FACE_CACHE_MB", default=4_096)  # of faces in it; the sweep removes what goes beyond
MEDIA_URL = "/media/"
MEDIA_URL_TTL = env.int("MEDIA_URL_TTL", default=86_400)  # seconds that a signed media URL stays valid
STORAGE = env.str("STORAGE", default="disk")  # where finished files lie: disk, or s3
S3_BUCKET = env.str("S3_BUCKET", default="")
S3_REGION = env.str("S3_REGION", default="us-east-1")
S3_ENDPOINT = env.str("S3_ENDPOINT", default="")
S3_PUBLIC_ENDPOINT = env.str("S3_PUBLIC_ENDPOINT", default="")  # the same server as browsers reach it
S3_ADDRESSING = env.str("S3_ADDRESSING", default="path" if S3_ENDPOINT else "virtual")
S3_KEYS = {"access_key": env.str("S3_ACCESS_KEY", default=""), "secret_key": env.str("S3_SECRET_KEY", default="")}
STORAGES, MEDIA_ORIGINS = production.storages(
    STORAGE,
    bucket=S3_BUCKET,
    region=S3_REGION,
    endpoint=S3_ENDPOINT,
    public_endpoint=S3_PUBLIC_ENDPOINT,
    addressing=S3_ADDRESSING,
    keys=S3_KEYS,
    seconds=MEDIA_URL_TTL,
)


def _own_secret(name: str = "secret_key", make: Callable[[], str] = lambda: secrets.token_urlsafe(50)) -> str:
    """A secret of the embedded installation: made at the first start, kept beside its data."""
    path = DATA_DIR / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make())
    return path.read_text()


def _own_field_key() -> str:
    return _own_secret("field_key", lambda: Fernet.generate_key().decode())


# -- The server
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
SECRET_KEY = env.str("SECRET_KEY", default="") or _own_secret()
DEBUG = env.bool("DEBUG", default=False)
HTTPS = env.bool("HTTPS", default=False)  # the site is reached over TLS: secure cookies, HSTS, redirect
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/")  # how customers reach us; default: as the request did
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", HOST])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)  # how many proxies in front of us add to X-Forwarded-For
ASGI_APPLICATION = "avatarsite.asgi.application"
WSGI_APPLICATION = "avatarsite.asgi.wsgi"
ROOT_URLCONF = "avatarsite.urls"
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576  # bytes of a JSON body

INSTALLED_APPS = [
    "avatarsite.core",
    "twins",
    "videos",
    "conversations",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "/static/"
# collected by `manage.py serve`, or with the image; served by WhiteNoise in front of the plain views
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
APPEND_SLASH = False
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", *MEDIA_ORIGINS],
        "media-src": [SELF, "blob:", *MEDIA_ORIGINS],
        "connect-src": [SELF, *MEDIA_ORIGINS],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}

# -- Data
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'avatarsite.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {
        "ENGINE": "avatarsite.core.sqlite",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
        },
        "CONN_MAX_AGE": None,
    }
else:
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 16, "timeout": 10}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "core.User"
LOGIN_URL, LOGIN_REDIRECT_URL = "login", "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# -- Jobs: with a broker, Celery workers; without, the embedded worker inside the server
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
REDIS_URL = env.str("REDIS_URL", default=CELERY_BROKER_URL)  # live signals and counters between processes
WORKER_THREADS = env.int("WORKER_THREADS", default=4)  # jobs that one worker shepherds at a time
WORKER_DRAIN_SECONDS = env.float("WORKER_DRAIN_SECONDS", default=25.0)  # for the jobs of a Celery worker that ends
JOB_HEARTBEAT = env.float("JOB_HEARTBEAT", default=2.0)  # seconds between two signs of life of a running job
JOB_SILENT_AFTER = env.float("JOB_SILENT_AFTER", default=10.0)  # seconds without one: the job is given to another
JOB_MAX_ATTEMPTS = env.int("JOB_MAX_ATTEMPTS", default=4)
IN_PROCESS_CACHE = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
SHARED_CACHE = {
    "BACKEND": "avatarsite.core.resting.RestingCache",
    "LOCATION": REDIS_URL,
}
CACHES = {"default": SHARED_CACHE if REDIS_URL else IN_PROCESS_CACHE}

# -- Vendors: alias -> what people call it, where its API is, where a key is found, and the site's own key
VENDORS = {
    "openai": {
        "NAME": "OpenAI",
        "BASE_URL": env.str("OPENAI_BASE_URL", default="") or "https://api.openai.com/v1",
        "KEYS_URL": "https://platform.openai.com/api-keys",
        "KEY": env.str("OPENAI_API_KEY", default=""),
        "KEYLESS": bool(env.str("OPENAI_BASE_URL", default="")),  # a server of the operator's own may want no key
    },
    "did": {
        "NAME": "D-ID",
        "BASE_URL": env.str("DID_BASE_URL", default="https://api.d-id.com"),
        "KEYS_URL": "https://studio.d-id.com/account-settings",
        "KEY": env.str("DID_API_KEY", default=""),
    },
    "tavus": {
        "NAME": "Tavus",
        "BASE_URL": env.str("TAVUS_BASE_URL", default="https://tavusapi.com"),
        "KEYS_URL": "https://platform.tavus.io/api-keys",
        "KEY": env.str("TAVUS_API_KEY", default=""),
    },
    "heygen": {
        "NAME": "HeyGen",
        "BASE_URL": env.str("HEYGEN_BASE_URL", default="https://api.heygen.com"),
        "KEYS_URL": "https://app.heygen.com/settings",
        "KEY": env.str("HEYGEN_API_KEY", default=""),
    },
    "elevenlabs": {
        "NAME": "ElevenLabs",
        "BASE_URL": env.str("ELEVENLABS_BASE_URL", default="https://api.elevenlabs.io"),
        "KEYS_URL": "https://elevenlabs.io/app/settings/api-keys",
        "KEY": env.str("ELEVENLABS_API_KEY", default=""),
    },
    "cartesia": {
        "NAME": "Cartesia",
        "BASE_URL": env.str("CARTESIA_BASE_URL", default="https://api.cartesia.ai"),
        "KEYS_URL": "https://play.cartesia.ai/keys",
        "KEY": env.str("CARTESIA_API_KEY", default=""),
    },
}
PRICES = {  # engine -> US dollars for a unit: a character spoken (TTS), a second of video (renderers)
    name: float(price) for name, price in env.dict("PRICES", default={}).items()
}
LLM_PRICES = {  # model -> US dollars for a million tokens: in, out
    name: tuple(float(price) for price in prices.split(":", 1))
    for name, prices in env.dict("LLM_PRICES", default={}).items()
}
BREAKER_FAILURES = env.int("BREAKER_FAILURES", default=5)  # in a row, before an engine is left alone
BREAKER_WINDOW = env.float("BREAKER_WINDOW", default=60.0)  # seconds within which failures count
BREAKER_SECONDS = env.float("BREAKER_SECONDS", default=30.0)  # until an engine left alone may be tried again
BREAKER_KEY_SECONDS = env.float("BREAKER_KEY_SECONDS", default=300.0)  # the same after a refused key or a used-up quota

# -- Engines: alias -> dotted path and options; a chain is the order in which they are tried
# "VENDOR" names whose key an engine is given: the account's own, else the site's
OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", default="")
OPENAI_MODEL = env.str("OPENAI_MODEL", default="gpt-5.6-terra")
OPENAI_PROFILE = env.str("OPENAI_PROFILE", default="openai")  # openai, ollama, llamacpp or vllm
LLM_TIMEOUT = env.float("LLM_TIMEOUT", default=30.0)  # seconds for one whole reply
LLM = {
    "local": {"BACKEND": "twins.llm.local.LocalLLM"},
    "openai": {
        "BACKEND": "twins.llm.openai.OpenAILLM",
        "VENDOR": "openai",
        "OPTIONS": {
            "base_url": OPENAI_BASE_URL,
            "api_key": OPENAI_API_KEY,
            "model": OPENAI_MODEL,
            "profile": OPENAI_PROFILE,
            "context_tokens": env.int("OPENAI_CONTEXT_TOKENS", default=0),
            "timeout": LLM_TIMEOUT,
        },
    },
}
LLM_CHAIN = env.list("LLM_CHAIN", default=["openai", "local"])  # engines that nobody gave a key for are left out
_USUAL_MODELS = (  # names that callers know from elsewhere; some of these models are gone
    *("default", OPENAI_MODEL),
    *("gpt-4", "gpt-4-turbo", "gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-3.5-turbo"),
    *("gpt-5", "gpt-5-mini", "gpt-5.6-sol", "gpt-5.6-terra", "gpt-6-luna"),
    *("tavus-llama", "tavus-gpt-4o", "tavus-gpt-4o-mini", "tavus-gpt-oss", "tavus-gpt-5.2", "tavus-gemma-4"),
    *("tavus-gemini-2.5-flash", "tavus-gemini-3-flash", "tavus-claude-haiku-4.5"),
)
# A caller's name of a model -> "" (the chain), ENGINE, or ENGINE:MODEL.
LLM_MODELS = env.dict("LLM_MODELS", default=dict.fromkeys(_USUAL_MODELS, "")) | {"local": "local"}
MODERATION_BASE_URL = env.str("MODERATION_BASE_URL", default="")
MODERATION_API_KEY = env.str("MODERATION_API_KEY", default="")
MODERATION = {
    "openai": {
        "BACKEND": "twins.llm.moderation.OpenAIModerator",
        # a key goes to the server that it is for, and to no other
        "VENDOR": "" if MODERATION_BASE_URL or MODERATION_API_KEY else "openai",
        "OPTIONS": {
            "base_url": MODERATION_BASE_URL or OPENAI_BASE_URL,
            "api_key": MODERATION_API_KEY,
            "model": env.str("MODERATION_MODEL", default="omni-moderation-latest"),
        },
    },
}
MODERATION_ENGINE = env.str("MODERATION_ENGINE", default="")  # an alias of MODERATION; "": off
EMBEDDINGS = {
    "openai": {
        "BACKEND": "twins.embeddings.openai.OpenAIEmbeddings",
        "VENDOR": "openai",
        "OPTIONS": {
            "base_url": OPENAI_BASE_URL,
            "api_key": OPENAI_API_KEY,
            "model": env.str("OPENAI_EMBEDDINGS_MODEL", default="text-embedding-3-small"),
            "dimensions": env.int("OPENAI_EMBEDDINGS_DIMENSIONS", default=512),
        },
    }
}
EMBEDDINGS_ENGINE = env.str("EMBEDDINGS_ENGINE", default="")  # alias; without one, knowledge is searched by its words
ELEVENLABS_VOICE_ID = env.str("ELEVENLABS_VOICE_ID", default="")
TTS_BASE_URL = env.str("TTS_BASE_URL", default="")
TTS = {
    "local": {
        "BACKEND": "twins.tts.local.LocalTTS",
        "OPTIONS": {"processes": env.int("TTS_PROCESSES", default=2)},
    },
    "kokoro": {
        "BACKEND": "twins.tts.kokoro.KokoroTTS",
        "OPTIONS": {"model": env.str("KOKORO_MODEL", default=""), "voices": env.str("KOKORO_VOICES", default="")},
    },
    "piper": {
        "BACKEND": "twins.tts.piper.PiperTTS",
        "OPTIONS": {"command": env.str("PIPER_COMMAND", default=""), "voices": env.str("PIPER_VOICES", default="")},
    },
    # -- voices of vendors; "voices" stand in for voices of other engines
    "elevenlabs": {
        "BACKEND": "twins.tts.elevenlabs.ElevenLabsTTS",
        "VENDOR": "elevenlabs",
        "OPTIONS": {
            "model": env.str("ELEVENLABS_MODEL", default="eleven_flash_v2_5"),
            "voices": {
                "female": env.str("ELEVENLABS_VOICE_FEMALE", default=ELEVENLABS_VOICE_ID or "EXAVITQu4vr4xnSDxMaL"),
                "male": env.str("ELEVENLABS_VOICE_MALE", default=ELEVENLABS_VOICE_ID or "JBFqnCBsd6RMkjVDRZzb"),
            },
            "timed": env.bool("ELEVENLABS_TIMED", default=True),
        },
    },
    "cartesia": {
        "BACKEND": "twins.tts.cartesia.CartesiaTTS",
        "VENDOR": "cartesia",
        "OPTIONS": {
            "model": env.str("CARTESIA_MODEL", default="sonic-3"),
            "voices": {
                "female": env.str("CARTESIA_VOICE_FEMALE", default="f786b574-daa5-4673-aa0c-cbe3e8534c02"),
                "male": env.str("CARTESIA_VOICE_MALE", default="228fca29-3a0a-435c-8728-5cb483251068"),
            },
            "timed": env.bool("CARTESIA_TIMED", default=True),
        },
    },
    "openai": {
        "BACKEND": "twins.tts.openai.OpenAITTS",
        "VENDOR": "" if TTS_BASE_URL else "openai",  # a key goes to the server that it is for, and to no other
        "OPTIONS": {
            "base_url": TTS_BASE_URL,
            "api_key": env.str("TTS_API_KEY", default=""),
            "model": env.str("TTS_MODEL", default="gpt-4o-mini-tts"),
            "voices": {
                "female": env.str("TTS_VOICE_FEMALE", default="nova"),
                "male": env.str("TTS_VOICE_MALE", default="onyx"),
            },
        },
    },
    "playht": {"BACKEND": "twins.tts.playht.PlayHTTTS"},  # gone: it says so
}
TTS_CHAIN = env.list("TTS_CHAIN", default=["local"])  # tried after a voice's own engine, where a twin has no own order
STT_BASE_URL = env.str("STT_BASE_URL", default="")
STT_API_KEY = env.str("STT_API_KEY", default="")
STT = {
    "local": {
        "BACKEND": "twins.stt.pocketsphinx.PocketSphinxSTT",
        "OPTIONS": {"processes": env.int("STT_PROCESSES", default=1)},
    },
    "openai": {
        "BACKEND": "twins.stt.openai.OpenAISTT",
        # a key goes to the server that it is for, and to no other
        "VENDOR": "" if STT_BASE_URL or STT_API_KEY else "openai",
        "OPTIONS": {
            "base_url": STT_BASE_URL or OPENAI_BASE_URL,
            "api_key": STT_API_KEY,
            "model": env.str("STT_MODEL", default="whisper-1"),
            "timed": env.bool("STT_TIMED", default=True),
        },
    },
    "whisper": {
        "BACKEND": "twins.stt.whisper.WhisperSTT",
        "OPTIONS": {
            "model": env.str("WHISPER_MODEL", default=""),
            "compute": env.str("WHISPER_COMPUTE", default="int8"),
            "device": env.str("WHISPER_DEVICE", default="cpu"),
        },
    },
}
STT_CHAIN = env.list("STT_CHAIN", default=["local"])
# What a caller may name as the model of a transcription -> alias of STT, or "" (the chain).
STT_MODELS = {
    **dict.fromkeys(("default", "whisper-1", "gpt-transcribe", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"), ""),
    **{alias: alias for alias in STT_CHAIN},
}
MOUTH_MODEL = env.str("MOUTH_MODEL", default="")  # Wav2Lip in ONNX: mouths of photo and video replicas, and lipsync
MOUTH_THREADS = env.int("MOUTH_THREADS", default=1)  # processor cores that it takes for one clip
PRESENTER_ID = env.str("PRESENTER_ID", default="")  # of D-ID: stands in for replicas that are only drawn
_DID_FIRST = bool(PRESENTER_ID and VENDORS["did"]["KEY"])
RENDERER_CHAIN = env.list("RENDERER_CHAIN", default=["did", "local"] if _DID_FIRST else ["local"])  # a twin may differ
VENDOR_RESULT_MAX_BYTES = env.int("VENDOR_RESULT_MAX_BYTES", default=1_000_000_000)  # of a video that a vendor made
RENDERERS = {
    "local": {
        "BACKEND": "videos.renderers.local.engine.LocalRenderer",
        "OPTIONS": {
            "processes": env.int("RENDER_PROCESSES", default=2),
            "cache_dir": CACHE_DIR / "faces",
            "mouth_model": MOUTH_MODEL,
            "mouth_threads": MOUTH_THREADS,
        },
    },
    "did": {
        "BACKEND": "videos.renderers.did.DIDRenderer",
        "VENDOR": "did",
        "OPTIONS": {
            "presenter_id": PRESENTER_ID,
            "poll_timeout": env.float("DID_POLL_TIMEOUT", default=60.0),
            "delete_after": env.bool("DID_DELETE_AFTER", default=False),
            "speaks_elevenlabs": env.bool("DID_SPEAKS_ELEVENLABS", default=True),
        },
    },
    "tavus": {
        "BACKEND": "videos.renderers.tavus.TavusRenderer",
        "VENDOR": "tavus",
        "OPTIONS": {
            "replica_id": env.str("TAVUS_REPLICA_ID", default=""),
            "poll_timeout": env.float("TAVUS_POLL_TIMEOUT", default=900.0),
            "delete_after": env.bool("TAVUS_DELETE_AFTER", default=False),
        },
    },
    "heygen": {
        "BACKEND": "videos.renderers.heygen.HeyGenRenderer",
        "VENDOR": "heygen",
        "OPTIONS": {
            "avatar_id": env.str("HEYGEN_AVATAR_ID", default=""),
            "poll_timeout": env.float("HEYGEN_POLL_TIMEOUT", default=900.0),
            "delete_after": env.bool("HEYGEN_DELETE_AFTER", default=False),
        },
    },
}
PARTS = {  # what engines are made of, and `manage.py doctor` looks at
    "landmarks": {"BACKEND": "twins.landmarks.files.LandmarkModels"},
    "mouth": {
        "BACKEND": "videos.renderers.local.neural.MouthModel",
        "OPTIONS": {"path": MOUTH_MODEL, "threads": MOUTH_THREADS},
    },
    "chromium": {"BACKEND": "videos.browsing.Chromium"},
}
LANDMARKS_DIR = env.str("LANDMARKS_DIR", default="")  # "": beside this Python; engines read it from the environment
VIDEO_SIZE = env.int("VIDEO_SIZE", default=512)  # pixels: width and height of a clip
VIDEO_FPS = env.int("VIDEO_FPS", default=25)
CHROMIUM = env.str("CHROMIUM", default="")  # path of the browser that shows pages behind people; default: as found
SCRIPT_SOURCES = {  # where a video's words come from
    "text": "videos.scripts.TextScript",
    "reply": "conversations.reply.ReplyScript",
    "audio": "videos.scripts.NoScript",
}
VIDEO_WEBHOOKS = {  # what the customer of a dialect is told about a video that is final
    "persona": "conversations.api_persona.videos_out.webhook",
    "tavus": "conversations.api_tavus.videos_out.webhook",
}
CLEANING = [  # called by every worker's sweep once an hour, and again at once while one answers that there is more
    "avatarsite.core.api.idempotency.forget_old",
    "avatarsite.core.webhooks.forget_old",
    "twins.cloning.forget_old",
    "videos.cleaning.forget_old_clips",
    "videos.cleaning.forget_streams",
    "videos.cleaning.forget_faces",
    "videos.cleaning.limit_faces",
]
REPLICA_WEBHOOKS = {  # what the customer is told about a replica; and so on
    "persona": "conversations.api_persona.replicas.webhook",
    "tavus": "conversations.api_tavus.replicas.webhook",
}
LIPSYNC_WEBHOOKS = {
    "persona": "conversations.api_persona.lipsyncs.webhook",
    "tavus": "conversations.api_tavus.lipsync.webhook",
}
SPEECH_WEBHOOKS = {
    "tavus": "conversations.api_tavus.speech.webhook",
}
DOCUMENT_WEBHOOKS = {"tavus": "conversations.api_tavus.documents.shown"}

# -- Consent to a replica of a person: what is read aloud, and how much of it must be heard
CONSENT_OPERATOR = env.str("CONSENT_OPERATOR", default="Avatarsite")
CONSENT_PHRASE = env.str("CONSENT_PHRASE", default="") or (
    "I, {name}, am currently speaking and give consent to {operator} to create an AI clone of me by using the audio "
    "and video samples I provide. I understand that this AI clone can be used to create videos that look and sound "
    "like me. My words for today are: {words}."
)
CONSENT_LANGUAGE = env.str("CONSENT_LANGUAGE", default="en")  # of the phrase
CONSENT_THRESHOLD = env.float("CONSENT_THRESHOLD", default=0.6)  # share of its words that must be heard in order

# -- Training
KNOWLEDGE_MAX_BYTES = env.int("KNOWLEDGE_MAX_BYTES", default=50 * 1_048_576)  # of one document
KNOWLEDGE_MAX_PAGES = env.int("KNOWLEDGE_MAX_PAGES", default=5_000)
KNOWLEDGE_MAX_CHARACTERS = env.int("KNOWLEDGE_MAX_CHARACTERS", default=20_000_000)
KNOWLEDGE_READ_SECONDS = env.float("KNOWLEDGE_READ_SECONDS", default=120.0)  # for reading one document
TRAINING_PHOTO_MAX_BYTES = env.int("TRAINING_PHOTO_MAX_BYTES", default=25 * 1_048_576)  # of a replica's photo
TRAINING_FILM_MAX_BYTES = env.int("TRAINING_FILM_MAX_BYTES", default=750 * 1_048_576)  # of a replica's film
TRAINING_FILM_MIN_SECONDS = env.float("TRAINING_FILM_MIN_SECONDS", default=60.0)  # and of its part without a fault
TRAINING_FILM_MAX_SECONDS = env.float("TRAINING_FILM_MAX_SECONDS", default=600.0)  # the rest is not looked at

# -- The avatar chat dialect
CHAT_WAIT_SECONDS = env.float("CHAT_WAIT_SECONDS", default=60.0)  # /api/chat answers 202 after this
CHAT_MAX_CHARACTERS = env.int("CHAT_MAX_CHARACTERS", default=2_000)  # of one message
CHAT_HISTORY_MESSAGES = env.int("CHAT_HISTORY_MESSAGES", default=40)  # how many earlier ones an LLM is given
CHAT_PER_SESSION = env.str("CHAT_PER_SESSION", default="30/m")
CHAT_PER_ADDRESS = env.str("CHAT_PER_ADDRESS", default="120/m")
SESSIONS_PER_ADDRESS = env.str("SESSIONS_PER_ADDRESS", default="60/m")
LOGIN_PER_ADDRESS = env.str("LOGIN_PER_ADDRESS", default="60/h")
LOGIN_PER_ACCOUNT = env.str("LOGIN_PER_ACCOUNT", default="20/h")
CHAT_CLIPS_KEPT_DAYS = env.int("CHAT_CLIPS_KEPT_DAYS", default=30)  # then only what was said stays; 0: for ever
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_ALL_ORIGINS = not CORS_ALLOWED_ORIGINS  # name origins to close it
CORS_URLS_REGEX = r"^/(api|media)/"
CORS_ALLOW_CREDENTIALS = False

# -- The Persona dialect
V1_PER_KEY = env.str("V1_PER_KEY", default="1200/m")
V2_PER_KEY = env.str("V2_PER_KEY", default="6000/m")  # the Tavus-compatible dialect
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=200 * 1_048_576)  # of one request with files

# -- Live conversations
CALLS_AT_ONCE = env.int("CALLS_AT_ONCE", default=0)  # of one account; 0: any number
CALL_MINUTES_A_MONTH = env.int("CALL_MINUTES_A_MONTH", default=0)  # of one account, from the 1st, UTC; 0: any number
CALL_UNSEEN_SECONDS = env.float("CALL_UNSEEN_SECONDS", default=90.0)  # after which a silent participant has left
CALL_PERSONA = env.str("CALL_PERSONA", default="p7697228")  # answers when a call names a replica only
CALL_WEBHOOKS = {  # what the customer of a dialect is told about what happens in a call
    "tavus": "conversations.api_tavus.conversations_out.webhook",
}

# -- URLs given by customers: what we fetch from, and webhooks that we send
FETCH_ALLOW_PRIVATE = [ip_network(text) for text in env.list("FETCH_ALLOW_PRIVATE", default=[])]  # default: none
FETCH_EXTRA_PORTS = [int(port) for port in env.list("FETCH_EXTRA_PORTS", default=[])]  # beside 80 and 443
EMAIL_URL = env.str("EMAIL_URL", default="dummymail://")  # owners of stopped webhooks get mail; default: none
globals().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="avatarsite@localhost")
WEBHOOKS_AT_ONCE = env.int("WEBHOOKS_AT_ONCE", default=max(1, WORKER_THREADS // 2))  # of the whole installation
FIELD_KEYS = env.list("FIELD_KEYS", default=[]) or [_own_field_key()]  # encrypt secrets at rest; the newest first

# -- Doors
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["avatarsite.core.api.auth.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["avatarsite.core.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "avatarsite.core.api.handler.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Avatarsite",
    "DESCRIPTION": "Digital twins that can be written to and that answer aloud.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "POSTPROCESSING_HOOKS": [
        "conversations.api_chat_docs.add_streaming_routes",
        "conversations.api_openai.docs.add_routes",
        "conversations.api_tavus.pals.add_routes",
    ],
}

# -- What operators see
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # opens /metrics as a Bearer token
METRICS_ALLOW = [ip_network(text) for text in env.list("METRICS_ALLOW", default=[])]  # who needs no token
METRICS = bool(METRICS_TOKEN or METRICS_ALLOW)  # else nothing is counted on disk, and there is no /metrics
METRICS_DIR = DATA_DIR / "metrics"  # where processes count; web and workers must share it
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="json" if CELERY_BROKER_URL else "console")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "avatarsite.core.logs.formatter", "kind": LOG_FORMAT, "messages": DEBUG}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # these write people's words, or much about nothing, below this level
    "loggers": {
        **{name: {"level": "WARNING"} for name in ("httpx", "httpx2", "openai")},
        "bm25s": {"propagate": False},  # it sets its own level when it is imported
        "uvicorn": {"handlers": [], "level": "WARNING", "propagate": True},  # it brings a form of its own
        "django.request": {"level": "ERROR"},  # avatarsite.observing tells the rest, without paths: they hold tokens
    },
}
