"""`python -m training.gate.export`: the trained gate as models/gate; what it costs on held-out text, in REPORT.md."""

import json
import random
import shutil

import torch
from safetensors.torch import load_file

from training.export import publish
from training.gate.data import NOISE, SPAN, batch, texts
from training.gate.folder import LAYOUT, LIMIT, apart, ids_of, write
from training.gate.model import MrT5
from training.gate.train import SHAPE, SHORT, TOKENS, folder, loss_of
from training.paths import GOLDEN, REPO
from training.reporting import table

OUT = REPO / "models" / "gate"
NAME = "Tokenscope’s small gate"
ABOUT = "ours, trained on the text of Tokenscope’s repository; not a published MrT5"
BATCHES, ROWS = 25, 8
TEXTS = ("python.py.txt", "typescript.ts.txt", "scripts.md.txt")


def load(target: float) -> tuple[MrT5, dict]:
    model = MrT5(SHAPE).eval()
    model.load_state_dict(load_file(folder(target) / "model.safetensors"))
    return model, json.loads((folder(target) / "step.json").read_text())


@torch.no_grad()
def heldout(model: MrT5, deletes: str, length: int) -> tuple[float, float]:
    """Nats for each byte of the targets, and the share of the inputs that is deleted."""
    _, text = texts()
    losses, shares = [], []
    for i in range(BATCHES):
        loss, gate = loss_of(model, *batch(random.Random(f"held out {i}"), text, ROWS, length), deletes)
        losses.append(loss.item())
        shares.append((gate <= SHAPE.deletion_threshold).float().mean().item())
    return sum(losses) / BATCHES, sum(shares) / BATCHES


@torch.no_grad()
def deleted(model: MrT5, text: bytes) -> float:
    gate = model.gate(torch.tensor([ids_of(text[: TOKENS - 1])]))
    return (gate[:, :-1] <= SHAPE.deletion_threshold).float().mean().item()


def report(model: MrT5, step: dict, furthest: float) -> str:
    size = sum(p.numel() for p in model.parameters())
    compared = [
        ("softly, as in training", model, "softly"),
        ("wholly: taken out", model, "wholly"),
        ("nothing, though trained with a gate", model, "nothing"),
    ]
    without = ""
    if (folder(0.0) / "model.safetensors").exists():
        other, before = load(0.0)
        assert before["step"] == step["step"], "the model without a gate has other steps"
        compared.append(("nothing, the model that was trained without a gate", other, "nothing"))
        without = "The model without a gate had the same seed and as many steps (`gate.train --rate 0`).\n"
    rows = []
    for length in (SHORT, TOKENS):
        for words, own, deletes in compared:
            loss, share = heldout(own, deletes, length)
            rows.append([length, words, f"{loss:.3f}", "–" if deletes == "nothing" else f"{100 * share:.1f} %"])
    found = [[f"`{name}`", f"{100 * deleted(model, (GOLDEN / 'texts' / name).read_bytes()):.0f} %"] for name in TEXTS]
    minutes, target, s = step["seconds"] / 60, 100 * step["settings"]["rate"], SHAPE
    share = round(100 * NOISE)
    steps, bytes = (f"{step[name]:,}" for name in ("step", "bytes"))
    return f"""# The built-in delete gate

Ours: an MrT5 (arXiv:2410.20771) of {size:,} parameters, trained by `python -m training.gate.train` on {bytes} bytes of
this repository's own sources and pages, in {steps} steps of 4,096 bytes ({minutes:.0f} minutes on one core). It has
{s.num_layers} encoder layers, the gate after {s.delete_gate_layer} of them, and {s.num_decoder_layers} decoder layers;
`gate.onnx` holds the encoder up to the gate. It is no published MrT5, and under the licence of Tokenscope.

Spans of bytes were to be filled in, as ByT5's are: {share} % of each row, in spans of {SPAN} bytes on average. A
controller steered the rate of deletion to {target:.0f} %, that of the published models; the paper's abstract has
sequences that are shorter by up to 75 %.

Held-out files of the repository, nats for each byte to fill in, by bytes of a row and by what is deleted:

{table(["row", "deleted", "nats", "of the inputs"], rows)}
{without}Nine tenths of the training had rows of {SHORT} bytes: what is farther away was seen in the last tenth alone.

Deleted of the first {TOKENS - 1:,} bytes of texts that are in no training:

{table(["text in test/golden/texts", "deleted"], found)}
The graph's values differ from PyTorch's in float64 by {furthest:.1e} at most, beside a scale of 30.
"""


def main() -> None:
    torch.set_num_threads(1)
    model, step = load(0.5)
    fresh = OUT.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    about = {"name": NAME, "about": ABOUT, "tokens": TOKENS}
    write(fresh, model, {**LAYOUT, **vars(SHAPE)}, about, {"report": "REPORT.md"})
    rows = [ids_of((GOLDEN / "texts" / name).read_bytes()[: TOKENS - 1]) for name in TEXTS]
    furthest = apart(fresh, model, [*rows, ids_of(b"a"), ids_of(b"")])
    assert furthest <= LIMIT, f"ONNX Runtime differs from PyTorch by {furthest:.1e}"
    (fresh / "REPORT.md").write_text(report(model, step, furthest))
    publish(fresh, OUT)
    print((OUT / "REPORT.md").read_text())


if __name__ == "__main__":
    main()
