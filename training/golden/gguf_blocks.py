"""`python -m training.golden.gguf_blocks`: random blocks of every type of tensor that is read from GGUF files, and the
digests of the weights that gguf-py makes of them, in test/golden/gguf/blocks.json.
"""

import base64
import hashlib
import json

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

from training.paths import GOLDEN

SEED = 1
WEIGHTS = 512
# Where the halves are that scale a block: bytes from its start. A random one may be infinite or no number.
SCALES: dict[str, list[int]] = {
    "F32": [],
    "F16": [0],
    "BF16": [],
    "Q4_0": [0],
    "Q4_1": [0, 2],
    "Q5_0": [0],
    "Q5_1": [0, 2],
    "Q8_0": [0],
    "Q2_K": [80, 82],
    "Q3_K": [108],
    "Q4_K": [0, 2],
    "Q5_K": [0, 2],
    "Q6_K": [208],
    "IQ4_NL": [0],
    "IQ4_XS": [0],
    "MXFP4": [],
}


def random_blocks(name: str, random: np.random.Generator) -> np.ndarray:
    block, size = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
    blocks = random.integers(0, 256, (WEIGHTS // block, size), dtype=np.uint8)
    for at in SCALES[name]:
        # Both signs, zero and subnormal numbers; never the last exponent.
        blocks[:, at + 1] = np.where((blocks[:, at + 1] & 0x7C) == 0x7C, blocks[:, at + 1] ^ 0x40, blocks[:, at + 1])
    if name == "F32":
        return random.standard_normal(WEIGHTS).astype(np.float32).view(np.uint8).reshape(WEIGHTS, 4)
    if name == "BF16":
        blocks[:, 1] = np.where((blocks[:, 1] & 0x7F) == 0x7F, blocks[:, 1] ^ 0x40, blocks[:, 1])
    if name == "MXFP4":
        blocks[:8, 0] = [0, 1, 2, 3, 127, 250, 253, 254]
    return blocks


def golden(name: str, random: np.random.Generator) -> dict:
    blocks = random_blocks(name, random)
    with np.errstate(over="ignore"):
        weights = dequantize(blocks.reshape(-1), GGMLQuantizationType[name]).astype(np.float32)
    assert weights.size == WEIGHTS and not np.isnan(weights).any()
    return {
        "type": int(GGMLQuantizationType[name]),
        "blocks": base64.b64encode(blocks.tobytes()).decode(),
        "first": [float(weight) if np.isfinite(weight) else None for weight in weights.reshape(-1)[:4]],
        "sha256": hashlib.sha256(weights.tobytes()).hexdigest(),
    }


def main() -> None:
    random = np.random.default_rng(SEED)
    path = GOLDEN / "gguf" / "blocks.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({name: golden(name, random) for name in SCALES}, indent=1) + "\n")
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
