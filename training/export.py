"""Model folders: writing one, comparing it with PyTorch and transformers, and replacing the old one."""

import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from training import weights
from training.bpe import END
from training.graph import build
from training.model import Coder, Shape

TOKENS, WINDOW, CHUNK = 10_000, 1000, 64
LIMIT = 1e-4


def files(folder: Path, state: dict[str, torch.Tensor], s: Shape, tokenizer_files: Path, extra: dict) -> None:
    """Writes all files of a model folder. `extra` is added to tokenscope.json after the start token."""
    weights.write(folder / "model.safetensors", {name: t.float().numpy() for name, t in state.items()})
    (folder / "config.json").write_text(
        json.dumps(
            {
                "architectures": ["LlamaForCausalLM"],
                "model_type": "llama",
                **s.dict(),
                "head_dim": s.head_dim,
                "hidden_act": "silu",
                "attention_bias": False,
                "mlp_bias": False,
                "tie_word_embeddings": True,
                "bos_token_id": None,
                "eos_token_id": 0,
                "pad_token_id": None,
                "rope_parameters": {"rope_type": "default", "rope_theta": s.rope_theta},
                "dtype": "float32",
                "use_cache": True,
            },
            indent=2,
        )
        + "\n"
    )
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": 0, "do_sample": False}, indent=2) + "\n")
    (folder / "tokenscope.json").write_text(json.dumps({"start": END, **extra}, indent=2) + "\n")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tokenizer_files / name, folder / name)
    model = build(s, folder / "model.safetensors")
    onnx.save(model, folder / "model.onnx")
    onnx.checker.check_model(str(folder / "model.onnx"), full_check=True)


def feed(s: Shape, ids: np.ndarray, past: list[np.ndarray] | None) -> dict:
    batch, seq = ids.shape
    past = past or [np.zeros((batch, s.num_key_value_heads, 0, s.head_dim), np.float32)] * (2 * s.num_hidden_layers)
    before = past[0].shape[2]
    named = {f"past_key_values.{i // 2}.{('key', 'value')[i % 2]}": p for i, p in enumerate(past)}
    return {
        "input_ids": ids,
        "attention_mask": np.ones((batch, before + seq), np.int64),
        "position_ids": np.broadcast_to(np.arange(before, before + seq), (batch, seq)).astype(np.int64),
        **named,
    }


def log_softmax(x: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.asarray(x)).double().log_softmax(-1)


def check(folder: Path, s: Shape, texts: list[str], joined: bool) -> dict[str, float]:
    """Fails if PyTorch, ONNX Runtime and transformers do not agree within LIMIT. Returns the largest differences in
    nats on held-out text: of the log-probabilities of the next tokens, and (`all*`) of those of all entries of the
    vocabulary, which differ most for the least likely. `joined`: TOKENS tokens in windows, else each text separately.
    """
    began = time.time()
    session = ort.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    result = {"loadSeconds": round(time.time() - began, 3)}
    from transformers import AutoModelForCausalLM, AutoTokenizer

    published = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ours = Coder(s).eval()
    ours.load_state_dict(load_file(folder / "model.safetensors"))
    bpe = Tokenizer.from_file(str(folder / "tokenizer.json"))
    rows = [[0, *bpe.encode(t).ids] for t in texts]
    if joined:
        ids = [i for row in rows for i in row][: TOKENS + 1]
        rows = [ids[start : start + WINDOW + 1] for start in range(0, TOKENS, WINDOW)]
    named = AutoTokenizer.from_pretrained(folder)
    assert all(named(t, add_special_tokens=False)["input_ids"] == bpe.encode(t).ids for t in texts), (
        "transformers cuts the text differently"
    )
    maxima = dict.fromkeys(
        ("onnxWhole", "onnxChunks", "transformers", "allOnnxWhole", "allOnnxChunks", "allTransformers"), 0.0
    )
    for ids in rows:
        row = np.array([ids[:-1]], dtype=np.int64)
        with torch.no_grad():
            reference = log_softmax(ours(torch.from_numpy(row)))
            other = log_softmax(published(torch.from_numpy(row)).logits)
        whole = log_softmax(session.run(["logits"], feed(s, row, None))[0])
        parts, past = [], None
        for at in range(0, row.shape[1], CHUNK):
            logits, *past = session.run(None, feed(s, row[:, at : at + CHUNK], past))
            parts.append(logits)
        chunks = log_softmax(np.concatenate(parts, 1))
        target = torch.tensor(ids[1:])[None, :, None]
        for name, value in (("OnnxWhole", whole), ("OnnxChunks", chunks), ("Transformers", other)):
            apart = (value - reference).abs()
            maxima["all" + name] = max(maxima["all" + name], apart.max().item())
            came = apart.gather(2, target)
            name = name[0].lower() + name[1:]
            maxima[name] = max(maxima[name], came.max().item())
    assert max(maxima[name] for name in ("onnxWhole", "onnxChunks", "transformers")) <= LIMIT, (
        f"the three do not agree: {maxima}"
    )
    return {**result, "tokens": sum(len(ids) - 1 for ids in rows), **maxima}


def publish(fresh: Path, folder: Path) -> None:
    """The graph holds offsets into the weights, so it is moved last."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(fresh.iterdir(), key=lambda f: f.name == "model.onnx"):
        os.replace(file, folder / file.name)
    fresh.rmdir()
