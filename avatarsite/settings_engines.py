"""Settings of engines and of the vendors behind them; a part of `avatarsite.settings`."""

from avatarsite.environment import CACHE_DIR, env

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
