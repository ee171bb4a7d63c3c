"""`python -m training.golden.scores`: the scores of every token of test/golden/texts, by PyTorch in float64 from the
float32 weights, in test/golden/scores.json.
"""

import hashlib
import json

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from training.coder.windows import CONTEXT, windows
from training.model import Coder, Shape
from training.paths import GOLDEN, MODEL

TOP = 3


@torch.no_grad()
def score(model: Coder, tokenizer: Tokenizer, text: str) -> dict:
    tokenizer.encode_special_tokens = True
    encoded = tokenizer.encode(text, add_special_tokens=False)
    ids, start = encoded.ids, tokenizer.token_to_id("<|endoftext|>")
    rows: dict[str, list] = {"logprob": [], "entropy": [], "rank": [], "context": [], "top": []}
    starts = windows(encoded.tokens, CONTEXT)
    for w in starts:
        target = torch.tensor(ids[w : w + CONTEXT])
        logits = model(torch.tensor([[start, *ids[w : w + CONTEXT - 1]]])[:, : len(target)])[0]
        log = logits.double().log_softmax(-1)
        own = log.gather(1, target[:, None])
        rank = 1 + (logits > logits.gather(1, target[:, None])).sum(1)
        entropy = -(log.exp() * log).sum(1)
        top = log.topk(TOP).indices
        # tokens that an earlier window has scored keep their scores
        for i in range(len(rows["rank"]) - w, len(target)):
            rows["logprob"].append(round(own[i].item(), 7))
            rows["entropy"].append(round(entropy[i].item(), 7))
            rows["rank"].append(rank[i].item())
            rows["context"].append(i)
            rows["top"].append(top[i].tolist())
    return {
        "tokens": len(ids),
        "windows": starts,
        "bits": round(-sum(rows["logprob"]) / 0.6931471805599453, 4),
        "ids": ids,
        **rows,
    }


def main() -> None:
    model = Coder(Shape()).eval().double()
    weights = MODEL / "model.safetensors"
    model.load_state_dict({name: t.double() for name, t in load_file(weights).items()})
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    texts = {path.name: path for path in sorted((GOLDEN / "texts").glob("*.txt"))}
    result = {name: score(model, tokenizer, path.read_bytes().decode()) for name, path in texts.items()}
    fmt = (
        "PyTorch scores, computed in float64 from the float32 weights, of texts/*, windowed: with C = 1024, window "
        "[w, w + C) is fed the start token and t_w .. t_{w+C-2} and scores t_w .. t_{w+C-1}; the next window starts "
        "at the first token i with w + C/2 <= i < w + C whose previous token's bytes contain 0x0A, else at w + C/2, "
        "until the end is covered; a token keeps the score of the first window that covers it. logprob and entropy "
        "in nats; rank: 1 + how many ids are likelier; context = index - w; top: the three likeliest ids; windows: "
        "every w; bits: the sum of -logprob in bits. start: the id of <|endoftext|>."
    )
    head = {
        "format": fmt,
        "model": "models/coder",
        "modelSha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "context": CONTEXT,
        "start": tokenizer.token_to_id("<|endoftext|>"),
    }
    body = ",\n".join(
        f"  {json.dumps(name)}: {{\n"
        + ",\n".join(f"   {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in one.items())
        + "\n  }"
        for name, one in result.items()
    )
    (GOLDEN / "scores.json").write_text(
        "{\n"
        + "".join(f" {json.dumps(k)}: {json.dumps(v)},\n" for k, v in head.items())
        + f' "texts": {{\n{body}\n }}\n}}\n'
    )
    for name, one in result.items():
        print(
            name,
            one["tokens"],
            "tokens,",
            one["windows"],
            f"{one['bits'] / len(texts[name].read_bytes()):.4f} bits per byte",
        )


if __name__ == "__main__":
    main()
