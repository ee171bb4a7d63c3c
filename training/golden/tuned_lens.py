"""`python -m training.golden.tuned_lens`: what the tuned lens of test/golden/tuned-lens reads in models/stories260K, by
transformers in float64, in test/golden/tuned-lens/golden.json.

The lens is made by `python -m training.tuned_lens.train models/stories260K test/golden/tuned-lens`. Make this again
after either changed.
"""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from training.golden.layers import rounded
from training.paths import GOLDEN, REPO
from training.tuned_lens.convert import convert
from training.tuned_lens.lens import CONFIG, PICKLE, WEIGHTS
from training.tuned_lens.train import Ladder, sampled

MODEL, FOLDER = REPO / "models" / "stories260K", GOLDEN / "tuned-lens"
# In no training: those of the trainings begin at 1,000,003.
TOKENS, SEED = 96, 5


def check_conversion(tensors: dict[str, torch.Tensor]) -> None:
    """A pickle in the published layout becomes the same tensors."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(FOLDER / CONFIG, folder)
        torch.save(tensors, Path(folder) / PICKLE)
        found = load_file(convert(Path(folder)))
    assert list(found) == sorted(tensors) and all(torch.equal(found[name], t) for name, t in tensors.items())


@torch.no_grad()
def main() -> None:
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float64).eval()
    stored = load_file(FOLDER / WEIGHTS)
    check_conversion(stored)
    tensors = {name: tensor.double() for name, tensor in stored.items()}
    layers = model.config.num_hidden_layers
    ladder = Ladder(model, *([tensors[f"{i}.{part}"] for i in range(layers)] for part in ("weight", "bias")))
    all_ids = sampled(model, 1, TOKENS + 1, SEED)
    ids, targets = all_ids[:, :-1], all_ids[0, 1:]
    states, own = ladder.states(ids)
    # After each block; after the last one nothing is translated.
    read = [ladder.read(h, i)[0] for i, h in enumerate(states) if i > 0] + [own[0]]
    top = [each.max(-1) for each in read]
    result = {
        "modelSha256": hashlib.sha256((MODEL / "model.safetensors").read_bytes()).hexdigest(),
        "lensSha256": hashlib.sha256((FOLDER / WEIGHTS).read_bytes()).hexdigest(),
        "ids": ids[0].tolist(),
        "targets": targets.tolist(),
        "lens": {
            "top": [each.indices.tolist() for each in top],
            "topLogprob": [rounded(each.values.numpy()) for each in top],
            "logprob": [rounded(each.gather(-1, targets[:, None])[:, 0].numpy()) for each in read],
        },
        # Nats from the model, after each block but the last.
        "divergence": [
            {"logit": float(f"{logit:.7g}"), "tuned": float(f"{tuned:.7g}")}
            for logit, tuned in ladder.divergences(ids)[1:]
        ],
    }
    lines = ",\n".join(f" {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in result.items())
    (FOLDER / "golden.json").write_text("{\n" + lines + "\n}\n")
    print(result["divergence"])


if __name__ == "__main__":
    main()
