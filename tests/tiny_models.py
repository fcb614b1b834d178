"""The smallest models that the real libraries load and run: made here, with nothing learnt in them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from ctranslate2.specs import WhisperSpec
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

WIDTH = 64
MARKS = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>"]
MARKS += ["<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
TIMES = [f"<|{step * 0.02:.2f}|>" for step in range(1_501)]


def whisper(folder: Path, *words: str) -> Path:
    """A Whisper that hears these words in its first second, whatever is said.

    Its decoder knows only where it is: position n has one direction of its own, which is also that of the n-th token.
    Attention to the sound moves on by 16 frames with each token, so that the words have times.
    """
    folder.mkdir(parents=True)
    said = ["<|0.00|>", *(f"Ġ{word}" for word in words), "<|1.00|>", "<|endoftext|>"]
    tokens = [*dict.fromkeys([*said[1:-2], *sorted(pre_tokenizers.ByteLevel.alphabet()), *MARKS, *TIMES])]
    number = {token: place for place, token in enumerate(tokens)}
    spec = WhisperSpec(1, 2, 1, 2)
    _fill_encoder(spec.encoder)
    _fill_decoder(spec.decoder, [number[token] for token in said], len(tokens))
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = spec.config.suppress_ids_begin = []
    spec.config.lang_ids, spec.config.alignment_heads = [number["<|en|>"]], [(0, 0)]
    spec.validate()
    spec.save(str(folder))
    tokenizer = Tokenizer(models.BPE(vocab=number, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([*MARKS, *TIMES])
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def _fill_encoder(spec: Any) -> None:
    for convolution, inputs in ((spec.conv1, 80), (spec.conv2, WIDTH)):
        convolution.weight, convolution.bias = _zeros(WIDTH, inputs, 3), _zeros(WIDTH)
    frames = np.arange(1_500)
    spec.position_encodings.encodings = _zeros(1_500, WIDTH)
    spec.position_encodings.encodings[frames, np.minimum(frames // 16, WIDTH - 1)] = 5
    _norm(spec.layer_norm)
    for layer in spec.layer:
        _self_attention(layer.self_attention)
        _feed_forward(layer.ffn)


def _fill_decoder(spec: Any, said: list[int], size: int) -> None:
    tokens, places = _zeros(size, WIDTH), _zeros(448, WIDTH)
    for place, token in enumerate(said):
        tokens[token, place], places[place, place] = 1, 50
    places[len(said) :, len(said) - 1] = 50
    spec.embeddings.weight = spec.projection.weight = tokens
    spec.projection.bias = _zeros(size)
    spec.position_encodings.encodings = places
    spec.scale_embeddings = False
    _norm(spec.layer_norm)
    for layer in spec.layer:
        _self_attention(layer.self_attention)
        _attention_to_sound(layer.attention)
        _feed_forward(layer.ffn)


def _attention_to_sound(spec: Any) -> None:
    _norm(spec.layer_norm)
    _linear(spec.linear[0], np.eye(WIDTH, dtype=np.float32))
    _linear(spec.linear[1], np.concatenate([np.eye(WIDTH, dtype=np.float32), _zeros(WIDTH, WIDTH)]))
    _linear(spec.linear[2], _zeros(WIDTH, WIDTH))


def _self_attention(spec: Any) -> None:
    _norm(spec.layer_norm)
    _linear(spec.linear[0], _zeros(3 * WIDTH, WIDTH))
    _linear(spec.linear[1], _zeros(WIDTH, WIDTH))


def _feed_forward(spec: Any) -> None:
    _norm(spec.layer_norm)
    _linear(spec.linear_0, _zeros(2 * WIDTH, WIDTH))
    _linear(spec.linear_1, _zeros(WIDTH, 2 * WIDTH))


def _norm(spec: Any) -> None:
    spec.gamma, spec.beta = np.ones(WIDTH, np.float32), _zeros(WIDTH)


def _linear(spec: Any, weight: np.ndarray) -> None:
    spec.weight, spec.bias = weight, _zeros(len(weight))


def _zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float32)


def kokoro(folder: Path, *, durations: bool = True) -> tuple[Path, Path]:
    """A Kokoro whose every token is 50 ms of a tone, higher for a higher number; model and voices."""
    folder.mkdir(parents=True)
    inputs = [
        helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, None]),
        helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, 256]),
        helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
    ]
    nodes = [
        helper.make_node("Div", ["samples", "speed"], ["length"]),
        helper.make_node("Squeeze", ["length"], ["scalar"]),
        helper.make_node("Squeeze", ["tokens"], ["ids"]),
        *_tones("audio", [-1]),
        helper.make_node("Sign", ["tokens"], ["some"]),
        helper.make_node("Abs", ["some"], ["none_or_one"]),
        helper.make_node("Add", ["none_or_one", "one"], ["whole"]),
        helper.make_node("Div", ["whole", "whole"], ["each"]),
        helper.make_node("Squeeze", ["each"], ["duration"]),
    ]
    outputs = [helper.make_tensor_value_info("audio", TensorProto.FLOAT, [None])]
    outputs += [helper.make_tensor_value_info("duration", TensorProto.INT64, [None])] if durations else []
    constants = {"samples": np.array([1_200], np.float32), "one": np.array(1, np.int64)}
    model = _saved(folder / "kokoro.onnx", nodes, inputs, outputs, constants)
    np.savez(folder / "voices.npz", af_one=np.ones((510, 1, 256), np.float32), bm_two=_zeros(510, 1, 256))
    return model, folder / "voices.npz"


def piper(folder: Path, name: str, language: str = "en_US") -> Path:
    """A Piper voice whose every sound is 50 ms of a tone."""
    folder.mkdir(parents=True, exist_ok=True)
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, None]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    nodes = [
        helper.make_node("Gather", ["scales", "second"], ["scale"]),
        helper.make_node("Mul", ["samples", "scale"], ["scalar"]),
        helper.make_node("Squeeze", ["input"], ["ids"]),
        *_tones("output", [1, 1, 1, -1]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, None])]
    constants = {"samples": np.array(800, np.float32), "second": np.array(1, np.int64)}
    model = _saved(folder / f"{name}.onnx", nodes, inputs, outputs, constants)
    symbols = "_^$ .,!?abdefhijklmnopqrstuvwxyzæðŋɐɑɔəɚɛɜɡɪɹʃʊʌʒˈˌːθ"
    facts = {
        "audio": {"sample_rate": 16_000},
        "espeak": {"voice": language.replace("_", "-").lower()},
        "language": {"code": language, "name_english": "English", "country_english": "United States"},
        "inference": {"noise_scale": 0.6, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": {symbol: [number] for number, symbol in enumerate(symbols)},
        "num_symbols": len(symbols),
        "num_speakers": 1,
    }
    Path(f"{model}.json").write_text(json.dumps(facts), "utf-8")
    return model


def _tones(output: str, shape: list[int]) -> list[Any]:
    """`scalar` samples of a tone for each of `ids`, in one row of this shape."""
    return [
        helper.make_node("Range", ["zero", "scalar", "step"], ["ramp"]),
        helper.make_node("Cast", ["ids"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["numbers", "pitch"], ["pitches"]),
        helper.make_node("Unsqueeze", ["pitches", "last"], ["column"]),
        helper.make_node("Mul", ["column", "ramp"], ["phases"]),
        helper.make_node("Sin", ["phases"], ["waves"]),
        helper.make_node("Mul", ["waves", "loudness"], ["quiet"]),
        helper.make_node("Reshape", ["quiet", f"shape_{len(shape)}"], [output]),
    ]


def _saved(path: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: dict[str, Any]) -> Path:
    rank = 1 if any("audio" in node.output for node in nodes) else 4
    constants |= {"zero": np.array(0, np.float32), "step": np.array(1, np.float32), "last": np.array([1], np.int64)}
    constants |= {"pitch": np.array(0.002, np.float32), "loudness": np.array(0.3, np.float32)}
    constants |= {f"shape_{rank}": np.array([1] * (rank - 1) + [-1], np.int64)}
    held = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def mouth(path: Path, *, gain: float = 1.0, sound: str = "mel", faces: str = "vid", bands: int = 80) -> Path:
    """A Wav2Lip that shows what it was given of the masked face, the rest red as far as the sound is loud.

    gain: of the light in what it shows.
    """
    red = np.zeros((1, 3, 96, 96), np.float32)
    red[:, 2, 48:] = 0.9
    nodes = [
        helper.make_node("Slice", [faces, "start", "end", "axis"], ["hidden"]),
        helper.make_node("ReduceMax", [sound], ["level"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Mul", ["level", "steep"], ["signed"]),
        helper.make_node("Sigmoid", ["signed"], ["loud"]),
        helper.make_node("Mul", ["red", "loud"], ["lips"]),
        helper.make_node("Add", ["hidden", "lips"], ["whole"]),
        helper.make_node("Mul", ["whole", "gain"], ["said"]),
    ]
    inputs = [
        helper.make_tensor_value_info(sound, TensorProto.FLOAT, ["batch", 1, bands, 16]),
        helper.make_tensor_value_info(faces, TensorProto.FLOAT, ["batch", 6, 96, 96]),
    ]
    outputs = [helper.make_tensor_value_info("said", TensorProto.FLOAT, ["batch", 3, 96, 96])]
    constants = {name: np.array([value], np.int64) for name, value in (("start", 0), ("end", 3), ("axis", 1))}
    constants |= {"red": red, "gain": np.array(gain, np.float32), "steep": np.array(8, np.float32)}
    return _saved(path, nodes, inputs, outputs, constants)


def mouth_that_repeats(path: Path) -> Path:
    """A Wav2Lip that gives back the whole face it was shown."""
    nodes = [
        helper.make_node("Slice", ["vid", "start", "end", "axis"], ["shown"]),
        helper.make_node("ReduceMax", ["mel"], ["level"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Mul", ["level", "nothing"], ["none"]),
        helper.make_node("Add", ["shown", "none"], ["said"]),
    ]
    inputs = [
        helper.make_tensor_value_info("mel", TensorProto.FLOAT, ["batch", 1, 80, 16]),
        helper.make_tensor_value_info("vid", TensorProto.FLOAT, ["batch", 6, 96, 96]),
    ]
    outputs = [helper.make_tensor_value_info("said", TensorProto.FLOAT, ["batch", 3, 96, 96])]
    constants = {name: np.array([value], np.int64) for name, value in (("start", 3), ("end", 6), ("axis", 1))}
    return _saved(path, nodes, inputs, outputs, constants | {"nothing": np.array(0, np.float32)})
