"""The OpenAI-compatible routes in the OpenAPI document: drf-spectacular sees only DRF's views."""

from typing import Any

from avatarsite.core.api.idempotency import PARAMETER
from conversations.api_openai.asking import MOST_MESSAGES, MOST_STOPS, MOST_TOOLS, ROLES, SAMPLING
from conversations.api_openai.audio import LONGEST_INPUT, SPEEDS
from conversations.api_openai.embeddings import MOST_TEXTS
from conversations.api_openai.transcriptions import ANSWERS, GRANULARITIES, MOST_BYTES, MOST_SECONDS
from twins.tts.encoding import FORMATS

TAG = "openai"
TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
ANY = {"type": "object", "additionalProperties": True}


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def _list(of: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": of, **more}


ERROR = _object(
    ("error",),
    error=_object(
        ("message", "type", "param", "code"),
        message=TEXT,
        type=TEXT,
        param={"type": "string", "nullable": True},
        code={"type": "string", "nullable": True},
    ),
)
MODEL = _object(
    ("id", "object", "created", "owned_by"),
    id={**TEXT, "description": "The id of a personality."},
    object={**TEXT, "enum": ["model"]},
    created=WHOLE,
    owned_by=TEXT,
    name=TEXT,
)
USAGE = _object((), prompt_tokens=WHOLE, completion_tokens=WHOLE, total_tokens=WHOLE)
TOOL_CALL = _object((), id=TEXT, type=TEXT, function=_object((), name=TEXT, arguments=TEXT))
CONTENT = {"nullable": True, "oneOf": [TEXT, _list(_object(("type", "text"), type={"enum": ["text"]}, text=TEXT))]}
MESSAGE = _object(
    ("role",),
    role={**TEXT, "enum": list(ROLES)},
    content=CONTENT,
    tool_calls=_list(TOOL_CALL),
    tool_call_id=TEXT,
)
ASKED = _object(
    ("model", "messages"),
    model={**TEXT, "description": "The id of a personality."},
    messages=_list(MESSAGE, minItems=1, maxItems=MOST_MESSAGES),
    stream={"type": "boolean", "default": False},
    stream_options=_object((), include_usage={"type": "boolean"}),
    max_completion_tokens={**WHOLE, "minimum": 1},
    max_tokens={**WHOLE, "minimum": 1},
    tools=_list(ANY, maxItems=MOST_TOOLS),
    tool_choice={"oneOf": [TEXT, ANY]},
    parallel_tool_calls={"type": "boolean"},
    user={**TEXT, "description": "The id of one of your users: what it told the personality is remembered."},
    **{
        name: {"type": "number", "minimum": least, "maximum": most}
        for name, (least, most) in SAMPLING.items()
        if name != "seed"
    },
    seed=WHOLE,
    stop={"oneOf": [{**TEXT, "minLength": 1}, _list({**TEXT, "minLength": 1}, maxItems=MOST_STOPS)]},
)
CHOICE = _object(
    (),
    index=WHOLE,
    message=_object((), role=TEXT, content={**TEXT, "nullable": True}, tool_calls=_list(TOOL_CALL)),
    finish_reason={**TEXT, "enum": ["stop", "length", "tool_calls"]},
)
ANSWER = _object(
    (),
    id=TEXT,
    object={**TEXT, "enum": ["chat.completion"]},
    created=WHOLE,
    model=TEXT,
    system_fingerprint={**TEXT, "nullable": True, "description": "ENGINE/MODEL: who answered."},
    choices=_list(CHOICE),
    usage=USAGE,
    sources=_list(TEXT),
)
SPEECH = _object(
    ("model", "input", "voice"),
    model={**TEXT, "description": "Any name: the voice decides which engine speaks."},
    input={**TEXT, "minLength": 1, "maxLength": LONGEST_INPUT},
    voice={**TEXT, "description": "The id or name of a voice, an engine's own, or one of OpenAI's names."},
    response_format={**TEXT, "enum": list(FORMATS), "default": "mp3"},
    speed={"type": "number", "minimum": SPEEDS[0], "maximum": SPEEDS[1], "default": 1},
)
EMBED = _object(
    ("model", "input"),
    model=TEXT,
    input={"oneOf": [TEXT, _list(TEXT, minItems=1, maxItems=MOST_TEXTS)]},
    encoding_format={**TEXT, "enum": ["float", "base64"], "default": "float"},
    dimensions=WHOLE,
)
VECTOR = {"oneOf": [_list({"type": "number"}), TEXT]}
EMBEDDED = _object(
    (), object=TEXT, model=TEXT, usage=USAGE, data=_list(_object((), object=TEXT, index=WHOLE, embedding=VECTOR))
)
ONCE = {
    "name": PARAMETER.name,
    "in": "header",
    "description": PARAMETER.description,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
FILE = {"type": "string", "format": "binary"}
TRANSCRIBE = _object(
    ("file", "model"),
    file={**FILE, "description": f"Up to {MOST_BYTES} bytes and {MOST_SECONDS:g} seconds."},
    model={**TEXT, "description": "An engine of STT_CHAIN, or default, whisper-1 and other usual names: the chain."},
    language={**TEXT, "description": "A language that some engine understands, as a code: en, de, pt-BR, …"},
    response_format={**TEXT, "enum": list(ANSWERS), "default": "json"},
    prompt={**TEXT, "description": "Accepted, without effect; so are temperature and stream."},
    **{"timestamp_granularities[]": _list({**TEXT, "enum": list(GRANULARITIES)})},
)
SPAN = {"start": {"type": "number"}, "end": {"type": "number"}}
TRANSCRIBED = _object(
    ("text",),
    text=TEXT,
    usage=_object((), type={**TEXT, "enum": ["duration"]}, seconds=WHOLE),
    task=TEXT,
    language={**TEXT, "description": "Its English name."},
    duration={"type": "number", "description": "Seconds."},
    segments=_list(_object((), id=WHOLE, text=TEXT, **SPAN)),
    words=_list(_object((), word=TEXT, **SPAN)),
    engine={**TEXT, "description": "Who listened: an alias of STT."},
)
EVENTS = "With `stream`: Server-Sent Events of chat.completion.chunk objects, then `data: [DONE]`."
WORDS = {
    "400": "The request is wrong; `param` names the field.",
    "401": "No key, or one that is not valid.",
    "404": "There is no such model for this key.",
    "409": "The first request with this Idempotency-Key is still being worked on.",
    "422": "This Idempotency-Key was used for another request.",
    "405": "The route takes another method.",
    "413": "The body is too large.",
    "415": "Not application/json.",
    "429": "Too many requests with this key, see Retry-After; or the language model has too many.",
    "501": "This installation has no engine for it.",
    "502": "An engine failed, and would again.",
    "503": "An engine failed; try again.",
}
READ, ASK = ("401", "405", "429"), ("400", "401", "405", "409", "413", "415", "422", "429")


EXAMPLES = {
    "openai_chat": {"model": "p-amara", "messages": [{"role": "user", "content": "Hello, who are you?"}]},
    "openai_embeddings": {"model": "default", "input": ["A first text.", "A second one."]},
    "openai_speech": {"model": "local", "voice": "amara", "input": "Hello, I am Amara.", "response_format": "mp3"},
}


def _operation(
    name: str,
    words: str,
    answer: dict[str, Any],
    refusals: tuple[str, ...],
    asked: dict[str, Any] | None = None,
    kind: str = "application/json",
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": name,
        "description": words,
        "tags": [TAG],
        "security": [{"apiKey": []}, {"bearer": []}],
    }
    if asked is not None:
        example = {"example": EXAMPLES[name]} if name in EXAMPLES else {}
        described["parameters"] = [ONCE]
        described["requestBody"] = {"required": True, "content": {kind: {"schema": asked, **example}}}
    refused = {code: {"description": WORDS[code], "content": _json(ERROR)} for code in refusals}
    return described | {"responses": {**({"200": answer} if answer else {}), **refused}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _answer(words: str, schema: dict[str, Any], **others: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": {**_json(schema), **others}}


def add_routes(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's post-processing hook."""
    listed = _object((), object={**TEXT, "enum": ["list"]}, data=_list(MODEL))
    named = {"name": "model", "in": "path", "required": True, "schema": TEXT}
    streamed = {"text/event-stream": {"schema": {"type": "string", "description": EVENTS}}}
    sounds = {form.media_type: {"schema": {"type": "string", "format": "binary"}} for form in FORMATS.values()}
    plain = {"text/plain": {"schema": TEXT}, "text/vtt": {"schema": TEXT}}
    failing = ("502", "503")
    result["components"].setdefault("securitySchemes", {})["bearer"] = {"type": "http", "scheme": "bearer"}
    result["paths"] |= {
        "/openai/v1/models": {
            "get": _operation("openai_models", "Every personality of the key.", _answer("Models.", listed), READ)
        },
        "/openai/v1/models/{model}": {
            "get": _operation("openai_model", "One personality.", _answer("A model.", MODEL), ("404", *READ))
            | {"parameters": [named]},
        },
        "/openai/v1/chat/completions": {
            "post": _operation(
                "openai_chat",
                "An answer of a personality. System messages are added to it, never put in its place.",
                _answer("The answer. " + EVENTS, ANSWER, **streamed),
                (*ASK, "404", *failing),
                ASKED,
            )
        },
        "/openai/v1/embeddings": {
            "post": _operation(
                "openai_embeddings",
                "Vectors by this installation's embeddings model, whichever is named.",
                _answer("Vectors, in the order of the texts.", EMBEDDED),
                (*ASK, "501", "502", "503"),
                EMBED,
            )
        },
        "/openai/v1/audio/speech": {
            "post": _operation(
                "openai_speech",
                "A text aloud, sent while it is spoken.",
                {"description": "The file.", "content": sounds},
                (*ASK, "502", "503"),
                SPEECH,
            )
        },
        "/openai/v1/audio/transcriptions": {
            "post": _operation(
                "openai_transcriptions",
                "The text of a recording in WAV, MP3, OGG, FLAC, M4A, MP4 or WebM. Without other engines: English.",
                _answer("The text.", TRANSCRIBED, **plain),
                (*ASK, "404", "502", "503"),
                TRANSCRIBE,
                "multipart/form-data",
            )
        },
        "/openai/v1/audio/translations": {
            "post": _operation(
                "openai_translations",
                "Refused: no engine here translates.",
                {},
                ("400", "401", "405", "409", "422", "429", "501"),
                _object(("file", "model"), file=FILE, model=TEXT),
                "multipart/form-data",
            )
        },
    }
    return result
