"""A mouth by a network of Wav2Lip's layers, its weights drawn by lot: what the real one costs on this machine."""

import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bench.table import print_table
from videos.renderers.local.neural import MouthModel
from videos.renderers.local.neural_mouth import network

FRAMES = 20
TITLE = "A network of Wav2Lip's layers"
# (channels out, kernel, stride, padding, how many further layers of the same size follow), as the paper's code has them
FACE = [
    [(16, 7, 1, 3, 0)],
    [(32, 3, 2, 1, 2)],
    [(64, 3, 2, 1, 3)],
    [(128, 3, 2, 1, 2)],
    [(256, 3, 2, 1, 2)],
    [(512, 3, 2, 1, 1)],
    [(512, 3, 1, 0, 0), (512, 1, 1, 0, 0)],
]
SOUND = [(32, 3, (1, 1), 1, 2), (64, 3, (3, 1), 1, 2), (128, 3, (3, 3), 1, 2), (256, 3, (3, 2), 1, 1)]
SOUND += [(512, 3, (1, 1), 0, 0), (512, 1, (1, 1), 0, 0)]
UP = (512, 384, 256, 128, 64)  # channels of the blocks that each double the size


class Graph:
    """ONNX nodes, one after the other."""

    def __init__(self) -> None:
        self.nodes, self.held, self._source = [], [], np.random.default_rng(1)

    def weights(self, *shape: int) -> str:
        name = f"w{len(self.held)}"
        values = self._source.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape).astype(np.float32)
        self.held.append(numpy_helper.from_array(values, name))
        return name

    def add(self, kind: str, *inputs: str, **facts: object) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **facts))
        return name

    def convolve(self, x: str, inputs: int, layer: tuple) -> str:
        outputs, kernel, stride, padding, further = layer
        strides = list(np.broadcast_to(stride, 2))
        facts = {"kernel_shape": [kernel] * 2, "strides": [int(step) for step in strides], "pads": [padding] * 4}
        x = self.add("Relu", self.add("Conv", x, self.weights(outputs, inputs, kernel, kernel), **facts))
        return self.same(x, outputs, further)

    def same(self, x: str, channels: int, layers: int) -> str:
        facts = {"kernel_shape": [3, 3], "pads": [1] * 4}
        for _ in range(layers):
            more = self.add("Conv", x, self.weights(channels, channels, 3, 3), **facts)
            x = self.add("Relu", self.add("Add", more, x))
        return x

    def enlarge(self, x: str, inputs: int, outputs: int, stride: int) -> str:
        facts = {"kernel_shape": [3, 3], "strides": [stride] * 2, "pads": [stride - 1] * 4}
        facts |= {"output_padding": [stride - 1] * 2}
        return self.add("Relu", self.add("ConvTranspose", x, self.weights(inputs, outputs, 3, 3), **facts))


def wav2lip(path: Path) -> Path:
    graph = Graph()
    x, channels, seen = "mel", 1, []
    for layer in SOUND:
        x, channels = graph.convolve(x, channels, layer), layer[0]
    heard, x, channels = x, "faces", 6
    for block in FACE:
        for layer in block:
            x, channels = graph.convolve(x, channels, layer), layer[0]
        seen.append((x, channels))
    x = graph.convolve(heard, 512, (512, 1, 1, 0, 0))
    x, channels = _joined(graph, x, 512, seen.pop())
    x = graph.same(graph.enlarge(x, channels, 512, 1), 512, 1)
    x, channels = _joined(graph, x, 512, seen.pop())
    for outputs in UP:
        x = graph.same(graph.enlarge(x, channels, outputs, 2), outputs, 2)
        x, channels = _joined(graph, x, outputs, seen.pop())
    x = graph.convolve(x, channels, (32, 3, 1, 1, 0))
    out = graph.add("Sigmoid", graph.add("Conv", x, graph.weights(3, 32, 1, 1)))
    given = {"mel": [1, 1, 80, 16], "faces": [1, 6, 96, 96]}
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in given.items()]
    outputs = [helper.make_tensor_value_info(out, TensorProto.FLOAT, [1, 3, 96, 96])]
    made = helper.make_graph(graph.nodes, "wav2lip", inputs, outputs, graph.held)
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
    return path


def _joined(graph: Graph, x: str, channels: int, seen: tuple[str, int]) -> tuple[str, int]:
    return graph.add("Concat", x, seen[0], axis=1), channels + seen[1]


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = wav2lip(Path(folder, "wav2lip.onnx"))
        rows = []
        for threads in (1, 2):
            opened = network(MouthModel(str(path), threads))
            opened.rehearse(2)
            begun, worked = time.perf_counter(), time.process_time()
            opened.rehearse(FRAMES)
            took, worked = (time.perf_counter() - begun) / FRAMES, (time.process_time() - worked) / FRAMES
            rows.append([str(threads), f"{took * 1e3:.0f} ms", f"{worked * 1e3:.0f} ms", f"{0.04 / took:.2f}"])
        print_table(TITLE, ["threads", "a frame", "its processor time", "× real time at 25 fps"], rows)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{path.stat().st_size / 1e6:.0f} MB on disk, {memory:.0f} MB of memory at most")


if __name__ == "__main__":
    run()
