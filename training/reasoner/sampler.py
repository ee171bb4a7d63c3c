"""Many continuations of one prefix at once: the keys and values of the prefix are computed once and shared by all its
rows.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from training.model import Coder, rotate

END = 0  # the id of <|endoftext|>


def _qkv(model: Coder, layer, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """x [rows, length, width] to q, k, v [rows, heads, length, head]."""
    a, (rows, length, _) = layer.self_attn, x.shape
    normed = layer.input_layernorm(x)
    q, k, v = (
        f(normed).view(rows, length, -1, model.s.head_dim).transpose(1, 2) for f in (a.q_proj, a.k_proj, a.v_proj)
    )
    return rotate(q, cos, sin), rotate(k, cos, sin), v


@torch.no_grad()
def prefill(model: Coder, ids: Tensor) -> tuple[list[tuple[Tensor, Tensor]], Tensor]:
    """ids [groups, length], padded on the right. Keys and values of each layer [groups, heads, length, head], and the
    logits.
    """
    x, cache = model.model.embed_tokens(ids), []
    cos, sin = model.cos[: ids.shape[1]], model.sin[: ids.shape[1]]
    for layer in model.model.layers:
        q, k, v = _qkv(model, layer, x, cos, sin)
        cache.append((k, v))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + layer.self_attn.o_proj(mixed.transpose(1, 2).flatten(2))
        x = x + layer.mlp(layer.post_attention_layernorm(x))
    return cache, F.linear(model.model.norm(x), model.model.embed_tokens.weight)


@torch.no_grad()
def continuations(
    model: Coder,
    ids: Tensor,
    last: Tensor,
    place: Tensor,
    new: int,
    temperature: float,
    generator: torch.Generator,
    cache: list[tuple[Tensor, Tensor]] | None = None,
) -> list[list[int]]:
    """ids [groups, length]: the shared prefixes. Row (g, n) of the flattened result continues ids[g, :place[g, n]]
    followed by the token last[g, n], for at most `new` tokens, or to END, which is included. temperature 0: the most
    likely token. place and last: [groups, rows].
    """
    cache = cache or prefill(model, ids)[0]
    groups, rows = last.shape
    heads, head, length = model.s.num_attention_heads, model.s.head_dim, ids.shape[1]
    out, alive = [[] for _ in range(groups * rows)], torch.arange(groups * rows)
    place, token = place.reshape(-1), last.reshape(-1)
    own = [torch.empty(2, groups * rows, heads, new, head) for _ in cache]
    hidden = (torch.arange(length) >= place[:, None]).view(groups, 1, rows, length)
    running = torch.ones(groups * rows, dtype=torch.bool)
    for step in range(new):
        count = len(token)
        at = place + step
        cos, sin = model.cos[at][:, None, None], model.sin[at][:, None, None]
        x = model.model.embed_tokens(token)[:, None]
        for layer, (keys, values), mine in zip(model.model.layers, cache, own):
            q, k, v = _qkv(model, layer, x, cos, sin)
            mine[0, :, :, step : step + 1], mine[1, :, :, step : step + 1] = k, v
            q = q * head**-0.5
            grouped = q.view(groups, count // groups, heads, head).transpose(1, 2)
            before = (
                (grouped @ keys.transpose(2, 3))
                .masked_fill(hidden, -1e30)
                .transpose(1, 2)
                .reshape(count, heads, 1, length)
            )
            scores = torch.cat([before, q @ mine[0, :, :, : step + 1].transpose(2, 3)], -1).softmax(-1)
            far = scores[..., :length].view(groups, count // groups, heads, length).transpose(1, 2) @ values
            mixed = (
                far.transpose(1, 2).reshape(count, heads, 1, head) + scores[..., length:] @ mine[1, :, :, : step + 1]
            )
            x = x + layer.self_attn.o_proj(mixed.reshape(count, 1, -1))
            x = x + layer.mlp(layer.post_attention_layernorm(x))
        logits = F.linear(model.model.norm(x[:, 0]), model.model.embed_tokens.weight)
        if temperature == 0:
            token = logits.argmax(-1)
        else:
            token = (
                (logits / temperature).softmax(-1) / torch.empty_like(logits).exponential_(generator=generator)
            ).argmax(-1)
        for row, t, on in zip(alive.tolist(), token.tolist(), running.tolist()):
            if on:
                out[row].append(t)
        running &= token != END
        left = int(running.sum())
        if left == 0:
            break
        # Rows of a single prefix are dropped when they end; with several prefixes the rows stay rectangular.
        if groups == 1 and left < 0.8 * count:
            alive, token, place, hidden = alive[running], token[running], place[running], hidden[:, :, running]
            for layer, mine in enumerate(own):
                own[layer] = mine.new_empty(2, left, *mine.shape[2:])
                own[layer][:, :, :, : step + 1] = mine[:, running, :, : step + 1]
            running = running[running]
    return out


def samples(
    model: Coder,
    prompts: list[list[int]],
    rows: int,
    new: int,
    temperature: float,
    generator: torch.Generator,
    block: int = 1024,
) -> list[list[list[int]]]:
    """`rows` continuations of every prompt; prompts of similar length form a batch."""
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    out: list[list[list[int]]] = [[] for _ in prompts]
    step = max(1, block // rows)
    for start in range(0, len(order), step):
        part = order[start : start + step]
        width = max(len(prompts[i]) for i in part)
        ids = torch.tensor([prompts[i] + [END] * (width - len(prompts[i])) for i in part])
        place = torch.tensor([[len(prompts[i]) - 1] * rows for i in part])
        last = torch.tensor([[prompts[i][-1]] * rows for i in part])
        made = continuations(model, ids, last, place, new, temperature, generator)
        for g, i in enumerate(part):
            out[i] = made[g * rows : (g + 1) * rows]
    return out


@torch.no_grad()
def check() -> None:
    """Compares with whole forward passes: greedy continuations of several prefixes of several prompts, and the
    frequencies of sampled first tokens.
    """
    from training.model import Shape

    torch.manual_seed(1)
    model = Coder(
        Shape(
            vocab_size=64,
            hidden_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=2,
            intermediate_size=64,
            max_position_embeddings=128,
        )
    ).eval()
    for p in model.parameters():
        p.mul_(4) if p.ndim == 2 else None
    ids = torch.randint(1, 64, (3, 20))
    place = torch.randint(0, 19, (3, 5))
    last = torch.randint(1, 64, (3, 5))
    for groups in (slice(0, 3), slice(1, 2)):
        made = continuations(model, ids[groups], last[groups], place[groups], 12, 0, torch.Generator())
        for r, new in enumerate(made):
            g, n = r // 5 + (groups.start or 0), r % 5
            row = [*ids[g, : place[g, n]].tolist(), last[g, n].item()]
            for token in new:
                assert model(torch.tensor([row]))[0, -1].argmax().item() == token
                row.append(token)
            assert END not in new[:-1] and (len(new) == 12 or new[-1] == END)
    rows = 20_000
    made = continuations(
        model,
        ids[:1],
        last[:1, :1].expand(1, rows),
        place[:1, :1].expand(1, rows),
        1,
        1.0,
        torch.Generator().manual_seed(1),
    )
    share = torch.bincount(torch.tensor([m[0] for m in made]), minlength=64) / rows
    p = model(torch.tensor([[*ids[0, : place[0, 0]].tolist(), last[0, 0].item()]]))[0, -1].softmax(-1)
    assert ((share - p).abs() <= 5 * (p * (1 - p) / rows).sqrt() + 1e-4).all()
    print("sampler: all checks passed")


if __name__ == "__main__":
    check()
