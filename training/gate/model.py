"""MrT5 in PyTorch (Kallini et al. 2024, arXiv:2410.20771): ByT5 with a delete gate in its encoder, which later layers
see as an additive mask on the keys that it deletes.

The tensors have the names of the published checkpoints. What the paper leaves open follows `modeling_mrt5.py` of
jkallini/mrt5, read and not copied: the gate stands before block `delete_gate_layer`, so after as many blocks; it is
T5's norm, a linear layer to one number z and `sigmoid_mask_scale * sigmoid(-z)`; a byte stays where that is above
`deletion_threshold`; attention divides by 1 more than the sum (`use_softmax1`); cross-attention is masked, too.
"""

import math
from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Ids of ByT5: byte b is b + OFFSET; sentinels of spans follow the bytes.
PAD, END, OFFSET = 0, 1, 3
SENTINEL = OFFSET + 256
# Added to what is hidden for good.
HIDDEN = -1e9


@dataclass(frozen=True)
class GateShape:
    """Fields of config.json."""

    d_model: int
    d_kv: int
    d_ff: int
    num_heads: int
    num_layers: int
    num_decoder_layers: int
    # The encoder's blocks before the gate.
    delete_gate_layer: int = 3
    vocab_size: int = 384
    sigmoid_mask_scale: float = -30.0
    deletion_threshold: float = -15.0
    gate_layer_norm: bool = True
    use_softmax1: bool = True
    relative_attention_num_buckets: int = 32
    relative_attention_max_distance: int = 128
    layer_norm_epsilon: float = 1e-6

    @staticmethod
    def of(config: dict) -> "GateShape":
        """Of a config.json; other fields are left out. T5's own defaults hold where it does not say them."""
        return GateShape(**{f.name: config[f.name] for f in fields(GateShape) if config.get(f.name) is not None})


class Norm(nn.Module):
    """T5's: no mean is taken off, and nothing is added."""

    def __init__(self, s: GateShape) -> None:
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(s.d_model)), s.layer_norm_epsilon

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps)


def buckets(relative: Tensor, s: GateShape, both_ways: bool) -> Tensor:
    """T5's bucket of how far a key is after a query: one for each near distance, then ever wider ones."""
    count, past = s.relative_attention_num_buckets, torch.zeros_like(relative)
    if both_ways:
        count //= 2
        past, distance = (relative > 0).long() * count, relative.abs()
    else:
        distance = (-relative).clamp(min=0)
    near = count // 2
    far = torch.log(distance.clamp(min=1).float() / near) / math.log(s.relative_attention_max_distance / near)
    far = (near + (far * (count - near)).long()).clamp(max=count - 1)
    return past + torch.where(distance < near, distance, far)


class Attention(nn.Module):
    """Scores are not scaled, as in T5. The first block of a stack has the biases of relative positions of all."""

    def __init__(self, s: GateShape, has_bias: bool) -> None:
        super().__init__()
        self.s, inner = s, s.num_heads * s.d_kv
        self.q, self.k, self.v = (nn.Linear(s.d_model, inner, bias=False) for _ in range(3))
        self.o = nn.Linear(inner, s.d_model, bias=False)
        if has_bias:
            self.relative_attention_bias = nn.Embedding(s.relative_attention_num_buckets, s.num_heads)

    def bias(self, queries: int, keys: int, both_ways: bool) -> Tensor:
        """[1, heads, queries, keys]"""
        relative = torch.arange(keys)[None] - torch.arange(queries)[:, None]
        return self.relative_attention_bias(buckets(relative, self.s, both_ways)).permute(2, 0, 1)[None]

    def forward(self, x: Tensor, others: Tensor, bias: Tensor) -> Tensor:
        def heads(y: Tensor) -> Tensor:
            return y.unflatten(-1, (self.s.num_heads, self.s.d_kv)).transpose(1, 2)

        keys, values = heads(self.k(others)), heads(self.v(others))
        if self.s.use_softmax1:
            # As softmax with one more score, of 0, whose weight goes nowhere.
            keys, values, bias = F.pad(keys, (0, 0, 0, 1)), F.pad(values, (0, 0, 0, 1)), F.pad(bias, (0, 1))
        looks = (heads(self.q(x)) @ keys.mT + bias).softmax(-1)
        return self.o((looks @ values).transpose(1, 2).flatten(2))


