"""`python -m training.bench.llama FILE --threads N [--floats]`: the processor time that llama.cpp takes for a GGUF file.

`npm run bench -- gguf` compares with it. Reads lists of token ids as a JSON list on standard input, and prints for each
list the seconds of this process, all threads together, that it takes to read the list (`read`) and to go on by a token
(`token`, of 16). With `--floats` the file is first written anew with its weights as 32-bit floats: beside blocks
llama.cpp rounds what it multiplies with.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from training.golden.gguf_files import dequantized
from training.golden.llama_server import LlamaServer

TOKENS = 16


def seconds(server: LlamaServer, ids: list[int], count: int, cached: bool = False) -> float:
    options = {"temperature": 0, "ignore_eos": True, "cache_prompt": cached}
    began = time.process_time()
    server.post("/completion", {"prompt": ids, "n_predict": count, **options})
    return time.process_time() - began


def measure(path: Path, threads: int) -> list[dict[str, float]]:
    server = LlamaServer(path, threads=threads)
    lists = json.load(sys.stdin)
    seconds(server, lists[0], 1)
    rows = []
    for ids in lists:
        read = seconds(server, ids, 1)
        # All but the list's last token is known by now.
        rows.append({"read": read, "token": seconds(server, ids, TOKENS, cached=True) / TOKENS})
    return rows


def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("file", type=Path)
    parse.add_argument("--threads", type=int, required=True)
    parse.add_argument("--floats", action="store_true")
    a = parse.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = a.file
        if a.floats:
            path = Path(folder) / "floats.gguf"
            dequantized(a.file, path)
        print(json.dumps(measure(path, a.threads)))


if __name__ == "__main__":
    main()
