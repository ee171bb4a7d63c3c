"""`python -m training.golden.gguf_files smollm2=FILE gemma3=FILE`: what llama.cpp makes of published GGUF files, which
are not committed, in test/golden/gguf/files.json. `npm run prove -- ggufFiles` compares, given the same files.
"""

import hashlib
import json
import re
import struct
import sys
import tempfile
from pathlib import Path

import gguf
import numpy as np
from gguf.quants import dequantize

from training.golden.llama_server import LlamaServer
from training.golden.tokens import fuzz_strings
from training.paths import GOLDEN

OUT = GOLDEN / "gguf" / "files.json"
SEED, COUNT, BATCH = 20_000, 4_000, 500
TOKENS, EVERY = 300, 5
TEXTS = ["python.py.txt", "scripts.md.txt", "typescript.ts.txt"]
# SmolLM2 has no tokens for these bytes. llama.cpp merges nothing across them, Rust `tokenizers` does.
LACKING = re.compile("[\x04\x06\x13\x14\x16\x1d\U00040000-\U0010ffff]")


def strings() -> list[str]:
    return [LACKING.sub("", text) for text in fuzz_strings(SEED, COUNT)]


def digest(server: LlamaServer, texts: list[str]) -> str:
    result = hashlib.sha256()
    for text in texts:
        ids = server.tokenize(text)
        result.update(struct.pack(f"<{1 + len(ids)}I", len(ids), *ids))
    return result.hexdigest()


def dequantized(path: Path, to: Path) -> None:
    """The same file with 32-bit floats: llama.cpp would round activations beside blocks."""
    reader = gguf.GGUFReader(path)
    writer = gguf.GGUFWriter(to, reader.fields["general.architecture"].contents())
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        of = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), field.types[0], sub_type=of)
    for tensor in reader.tensors:
        weights = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        writer.add_tensor(tensor.name, weights.reshape(tensor.shape[::-1]))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def scores(path: Path, starts: list[int]) -> dict:
    """Of the text's first tokens: the likeliest next token everywhere, the likeliest three with their log-probabilities
    at some.
    """
    with tempfile.TemporaryDirectory() as folder:
        floats = Path(folder) / "floats.gguf"
        dequantized(path, floats)
        server = LlamaServer(floats)
        ids = starts + server.tokenize((GOLDEN / "texts" / TEXTS[0]).read_bytes().decode())[:TOKENS]
        rows = [server.likeliest(ids[: row + 1], 3) for row in range(len(ids))]
        del server
    return {
        "ids": ids,
        "likeliest": [row[0][0] for row in rows],
        "rows": list(range(0, len(ids), EVERY)),
        "three": [[[token, round(logprob, 5)] for token, logprob in row] for row in rows[::EVERY]],
    }


def golden(path: Path) -> dict:
    fields = gguf.GGUFReader(path).fields
    starts = fields.get("tokenizer.ggml.add_bos_token")
    start = [int(fields["tokenizer.ggml.bos_token_id"].contents())] if starts and starts.contents() else []
    scored = scores(path, start)
    server = LlamaServer(path)
    texts = [(GOLDEN / "texts" / name).read_bytes().decode() for name in TEXTS]
    fuzzed = strings()
    return {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "texts": digest(server, texts),
        **scored,
        "fuzzed": [digest(server, fuzzed[start : start + BATCH]) for start in range(0, COUNT, BATCH)],
    }


def main() -> None:
    known = json.loads(OUT.read_text()) if OUT.exists() else {}
    for argument in sys.argv[1:]:
        name, path = argument.split("=", 1)
        known[name] = golden(Path(path))
    body = ",\n".join(
        f" {json.dumps(name)}: {{\n"
        + ",\n".join(f"  {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in found.items())
        + "\n }"
        for name, found in known.items()
    )
    OUT.write_text(f"{{\n{body}\n}}\n")


if __name__ == "__main__":
    main()
