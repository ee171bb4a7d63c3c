"""llama.cpp as an oracle: its server, in this process, by the package `xllamacpp`, on a port of the loopback."""

import importlib.metadata
import json
import socket
import time
import urllib.request
from pathlib import Path

import xllamacpp

BUILD = importlib.metadata.version("xllamacpp")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class LlamaServer:
    def __init__(self, path: Path, context: int = 1024, threads: int = 2):
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.hostnames = ["127.0.0.1"]
        params.port = free_port()
        params.n_ctx = context
        params.n_parallel = 1
        params.n_gpu_layers = 0
        params.warmup = False
        params.fit_params = False
        # No half precision but in GELU, which is a table of it.
        params.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_F32
        params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
        self.server = xllamacpp.Server(params)
        self.address = f"http://127.0.0.1:{params.port}"
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.address}/health").read()
                return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError(f"no server at {self.address}")

    def post(self, path: str, body: dict) -> dict:
        request = urllib.request.Request(
            self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def tokenize(self, text: str) -> list[int]:
        """Text that looks like a special token is text."""
        return self.post("/tokenize", {"content": text, "add_special": False, "parse_special": False})["tokens"]

    def likeliest(self, ids: list[int], count: int) -> list[tuple[int, float]]:
        """The likeliest next tokens after the ids, with their log-probabilities, the likeliest first."""
        body = {
            "prompt": ids,
            "n_predict": 1,
            "n_probs": count,
            "temperature": 1,
            "top_k": 0,
            "top_p": 1,
            "min_p": 0,
            "cache_prompt": True,
        }
        [answer] = self.post("/completion", body)["completion_probabilities"]
        return [(each["id"], each["logprob"]) for each in answer["top_logprobs"]][:count]

    def next_logprobs(self, ids: list[int], vocab: int) -> list[float]:
        """Of every token after the ids."""
        found = dict(self.likeliest(ids, vocab))
        return [found[token] for token in range(vocab)]
