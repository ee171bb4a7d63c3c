"""`python -m training.sae.activations`: computes the middle residual of models/coder on code, once, in the work folder.

Writes `sae/train.f16` (pieces of training files in random order) and `sae/heldout.f16` (the held-out files), float16
[tokens, 256], and next to each a `.json` with the number of tokens. The start token and the first token of each window
are excluded, because no later token resembles them.
"""

import argparse
import json
import random
import time
from collections.abc import Iterable, Iterator

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from training.model import Coder, Shape
from training.paths import MODEL, WORK

# After two of the four layers. TransformerLens's name; the same tensor is blocks.2.hook_resid_pre.
HOOK, LAYER = "blocks.1.hook_resid_post", 1
FOLDER = WORK / "sae"
WINDOW = 1024  # including the start token, as in the extension
SKIP = 2  # positions of a window that are excluded: the start token and the first token
ROWS = 16


def coder() -> Coder:
    model = Coder(Shape()).eval()
    model.load_state_dict(load_file(MODEL / "model.safetensors"))
    return model


def tokenizer() -> Tokenizer:
    bpe = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    bpe.encode_special_tokens = True
    return bpe


def files(split: str) -> list[dict]:
    with open(WORK / "corpus" / f"{split}.jsonl") as lines:
        return [json.loads(line) for line in lines]


def residual(model: Coder, ids: torch.Tensor) -> torch.Tensor:
    """ids [rows, length] -> the residual stream after block LAYER [rows, length, hidden]."""
    x = model.model.embed_tokens(ids)
    cos, sin = model.cos[: ids.shape[1]], model.sin[: ids.shape[1]]
    for layer in model.model.layers[: LAYER + 1]:
        x = layer(x, cos, sin)
    return x


def rest(model: Coder, x: torch.Tensor) -> torch.Tensor:
    """The residual stream at the hook -> logits: the part of the model after `residual`."""
    cos, sin = model.cos[: x.shape[1]], model.sin[: x.shape[1]]
    for layer in model.model.layers[LAYER + 1 :]:
        x = layer(x, cos, sin)
    return torch.nn.functional.linear(model.model.norm(x), model.model.embed_tokens.weight)


def train_pieces(seed: int) -> Iterator[list[int]]:
    """Windows of the training files, from the start of a random line of each file; files in random order,
    repeatedly.
    """
    draw, bpe, all_files = random.Random(seed), tokenizer(), files("train")
    while True:
        draw.shuffle(all_files)
        for f in all_files:
            text = f["text"]
            if len(text) > 5000:
                start = draw.randrange(len(text) - 4000)
                text = text[text.find("\n", start) + 1 :][:5000]
            ids = bpe.encode(text, add_special_tokens=False).ids[: WINDOW - 1]
            if len(ids) > 8:
                yield [0, *ids]


def heldout_pieces() -> Iterator[list[int]]:
    """All held-out files, each in consecutive windows."""
    bpe = tokenizer()
    for f in files("heldout"):
        ids = bpe.encode(f["text"], add_special_tokens=False).ids
        for at in range(0, len(ids), WINDOW - 1):
            yield [0, *ids[at : at + WINDOW - 1]]


@torch.no_grad()
def captured(model: Coder, pieces: Iterable[list[int]]) -> Iterator[list[tuple[list[int], np.ndarray]]]:
    """Each piece and its residuals [length, hidden], including the start token; computed in padded batches."""
    batch = []

    def run() -> list[tuple[list[int], np.ndarray]]:
        ids = torch.zeros(len(batch), max(map(len, batch)), dtype=torch.long)
        for row, piece in zip(ids, batch):
            row[: len(piece)] = torch.tensor(piece)
        x = residual(model, ids).numpy()
        return [(piece, x[i, : len(piece)]) for i, piece in enumerate(batch)]

    for piece in pieces:
        batch.append(piece)
        if len(batch) == ROWS:
            yield run()
            batch = []
    if batch:
        yield run()


def write(name: str, pieces: Iterable[list[int]], limit: int) -> None:
    model, done, began = coder(), 0, time.time()
    with open(FOLDER / f"{name}.f16.part", "wb") as out:
        for i, group in enumerate(captured(model, pieces)):
            for _, x in group:
                kept = x[SKIP:].astype(np.float16)
                assert np.isfinite(kept).all()
                out.write(kept.tobytes())
                done += len(kept)
            if i % 20 == 0:
                print(f"{name} {done} of {limit} tokens, {done / (time.time() - began):.0f} a second", flush=True)
            if done >= limit:
                break
    (FOLDER / f"{name}.f16.part").rename(FOLDER / f"{name}.f16")
    (FOLDER / f"{name}.json").write_text(json.dumps({"tokens": done, "hook": HOOK}) + "\n")


def read(name: str) -> np.ndarray:
    """float16 [tokens, hidden], memory-mapped."""
    return np.memmap(FOLDER / f"{name}.f16", np.float16, "r").reshape(-1, Shape().hidden_size)


def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("--tokens", type=int, default=2_100_000)
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--threads", type=int, default=2)
    a = parse.parse_args()
    torch.set_num_threads(a.threads)
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not (FOLDER / "heldout.f16").exists():
        write("heldout", heldout_pieces(), 10**9)
    write("train", train_pieces(a.seed), a.tokens)


if __name__ == "__main__":
    main()
