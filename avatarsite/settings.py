"""Settings: everything comes from the environment, and works without any of it. `.env.example` explains each."""

import secrets
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

from cryptography.fernet import Fernet
from csp.constants import NONE, SELF

from avatarsite import production
from avatarsite.environment import BASE_DIR, CACHE_DIR, DATA_DIR, env  # noqa: F401  all of them are settings
from avatarsite.settings_engines import *  # noqa: F403

ENVIRONMENT = env.str("ENVIRONMENT", default="")  # production: refuse to start with what only fits one machine

# -- Where state lives
MEDIA_ROOT = DATA_DIR / "media"  # finished files
STREAMS_DIR = Path(env.str("STREAMS_DIR", default=str(DATA_DIR / "streams")))  # clips while they are being made
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