class Attending(nn.Module):
    def __init__(self, s: GateShape, name: str, has_bias: bool = False) -> None:
        super().__init__()
        self.name, self.layer_norm = name, Norm(s)
        self.add_module(name, Attention(s, has_bias))

    @property
    def attention(self) -> Attention:
        return self.get_submodule(self.name)

    def forward(self, x: Tensor, bias: Tensor, others: Tensor | None = None) -> Tensor:
        own = self.layer_norm(x)
        return x + self.attention(own, own if others is None else others, bias)


class FeedForward(nn.Module):
    def __init__(self, s: GateShape) -> None:
        super().__init__()
        self.layer_norm, self.DenseReluDense = Norm(s), nn.Module()
        for name in ("wi_0", "wi_1"):
            self.DenseReluDense.add_module(name, nn.Linear(s.d_model, s.d_ff, bias=False))
        self.DenseReluDense.wo = nn.Linear(s.d_ff, s.d_model, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        own, dense = self.layer_norm(x), self.DenseReluDense
        return x + dense.wo(F.gelu(dense.wi_0(own), approximate="tanh") * dense.wi_1(own))


class DeleteGate(nn.Module):
    def __init__(self, s: GateShape) -> None:
        super().__init__()
        self.scale = s.sigmoid_mask_scale
        self.layer_norm = Norm(s) if s.gate_layer_norm else nn.Identity()
        self.feed_forward = nn.Linear(s.d_model, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, length], from `scale`, which deletes, to 0, which keeps."""
        return self.scale * torch.sigmoid(-self.feed_forward(self.layer_norm(x))[..., 0])


class Block(nn.Module):
    def __init__(self, s: GateShape, index: int, decodes: bool = False) -> None:
        super().__init__()
        self.layer = nn.ModuleList([Attending(s, "SelfAttention", index == 0)])
        if decodes:
            self.layer.append(Attending(s, "EncDecAttention"))
        self.layer.append(FeedForward(s))
        if not decodes and index == s.delete_gate_layer:
            self.delete_gate = DeleteGate(s)


class Stack(nn.Module):
    def __init__(self, s: GateShape, layers: int, decodes: bool = False) -> None:
        super().__init__()
        self.block = nn.ModuleList(Block(s, i, decodes) for i in range(layers))
        self.final_layer_norm = Norm(s)

    def bias(self, length: int, both_ways: bool) -> Tensor:
        return self.block[0].layer[0].attention.bias(length, length, both_ways)


class MrT5(nn.Module):
    def __init__(self, s: GateShape) -> None:
        super().__init__()
        self.s, self.shared = s, nn.Embedding(s.vocab_size, s.d_model)
        self.encoder, self.decoder = Stack(s, s.num_layers), Stack(s, s.num_decoder_layers, decodes=True)
        self.lm_head = nn.Linear(s.d_model, s.vocab_size, bias=False)

    def before_gate(self, ids: Tensor) -> Tensor:
        """What the gate reads, [batch, length, d_model]."""
        x, bias = self.shared(ids), self.encoder.bias(ids.shape[1], both_ways=True)
        for block in self.encoder.block[: self.s.delete_gate_layer]:
            x = block.layer[1](block.layer[0](x, bias))
        return x

    def gate(self, ids: Tensor) -> Tensor:
        """The gate's values of ids [batch, length]."""
        return self.encoder.block[self.s.delete_gate_layer].delete_gate(self.before_gate(ids))

    def forward(self, ids: Tensor, targets: Tensor, deletes: str = "softly") -> tuple[Tensor, Tensor]:
        """Logits [batch, length of the targets, vocabulary] of each target after those before it, and the gate's
        values. `deletes`: "softly", as in training; "wholly", what is deleted is not seen at all; "nothing".
        """
        x = self.before_gate(ids)
        gate = self.encoder.block[self.s.delete_gate_layer].delete_gate(x)
        hard = torch.where(gate > self.s.deletion_threshold, 0.0, HIDDEN)
        mask = {"softly": gate, "wholly": hard, "nothing": torch.zeros_like(gate)}[deletes][:, None, None]
        bias = self.encoder.bias(ids.shape[1], both_ways=True) + mask
        for block in self.encoder.block[self.s.delete_gate_layer :]:
            x = block.layer[1](block.layer[0](x, bias))
        memory = self.encoder.final_layer_norm(x)
        before = F.pad(targets[:, :-1], (1, 0), value=PAD)
        length = before.shape[1]
        later = torch.full((length, length), HIDDEN).triu(1)
        y, own = self.shared(before), self.decoder.bias(length, both_ways=False) + later
        for block in self.decoder.block:
            y = block.layer[2](block.layer[1](block.layer[0](y, own), mask, memory))
        return self.lm_head(self.decoder.final_layer_norm(y)), gate
