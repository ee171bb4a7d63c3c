"""`python -m training.tuned_lens.train MODEL OUT`: a tuned lens for a small model of transformers, by a short training
on text that the model itself writes, or with `--corpus FOLDER` on the sources there.

The loss is the paper's: the divergence KL(model || lens) of what each translator predicts from what the model does,
here minimised by Adam. MODEL is left as it is. Prints the divergence by layer on other text of the model, of the logit
lens and of this one; `--text FILE` adds that on a text.
"""

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel

from training.tuned_lens.lens import CONFIG, TYPE, Refused, translated, write

ROWS, LENGTH = 8, 256
# So many rows are drawn at once, and serve so many steps.
POOL, POOL_STEPS = 64, 25
# The last norm and the head of Llama and its relatives, of GPT-2, and of GPT-NeoX.
READOUTS = (
    ("model.norm", "lm_head"),
    ("transformer.ln_f", "lm_head"),
    ("gpt_neox.final_layer_norm", "embed_out"),
)


def start_of(model: PreTrainedModel) -> int:
    """The token before a text: the end of a text, the first where there are several, if the model has no other."""
    for ids in (model.config.bos_token_id, model.config.eos_token_id):
        first = ids[0] if isinstance(ids, list) and ids else ids
        if isinstance(first, int):
            return first
    raise Refused('The model has no token to begin a text with: set "bos_token_id" in its config.json')


def readout_of(model: PreTrainedModel) -> tuple[nn.Module, nn.Module]:
    """The last norm and the head, which make logits of a state."""
    modules = dict(model.named_modules())
    for norm, head in READOUTS:
        if norm in modules and head in modules:
            return modules[norm], modules[head]
    places = ", ".join(f"{norm} and {head}" for norm, head in READOUTS)
    raise Refused(f"{type(model).__name__} is not supported: its last norm and its head are none of {places}")


def weights_of(folder: Path) -> Path:
    """The file whose digest names the model in a lens."""
    path = folder / "model.safetensors"
    if path.exists():
        return path
    raise Refused(
        f'{path} is missing. MODEL is a folder with the weights in one file: load others with transformers, and save '
        'them with save_pretrained(FOLDER, max_shard_size="1TB")'
    )


@torch.no_grad()
def sampled(model: PreTrainedModel, rows: int, length: int, seed: int) -> Tensor:
    """Ids [rows, length] that the model writes at temperature 1, the start token first."""
    draw = torch.Generator().manual_seed(seed)
    ids, past = torch.full((rows, 1), start_of(model)), None
    while ids.shape[1] < length:
        answer = model(ids if past is None else ids[:, -1:], past_key_values=past, use_cache=True)
        past = answer.past_key_values
        ids = torch.cat([ids, torch.multinomial(answer.logits[:, -1].softmax(-1), 1, generator=draw)], 1)
    return ids


def divergence(logprobs: Tensor, target: Tensor) -> Tensor:
    """KL(target || logprobs) in nats, [...] of log-probabilities [..., vocabulary]."""
    return (target.exp() * (target - logprobs)).sum(-1)


class Ladder:
    """A model's layers as a lens reads them."""

    def __init__(self, model: PreTrainedModel, weights: list[Tensor], biases: list[Tensor]) -> None:
        self.model, self.weights, self.biases = model, weights, biases
        self.norm, self.head = readout_of(model)

    @torch.no_grad()
    def states(self, ids: Tensor) -> tuple[list[Tensor], Tensor]:
        """What goes into each block, [rows, length, width], and the model's log-probabilities."""
        answer = self.model(ids, output_hidden_states=True, use_cache=False)
        # The last one is what comes after the last norm.
        return list(answer.hidden_states[:-1]), answer.logits.log_softmax(-1)

    def read(self, h: Tensor, i: int | None = None) -> Tensor:
        """Log-probabilities of a state, by translator i or by none."""
        state = h if i is None else translated(h, self.weights[i], self.biases[i])
        return self.head(self.norm(state)).log_softmax(-1)

    @torch.no_grad()
    def divergences(self, ids: Tensor) -> list[tuple[float, float]]:
        """Of what goes into each block: of the logit lens and of this one, means in nats."""
        states, target = self.states(ids)
        return [
            tuple(divergence(self.read(h, by), target).mean().item() for by in (None, i)) for i, h in enumerate(states)
        ]


