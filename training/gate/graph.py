"""The encoder up to its delete gate as an ONNX graph that holds its weights: `input_ids` int64 [batch, length], no
padding, -> `gate` float [batch, length], the gate's values from `sigmoid_mask_scale` (deleted) to 0 (kept).
"""

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper

from training.gate.model import GateShape, buckets
from training.graph import Graph


class OwnWeights(Graph):
    """A graph that holds its weights, by the names of the checkpoint."""

    def __init__(self, tensors: dict[str, np.ndarray]) -> None:
        super().__init__({}, "")
        self.tensors = tensors

    def weight(self, name: str) -> str:
        return self.const(name, self.tensors[name])


def _bias(g: OwnWeights, s: GateShape) -> None:
    """ "bias" [heads, length, length]: of each distance up to the farthest that T5 tells apart."""
    most = s.relative_attention_max_distance
    relative = buckets(torch.arange(-most, most + 1), s, both_ways=True).numpy()
    table = g.tensors["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"][relative]
    length = g.op("Gather", g.op("Shape", "input_ids", name="bias/ids_shape"), "one", name="bias/length", axis=0)
    places = g.op("Range", "zero", length, "one", name="bias/places")
    after = g.op("Sub", places, g.op("Unsqueeze", places, "axis1", name="bias/queries"), name="bias/after")
    near = g.op(
        "Clip", after, g.const("bias/least", np.int64(-most)), g.const("bias/most", np.int64(most)), name="bias/near"
    )
    rows = g.op("Add", near, "bias/most", name="bias/rows")
    found = g.op("Gather", g.const("bias/table", table), rows, name="bias/found", axis=0)
    g.op("Transpose", found, name="bias", perm=[2, 0, 1])


def _heads(g: OwnWeights, x: str, name: str, perm: list[int]) -> str:
    return g.op("Transpose", g.op("Reshape", x, "split", name=f"{name}/split"), name=f"{name}/heads", perm=perm)


def _softmax1(g: OwnWeights, scores: str, p: str) -> str:
    """Of scores and one more, of 0, whose weight goes nowhere."""
    most = g.op("Max", g.op("ReduceMax", scores, name=f"{p}/highest", axes=[-1], keepdims=1), "none", name=f"{p}/most")
    parts = g.op("Exp", g.op("Sub", scores, most, name=f"{p}/less"), name=f"{p}/parts")
    rest = g.op("Exp", g.op("Neg", most, name=f"{p}/minus"), name=f"{p}/rest")
    total = g.op("ReduceSum", parts, "last", name=f"{p}/total", keepdims=1)
    return g.op("Div", parts, g.op("Add", total, rest, name=f"{p}/all"), name=f"{p}/looks")


def _attention(g: OwnWeights, s: GateShape, at: str, p: str, x: str) -> str:
    def projected(part: str, perm: list[int]) -> str:
        return _heads(g, g.linear(x, f"{at}.{part}.weight", f"{p}/{part}"), f"{p}/{part}", perm)

    products = g.op("MatMul", projected("q", [0, 2, 1, 3]), projected("k", [0, 2, 3, 1]), name=f"{p}/products")
    scores = g.op("Add", products, "bias", name=f"{p}/scores")
    softmax = _softmax1(g, scores, p) if s.use_softmax1 else g.op("Softmax", scores, name=f"{p}/looks", axis=-1)
    mixed = g.op("MatMul", softmax, projected("v", [0, 2, 1, 3]), name=f"{p}/mixed")
    rows = g.op("Transpose", mixed, name=f"{p}/mixed_rows", perm=[0, 2, 1, 3])
    return g.linear(g.op("Reshape", rows, "join", name=f"{p}/joined"), f"{at}.o.weight", f"{p}/out")


def _gelu(g: OwnWeights, x: str, p: str) -> str:
    """By tanh, as ByT5 has it: 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))."""
    cube = g.op("Mul", g.op("Mul", x, x, name=f"{p}/square"), x, name=f"{p}/cube")
    inner = g.op("Add", x, g.op("Mul", cube, "gelu/cube", name=f"{p}/cube_part"), name=f"{p}/inner")
    tanh = g.op("Tanh", g.op("Mul", inner, "gelu/root", name=f"{p}/rooted"), name=f"{p}/tanh")
    half = g.op("Mul", x, "gelu/half", name=f"{p}/half")
    return g.op("Mul", half, g.op("Add", tanh, "unit", name=f"{p}/turned"), name=f"{p}/gelu")


def _feed_forward(g: OwnWeights, at: str, p: str, x: str) -> str:
    opened = _gelu(g, g.linear(x, f"{at}.wi_0.weight", f"{p}/wi_0"), p)
    return g.linear(
        g.op("Mul", opened, g.linear(x, f"{at}.wi_1.weight", f"{p}/wi_1"), name=f"{p}/gated"),
        f"{at}.wo.weight",
        f"{p}/out",
    )


def build(s: GateShape, tensors: dict[str, np.ndarray]) -> onnx.ModelProto:
    """`tensors`: float32, of the checkpoint; those after the gate are left out."""
    g = OwnWeights(tensors)
    for name, value in (("zero", 0), ("one", 1), ("axis1", [1]), ("last", [-1])):
        g.const(name, np.array(value, np.int64))
    g.const("split", np.array([0, 0, s.num_heads, s.d_kv]))
    g.const("join", np.array([0, 0, s.num_heads * s.d_kv]))
    numbers = {"eps": s.layer_norm_epsilon, "none": 0.0, "unit": 1.0, "scale": s.sigmoid_mask_scale}
    gelu = {"gelu/cube": 0.044715, "gelu/root": np.sqrt(2 / np.pi), "gelu/half": 0.5}
    for name, number in (numbers | gelu).items():
        g.const(name, np.float32(number))
    _bias(g, s)
    x = g.op("Gather", g.weight("shared.weight"), "input_ids", name="embed", axis=0)
    for layer in range(s.delete_gate_layer):
        at, p = f"encoder.block.{layer}.layer", f"blocks.{layer}"
        own = g.norm(x, f"{at}.0.layer_norm.weight", f"{p}/attn_norm")
        attended = _attention(g, s, f"{at}.0.SelfAttention", f"{p}/attn", own)
        x = g.op("Add", x, attended, name=f"{p}/resid_mid")
        own = g.norm(x, f"{at}.1.layer_norm.weight", f"{p}/mlp_norm")
        x = g.op("Add", x, _feed_forward(g, f"{at}.1.DenseReluDense", f"{p}/mlp", own), name=f"{p}/resid_out")
    at = f"encoder.block.{s.delete_gate_layer}.delete_gate"
    if s.gate_layer_norm:
        x = g.norm(x, f"{at}.layer_norm.weight", "gate/norm")
    z = g.op(
        "Add",
        g.linear(x, f"{at}.feed_forward.weight", "gate/linear"),
        g.weight(f"{at}.feed_forward.bias"),
        name="gate/z",
    )
    deletes = g.op("Sigmoid", g.op("Neg", z, name="gate/minus"), name="gate/deletes")
    g.op("Squeeze", g.op("Mul", deletes, "scale", name="gate/scaled"), "last", name="gate")
    graph = helper.make_graph(
        g.nodes,
        "delete_gate",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "length"])],
        [helper.make_tensor_value_info("gate", TensorProto.FLOAT, ["batch", "length"])],
        list(g.constants.values()),
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="tokenscope-training"
    )
