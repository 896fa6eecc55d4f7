"""The graph of all-MiniLM-L6-v2 for onnxruntime, from its weights alone: no torch, no transformers.

Source: Wang et al. 2020, "MiniLM" (arXiv 2002.10957); the layers are BERT's (Devlin et al. 2019, section 3).
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

# Of the ONNX operators, and of the file; onnxruntime 1.17 and newer read both.
_OPSET, _IR_VERSION = 17, 9
# Added to the attention of what is padding.
_NEVER = -1e9


class _Graph:
    """Nodes and weights in the order in which they were added; every method returns the name of what it made."""

    def __init__(self, weights: dict[str, NDArray[Any]]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: Any, dtype: type = np.float32) -> str:
        if name not in self.constants:
            array: NDArray[Any] = np.array(value, dtype=dtype, order="C")
            self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def node(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        output = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def weight(self, name: str, *, transposed: bool = False) -> str:
        value = self.weights[name]
        return self.constant(name, value.T if transposed else value)

    def linear(self, x: str, name: str) -> str:
        product = self.node("MatMul", x, self.weight(f"{name}.weight", transposed=True))
        return self.node("Add", product, self.weight(f"{name}.bias"))

    def normalised(self, x: str, name: str, epsilon: float) -> str:
        gain, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.node("LayerNormalization", x, gain, shift, axis=-1, epsilon=epsilon)

    def gelu(self, x: str) -> str:
        error = self.node("Erf", self.node("Div", x, self.constant("sqrt2", np.sqrt(2.0))))
        product = self.node("Mul", x, self.node("Add", error, self.constant("one", 1.0)))
        return self.node("Mul", product, self.constant("half", 0.5))


def _embedded(graph: _Graph, epsilon: float) -> str:
    """Words, positions and the (one) segment, added up."""
    length = graph.node("Gather", graph.node("Shape", "input_ids"), graph.constant("int1", 1, np.int64))
    first, step = graph.constant("int0", 0, np.int64), graph.constant("int1", 1, np.int64)
    positions = graph.node("Range", first, length, step)
    words = graph.node("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    places = graph.node("Gather", graph.weight("embeddings.position_embeddings.weight"), positions)
    segment = graph.constant("segment", graph.weights["embeddings.token_type_embeddings.weight"][0])
    summed = graph.node("Add", graph.node("Add", words, places), segment)
    return graph.normalised(summed, "embeddings.LayerNorm", epsilon)


def _attended(graph: _Graph, x: str, layer: str, *, heads: int, width: int, bias: str) -> str:
    split = graph.constant("split", [0, 0, heads, width // heads], np.int64)
    query, key, value = (
        graph.node(
            "Transpose", graph.node("Reshape", graph.linear(x, f"{layer}.attention.self.{part}"), split), perm=perm
        )
        for part, perm in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3]))
    )
    scale = graph.constant("scale", 1 / np.sqrt(width / heads))
    scores = graph.node("Add", graph.node("Mul", graph.node("MatMul", query, key), scale), bias)
    mixed = graph.node("MatMul", graph.node("Softmax", scores, axis=-1), value)
    joined = graph.constant("joined", [0, 0, width], np.int64)
    return graph.node("Reshape", graph.node("Transpose", mixed, perm=[0, 2, 1, 3]), joined)


def _layer(graph: _Graph, x: str, layer: str, *, heads: int, width: int, epsilon: float, bias: str) -> str:
    attended = _attended(graph, x, layer, heads=heads, width=width, bias=bias)
    x = graph.node("Add", x, graph.linear(attended, f"{layer}.attention.output.dense"))
    x = graph.normalised(x, f"{layer}.attention.output.LayerNorm", epsilon)
    inner = graph.gelu(graph.linear(x, f"{layer}.intermediate.dense"))
    x = graph.node("Add", x, graph.linear(inner, f"{layer}.output.dense"))
    return graph.normalised(x, f"{layer}.output.LayerNorm", epsilon)


def _pooled(graph: _Graph, x: str, mask: str) -> None:
    """The mean over what is not padding, at unit length."""
    weight = graph.node("Unsqueeze", mask, graph.constant("axis2", [2], np.int64))
    axis = graph.constant("axes1", [1], np.int64)
    total = graph.node("ReduceSum", graph.node("Mul", x, weight), axis, keepdims=0)
    mean = graph.node("Div", total, graph.node("ReduceSum", mask, axis, keepdims=1))
    length = graph.node("Sqrt", graph.node("ReduceSum", graph.node("Mul", mean, mean), axis, keepdims=1))
    graph.node("Div", mean, length, output="embedding")


def minilm_graph(folder: Path) -> onnx.ModelProto:
    """Return the model of a folder with `config.json` and `model.safetensors`.

    *Shape*: `input_ids`, `attention_mask` (b, s) int64 → `embedding` (b, 384) float32, unit length. 90 MB, 0.5 CPU-s.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    loaded = load_file(folder / "model.safetensors")
    graph = _Graph({name.removeprefix("bert."): weight for name, weight in loaded.items()})
    heads, width = config["num_attention_heads"], config["hidden_size"]
    epsilon = config["layer_norm_eps"]
    mask = graph.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    absent = graph.node("Mul", graph.node("Sub", graph.constant("one", 1.0), mask), graph.constant("never", _NEVER))
    bias = graph.node("Unsqueeze", absent, graph.constant("axes12", [1, 2], np.int64))
    x = _embedded(graph, epsilon)
    for number in range(config["num_hidden_layers"]):
        x = _layer(graph, x, f"encoder.layer.{number}", heads=heads, width=width, epsilon=epsilon, bias=bias)
    _pooled(graph, x, mask)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["b", "s"]) for name in ("input_ids", "attention_mask")
    ]
    outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["b", width])]
    whole = helper.make_graph(graph.nodes, "minilm", inputs, outputs, list(graph.constants.values()))
    return helper.make_model(whole, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)


def main() -> None:
    """Write the model of the folder that is the first argument to the file that is the second."""
    onnx.save(minilm_graph(Path(sys.argv[1])), sys.argv[2])


if __name__ == "__main__":
    main()