def drawn(ids: Tensor, start: int, rows: int, length: int, seed: int) -> Tensor:
    """Ids [rows, length] from places of a text, the start token first."""
    draw = torch.Generator().manual_seed(seed)
    places = torch.randint(len(ids) - length + 1, (rows,), generator=draw).tolist()
    return torch.stack([torch.cat([torch.tensor([start]), ids[at : at + length - 1]]) for at in places])


def train(model: PreTrainedModel, steps: int, rate: float, seed: int, corpus: Tensor | None = None) -> Ladder:
    """On a text's ids, or where there is none on what the model writes."""
    layers, width = model.config.num_hidden_layers, model.config.hidden_size
    weights = [torch.zeros(width, width, requires_grad=True) for _ in range(layers)]
    biases = [torch.zeros(width, requires_grad=True) for _ in range(layers)]
    adam = torch.optim.Adam([*weights, *biases], lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    ladder, began = Ladder(model, weights, biases), time.time()
    for step in range(steps):
        if step % POOL_STEPS == 0:
            at_step = (POOL, LENGTH, seed * 1_000_003 + step)
            pool = sampled(model, *at_step) if corpus is None else drawn(corpus, start_of(model), *at_step)
            print(f"step {step}, {time.time() - began:.0f} s", flush=True)
        at = ROWS * step % POOL
        states, target = ladder.states(pool[at : at + ROWS])
        adam.zero_grad()
        # One layer after the other: only one has its logits in memory.
        for i, h in enumerate(states):
            divergence(ladder.read(h, i), target).mean().backward()
        adam.step()
        schedule.step()
    return ladder


def make_lens(a: argparse.Namespace) -> None:
    weights = weights_of(a.model)
    model = AutoModelForCausalLM.from_pretrained(a.model, dtype=torch.float32).eval().requires_grad_(False)
    corpus = None
    if a.corpus:
        tokenizer = AutoTokenizer.from_pretrained(a.model)
        texts = [path.read_text() for path in sorted(a.corpus.rglob("*")) if path.suffix in (".py", ".ts")]
        corpus = torch.tensor([i for each in texts for i in tokenizer(each, add_special_tokens=False)["input_ids"]])
    ladder = train(model, a.steps, a.rate, a.seed, corpus)
    tensors = {
        f"{i}.{part}": each[i].to(torch.float16 if a.half else torch.float32)
        for i in range(len(ladder.weights))
        for part, each in (("weight", ladder.weights), ("bias", ladder.biases))
    }
    a.out.mkdir(parents=True, exist_ok=True)
    settings = {
        "steps": str(a.steps),
        "rate": str(a.rate),
        "seed": str(a.seed),
        "rows": str(ROWS),
        "length": str(LENGTH),
    }
    by = f"training.tuned_lens.train, on {'text of the model' if corpus is None else a.corpus.name}"
    write(a.out, tensors, {"format": "pt", "trained_by": by, **settings})
    config = {
        "base_model_name_or_path": a.model.resolve().name,
        "d_model": model.config.hidden_size,
        "num_hidden_layers": model.config.num_hidden_layers,
        "bias": True,
        "base_model_revision": "sha256:" + hashlib.sha256(weights.read_bytes()).hexdigest(),
        "unembed_hash": None,
        "lens_type": TYPE,
    }
    (a.out / CONFIG).write_text(json.dumps(config, indent=2) + "\n")
    texts = {"text of the model": sampled(model, ROWS, LENGTH, a.seed * 1_000_003 - 1)}
    if a.text:
        ids = AutoTokenizer.from_pretrained(a.model)(a.text.read_text(), add_special_tokens=False)["input_ids"]
        texts[a.text.name] = torch.tensor([[start_of(model), *ids[: 2 * LENGTH]]])
    for name, ids in texts.items():
        print(f"{name}, nats from the model's own prediction, by what goes into each block:")
        for i, (logit, tuned) in enumerate(ladder.divergences(ids)):
            print(f"  block {i}: logit lens {logit:.3f}, tuned lens {tuned:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.tuned_lens.train")
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rate", type=float, default=1e-2, help="of Adam, at first; less for wider models")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, help="train on the .py and .ts files of this folder instead")
    parser.add_argument("--text", type=Path)
    parser.add_argument("--half", action="store_true", help="store the translators as 16-bit floats")
    a = parser.parse_args()
    torch.set_num_threads(1)
    try:
        make_lens(a)
    except Refused as error:
        sys.exit(f"{error}.")


if __name__ == "__main__":
    main()
