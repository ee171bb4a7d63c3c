"""llama.cpp's own server on loopback, in this process, for test/prove/servers.prove.ts and its recorded answers.

    python training/golden/serve_llama.py MODEL.gguf [--port 18080] [--context 4096] [--threads 2]

Needs `pip install xllamacpp`. Prints its address; runs until it is interrupted.
"""

import argparse
import time

import xllamacpp


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--port", type=int, default=18080)
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--float-cache", action="store_true", help="keys and values in 32 bits, no flash attention")
    options = parser.parse_args()
    params = xllamacpp.CommonParams()
    params.model.path = options.model
    params.port = options.port
    params.n_ctx = options.context
    params.n_parallel = 1
    params.warmup = False
    params.cpuparams.n_threads = options.threads
    params.cpuparams_batch.n_threads = options.threads
    if options.float_cache:
        # As ggml_type and llama_flash_attn_type number them; the default is 16 bits.
        params.cache_type_k = params.cache_type_v = 0
        params.flash_attn_type = 0
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
