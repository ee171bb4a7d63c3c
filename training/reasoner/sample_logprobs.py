"""`python -m training.reasoner.sample_logprobs`: log-probabilities of the traces of samples/traces.jsonl, in
samples/logprobs.jsonl.

The format is that of OpenAI's completions, as a server of the built-in reasoning model would answer: the
log-probability of each token, and the five most likely ones.
"""

import json

import torch

from training.paths import REASONER, REPO
from training.reasoner.train import END, load, tokenizer

TOP = 5


def main() -> None:
    t, model = tokenizer(), load(REASONER / "base" / "model.safetensors")

    def spelled(i):
        return t.id_to_token(i) if i == END else t.decode([i])

    lines = []
    for line in (REPO / "samples" / "traces.jsonl").read_text().splitlines():
        row = json.loads(line)
        text = next(v["solution"] for v in row.values() if isinstance(v, dict))
        before, ids = [END, *t.encode(row["question"] + "\n").ids], t.encode(text).ids
        with torch.no_grad():
            logprobs = model(torch.tensor([before + ids]))[0, len(before) - 1 : -1].double().log_softmax(-1)
        top = logprobs.topk(TOP)
        lines.append(
            {
                "object": "text_completion",
                "model": "reasoner",
                "prompt": row["question"] + "\n",
                "choices": [
                    {
                        "index": 0,
                        "text": text,
                        "finish_reason": "stop",
                        "logprobs": {
                            "tokens": [spelled(i) for i in ids],
                            "token_logprobs": [round(float(logprobs[k, i]), 5) for k, i in enumerate(ids)],
                            "top_logprobs": [
                                {spelled(int(i)): round(float(p), 5) for i, p in zip(top.indices[k], top.values[k])}
                                for k in range(len(ids))
                            ],
                        },
                    }
                ],
            }
        )
    (REPO / "samples" / "logprobs.jsonl").write_text(
        "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    )
    print(len(lines), "traces")


if __name__ == "__main__":
    main()
