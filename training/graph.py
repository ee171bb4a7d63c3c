"""The ONNX graph, built node by node from standard operators; the weights stay in the safetensors file.

Readers of the graph may rely on this: a residual connection is an `Add` of two computed values; a single additive mask
is added to the scores of every layer directly before their `Softmax`; the present keys and values are outputs, named by
layer like the past ones.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from training import weights
from training.model import Shape, rotary

# The additive mask's value for hidden positions. Finite, so that a fully masked row (left padding) gives numbers, not
# NaN.
NO = -1e30


class Graph:
    """Collects nodes and constants; `op` returns the name of a node's first output."""

    def __init__(self, places: dict, location: str) -> None:
        self.nodes, self.constants, self.places, self.location = [], {}, places, location

    def op(self, kind: str, *inputs: str, name: str, outputs: int = 1, **attributes):
        names = [name] if outputs == 1 else [f"{name}.{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=name, **attributes))
        return names[0] if outputs == 1 else names

    def const(self, name: str, value) -> str:
        self.constants[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def weight(self, name: str) -> str:
        shape, offset, length = self.places[name]
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
        for key, value in (("location", self.location), ("offset", offset), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        self.constants[name] = tensor
        return name

    def linear(self, x: str, weight: str, name: str) -> str:
        """The file holds [out, in]; the transpose of a constant is folded when the graph is loaded."""
        return self.op(
            "MatMul", x, self.op("Transpose", self.weight(weight), name=f"{name}/transposed", perm=[1, 0]), name=name
        )

    def norm(self, x: str, weight: str, name: str) -> str:
        squares = self.op("Mul", x, x, name=f"{name}/squares")
        mean = self.op("ReduceMean", squares, name=f"{name}/mean", axes=[-1], keepdims=1)
        root = self.op("Sqrt", self.op("Add", mean, "eps", name=f"{name}/mean_eps"), name=f"{name}/root")
        return self.op("Mul", self.op("Div", x, root, name=f"{name}/unit"), self.weight(weight), name=name)


def _mask(g: Graph) -> str:
    """[batch, 1, seq, past + seq]: 0 at visible positions, NO at the others. Based on the index in the cache, so
    padding may be anywhere.
    """
    ids = g.op("Shape", "input_ids", name="mask/ids_shape")
    total = g.op("Gather", g.op("Shape", "attention_mask", name="mask/all_shape"), "one", name="mask/total", axis=0)
    seq = g.op("Gather", ids, "one", name="mask/seq", axis=0)
    keys = g.op("Range", "zero", total, "one", name="mask/keys")
    queries = g.op("Range", g.op("Sub", total, seq, name="mask/past"), total, "one", name="mask/queries")
    later = g.op("Greater", keys, g.op("Unsqueeze", queries, "axis1", name="mask/query_rows"), name="mask/later")
    padding = g.op(
        "Unsqueeze", g.op("Equal", "attention_mask", "zero", name="mask/padding"), "axes12", name="mask/padding_rows"
    )
    return g.op("Where", g.op("Or", later, padding, name="mask/hidden"), "no", "yes", name="mask")


def _heads(g: Graph, x: str, shape_name: str, name: str) -> str:
    return g.op(
        "Transpose", g.op("Reshape", x, shape_name, name=f"{name}/split"), name=f"{name}/heads", perm=[0, 2, 1, 3]
    )


def _rotate(g: Graph, x: str, name: str) -> str:
    low, high = g.op("Split", x, name=f"{name}/halves", outputs=2, axis=-1)
    turned = g.op("Concat", g.op("Neg", high, name=f"{name}/minus"), low, name=f"{name}/turned", axis=-1)
    return g.op(
        "Add",
        g.op("Mul", x, "cos", name=f"{name}/cos_part"),
        g.op("Mul", turned, "sin", name=f"{name}/sin_part"),
        name=name,
    )


def _repeated(g: Graph, cache: str, name: str) -> str:
    """[batch, groups, length, size] with each group repeated for the heads that share it: [batch, heads, length,
    size].
    """
    rows = g.op("Expand", g.op("Unsqueeze", cache, "axis2", name=f"{name}/group"), "sharing", name=f"{name}/shared")
    return g.op("Reshape", rows, "join_groups", name=f"{name}/repeated")


def _attention(g: Graph, s: Shape, layer: int, x: str) -> str:
    at, p = f"model.layers.{layer}.self_attn", f"layers.{layer}/attn"
    q, k, v = (
        _heads(g, g.linear(x, f"{at}.{n}_proj.weight", f"{p}/{n}"), "split_q" if n == "q" else "split_kv", f"{p}/{n}")
        for n in "qkv"
    )
    q, k = _rotate(g, q, f"{p}/q_turned"), _rotate(g, k, f"{p}/k_turned")
    for part, new in (("key", k), ("value", v)):
        g.nodes.append(
            helper.make_node(
                "Concat",
                [f"past_key_values.{layer}.{part}", new],
                [f"present.{layer}.{part}"],
                name=f"{p}/present_{part}",
                axis=2,
            )
        )
    keys, values = f"present.{layer}.key", f"present.{layer}.value"
    if s.num_key_value_heads != s.num_attention_heads:
        keys, values = (_repeated(g, cache, f"{p}/{part}") for part, cache in (("keys", keys), ("values", values)))
    scores = g.op(
        "MatMul",
        g.op("Mul", q, "scale", name=f"{p}/q_scaled"),
        g.op("Transpose", keys, name=f"{p}/keys", perm=[0, 1, 3, 2]),
        name=f"{p}/scores",
    )
    looks = g.op("Softmax", g.op("Add", scores, "mask", name=f"{p}/masked"), name=f"{p}/softmax", axis=-1)
    mixed = g.op(
        "Transpose", g.op("MatMul", looks, values, name=f"{p}/mixed"), name=f"{p}/mixed_rows", perm=[0, 2, 1, 3]
    )
    return g.linear(g.op("Reshape", mixed, "join", name=f"{p}/joined"), f"{at}.o_proj.weight", f"{p}/out")


def _mlp(g: Graph, layer: int, x: str) -> str:
    at, p = f"model.layers.{layer}.mlp", f"layers.{layer}/mlp"
    gate = g.linear(x, f"{at}.gate_proj.weight", f"{p}/gate")
    silu = g.op("Mul", gate, g.op("Sigmoid", gate, name=f"{p}/sigmoid"), name=f"{p}/silu")
    return g.linear(
        g.op("Mul", silu, g.linear(x, f"{at}.up_proj.weight", f"{p}/up"), name=f"{p}/gated"),
        f"{at}.down_proj.weight",
        f"{p}/down",
    )


def build(s: Shape, safetensors: Path) -> onnx.ModelProto:
    g = Graph(weights.places(safetensors), safetensors.name)
    cos, sin = rotary(s, s.max_position_embeddings)
    (
        g.const("zero", np.int64(0)),
        g.const("one", np.int64(1)),
        g.const("axis1", np.array([1])),
        g.const("axes12", np.array([1, 2])),
    )
    (
        g.const("no", np.float32(NO)),
        g.const("yes", np.float32(0)),
        g.const("eps", np.float32(s.rms_norm_eps)),
        g.const("scale", np.float32(s.head_dim**-0.5)),
    )
    (
        g.const("split_q", np.array([0, 0, s.num_attention_heads, s.head_dim])),
        g.const("split_kv", np.array([0, 0, s.num_key_value_heads, s.head_dim])),
    )
    g.const("join", np.array([0, 0, s.num_attention_heads * s.head_dim]))
    if s.num_key_value_heads != s.num_attention_heads:
        (
            g.const("axis2", np.array([2])),
            g.const("sharing", np.array([1, 1, s.num_attention_heads // s.num_key_value_heads, 1, 1])),
        )
        g.const("join_groups", np.array([0, s.num_attention_heads, -1, s.head_dim]))
    for name, table in (("cos", cos), ("sin", sin)):
        rows = g.op("Gather", g.const(f"{name}/table", table.numpy()), "position_ids", name=f"{name}/rows", axis=0)
        g.op("Unsqueeze", rows, "axis1", name=name)
    _mask(g)
    x = g.op("Gather", g.weight("model.embed_tokens.weight"), "input_ids", name="embed", axis=0)
    for layer in range(s.num_hidden_layers):
        at = f"model.layers.{layer}"
        attended = _attention(g, s, layer, g.norm(x, f"{at}.input_layernorm.weight", f"layers.{layer}/attn_norm"))
        x = g.op("Add", x, attended, name=f"layers.{layer}/resid_mid")
        x = g.op(
            "Add",
            x,
            _mlp(g, layer, g.norm(x, f"{at}.post_attention_layernorm.weight", f"layers.{layer}/mlp_norm")),
            name=f"layers.{layer}/resid_out",
        )
    g.linear(g.norm(x, "model.norm.weight", "norm"), "model.embed_tokens.weight", "logits")

    def ints(name, *dims):
        return helper.make_tensor_value_info(name, TensorProto.INT64, dims)

    def cache(kind, length):
        return [
            helper.make_tensor_value_info(
                f"{kind}.{i}.{part}", TensorProto.FLOAT, ["batch", s.num_key_value_heads, length, s.head_dim]
            )
            for i in range(s.num_hidden_layers)
            for part in ("key", "value")
        ]

    graph = helper.make_graph(
        g.nodes,
        "coder",
        [
            ints("input_ids", "batch", "seq"),
            ints("attention_mask", "batch", "total"),
            ints("position_ids", "batch", "seq"),
            *cache("past_key_values", "past"),
        ],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "seq", s.vocab_size]),
            *cache("present", "total"),
        ],
        list(g.constants.values()),
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="tokenscope-training"
    )
