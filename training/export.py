"""`python -m training.export`: the newest checkpoint as models/coder, checked against PyTorch and transformers before it takes the old one's place."""
import json
import os
import shutil
import time

import numpy as np
import onnx
import onnxruntime as ort
import torch
from safetensors.torch import load_file

from . import weights
from .data import tokenizer
from .graph import build
from .model import Coder, Shape
from .paths import MODEL, WORK
from .tokenizer import END, MIDDLE, PREFIX, SUFFIX

TOKENS, WINDOW, CHUNK = 10_000, 1000, 64
LIMIT = 1e-4


def files(folder, state: dict[str, torch.Tensor], s: Shape) -> None:
    """Everything the folder needs, and nothing twice."""
    weights.write(folder / "model.safetensors", {name: t.float().numpy() for name, t in state.items()})
    (folder / "config.json").write_text(json.dumps({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", **s.dict(), "head_dim": s.head_dim, "hidden_act": "silu",
        "attention_bias": False, "mlp_bias": False, "tie_word_embeddings": True, "bos_token_id": None, "eos_token_id": 0, "pad_token_id": None,
        "rope_parameters": {"rope_type": "default", "rope_theta": s.rope_theta}, "dtype": "float32", "use_cache": True}, indent=2) + "\n")
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": 0, "do_sample": False}, indent=2) + "\n")
    (folder / "tokenscope.json").write_text(json.dumps({
        "start": END,
        "fim": {"psm": f"{PREFIX}{{prefix}}{SUFFIX}{{suffix}}{MIDDLE}", "spm": f"{PREFIX}{SUFFIX}{{suffix}}{MIDDLE}{{prefix}}", "end": [END], "cuts": "character"},
        "report": "REPORT.md"}, indent=2) + "\n")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(WORK / "tokenizer" / name, folder / name)
    model = build(s, folder / "model.safetensors")
    onnx.save(model, folder / "model.onnx")
    onnx.checker.check_model(str(folder / "model.onnx"), full_check=True)


def feed(s: Shape, ids: np.ndarray, past: list[np.ndarray] | None) -> dict:
    batch, seq = ids.shape
    past = past or [np.zeros((batch, s.num_key_value_heads, 0, s.head_dim), np.float32)] * (2 * s.num_hidden_layers)
    before = past[0].shape[2]
    named = {f"past_key_values.{i // 2}.{('key', 'value')[i % 2]}": p for i, p in enumerate(past)}
    return {"input_ids": ids, "attention_mask": np.ones((batch, before + seq), np.int64),
            "position_ids": np.broadcast_to(np.arange(before, before + seq), (batch, seq)).astype(np.int64), **named}


def log_softmax(x: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.asarray(x)).double().log_softmax(-1)


def check(folder, s: Shape) -> dict[str, float]:
    """
    The largest differences in nats, on held-out text: over the log-probabilities of the tokens that came next, and
    (`all*`) over those of every entry of the vocabulary, of which the unlikeliest differ most.
    """
    began = time.time()
    session = ort.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    result = {"loadSeconds": round(time.time() - began, 3)}
    from transformers import AutoModelForCausalLM, AutoTokenizer
    published = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ours = Coder(s).eval()
    ours.load_state_dict(load_file(folder / "model.safetensors"))
    with open(WORK / "corpus" / "heldout.jsonl") as lines:
        texts = [json.loads(line)["text"] for _, line in zip(range(40), lines)]
    ids = [i for t in texts for i in [0, *tokenizer().encode(t).ids]][:TOKENS + 1]
    named = AutoTokenizer.from_pretrained(folder)
    assert all(named(t, add_special_tokens=False)["input_ids"] == tokenizer().encode(t).ids for t in texts), "transformers cuts the text differently"
    maxima = {name: 0.0 for name in ("onnxWhole", "onnxChunks", "transformers", "allOnnxWhole", "allOnnxChunks", "allTransformers")}
    for start in range(0, TOKENS, WINDOW):
        row = np.array([ids[start:start + WINDOW]], dtype=np.int64)
        with torch.no_grad():
            reference = log_softmax(ours(torch.from_numpy(row)))
            other = log_softmax(published(torch.from_numpy(row)).logits)
        whole = log_softmax(session.run(["logits"], feed(s, row, None))[0])
        parts, past = [], None
        for at in range(0, row.shape[1], CHUNK):
            logits, *past = session.run(None, feed(s, row[:, at:at + CHUNK], past))
            parts.append(logits)
        chunks = log_softmax(np.concatenate(parts, 1))
        target = torch.from_numpy(np.array(ids[start + 1:start + 1 + row.shape[1]]))[None, :, None]
        for name, value in (("OnnxWhole", whole), ("OnnxChunks", chunks), ("Transformers", other)):
            apart = (value - reference).abs()
            maxima["all" + name] = max(maxima["all" + name], apart.max().item())
            came = apart[:, :target.shape[1]].gather(2, target)
            name = name[0].lower() + name[1:]
            maxima[name] = max(maxima[name], came.max().item())
    return {**result, "tokens": TOKENS, **maxima}


def main() -> None:
    s = Shape()
    fresh = MODEL.with_name("coder.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    files(fresh, load_file(WORK / "coder" / "model.safetensors"), s)
    result = check(fresh, s)
    print(json.dumps(result))
    assert max(result["onnxWhole"], result["onnxChunks"], result["transformers"]) <= LIMIT, "the three do not agree"
    step = json.loads((WORK / "coder" / "step.json").read_text())
    (WORK / "coder" / "export.json").write_text(json.dumps({**result, "step": step["step"]}) + "\n")
    # With the weights beside it, what the next run begins from (`coder --init models/coder`).
    (fresh / "step.json").write_text(json.dumps(step, indent=1) + "\n")
    MODEL.mkdir(parents=True, exist_ok=True)
    # Weights and graph belong together: the graph holds offsets into the weights.
    for file in sorted(fresh.iterdir(), key=lambda f: f.name == "model.onnx"):
        os.replace(file, MODEL / file.name)
    fresh.rmdir()
    print(f"models/coder: step {step['step']}, {step['tokens']} tokens, " + ", ".join(f"{f.name} {f.stat().st_size}" for f in sorted(MODEL.iterdir())))


if __name__ == "__main__":
    main()
