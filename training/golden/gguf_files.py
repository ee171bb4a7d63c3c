"""`python -m training.golden.gguf_files smollm2=FILE gemma3=FILE`: what llama.cpp makes of published GGUF files, which
are not committed, in test/golden/gguf/files.json. `npm run prove -- ggufFiles` compares, given the same files.
"""

import hashlib
import json
import re
import struct
import sys
from pathlib import Path

from training.golden.llama_server import LlamaServer
from training.golden.tokens import fuzz_strings
from training.paths import GOLDEN

OUT = GOLDEN / "gguf" / "files.json"
SEED, COUNT, BATCH = 20_000, 4_000, 500
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


def golden(path: Path) -> dict:
    server = LlamaServer(path)
    texts = [(GOLDEN / "texts" / name).read_bytes().decode() for name in TEXTS]
    fuzzed = strings()
    return {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "texts": digest(server, texts),
        "fuzzed": [digest(server, fuzzed[start : start + BATCH]) for start in range(0, COUNT, BATCH)],
    }


def main() -> None:
    known = json.loads(OUT.read_text()) if OUT.exists() else {}
    for argument in sys.argv[1:]:
        name, path = argument.split("=", 1)
        known[name] = golden(Path(path))
    OUT.write_text(json.dumps(known, indent=1) + "\n")


if __name__ == "__main__":
    main()
