"""`python -m training.coder.baselines`: bits of the held-out files by `xz -9e`, `zstd -19` with a dictionary, and a
5-gram model.

The results go to the work folder, for the report. The dictionary and the 5-gram model are made from the whole training
text, as the model is; the 5-gram model counts the model's own tokens.
"""

import json
import lzma

import numpy as np
import zstandard
from tokenizers import Tokenizer

from training.coder import heldout
from training.coder.kneser_ney import ORDER, KneserNey
from training.paths import MODEL, WORK

DICTIONARY = 1 << 20  # bytes: ten times what `zstd --train` makes by default
START = 0


def _stream(tokenizer: Tokenizer) -> tuple[np.ndarray, list[bytes]]:
    """All training tokens, with the start tokens of the 5-gram model, and every fifth training file for the
    dictionary.
    """
    parts, samples = [], []
    with open(WORK / "corpus" / "train.jsonl") as lines:
        while batch := [json.loads(line)["text"] for _, line in zip(range(500), lines)]:
            for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
                parts.append(np.array([START] * (ORDER - 1) + encoding.ids, dtype=np.int32))
            samples += [text.encode() for text in batch[::5]]
    return np.concatenate(parts), samples


def main() -> None:
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    stream, samples = _stream(tokenizer)
    dictionary = zstandard.train_dictionary(DICTIONARY, samples, level=19)
    del samples
    compressor = zstandard.ZstdCompressor(level=19, dict_data=dictionary, write_content_size=False, write_dict_id=False)
    print(f"dictionary of {len(dictionary.as_bytes())} bytes", flush=True)
    ngram = KneserNey(stream, START, tokenizer.get_vocab_size())
    print(f"5-grams: {len(ngram.levels[-1].keys)} different ones in {len(stream)} tokens", flush=True)

    def bits(text: str) -> dict[str, float]:
        raw = text.encode()
        return {
            "xz": 8 * len(lzma.compress(raw, format=lzma.FORMAT_XZ, preset=9 | lzma.PRESET_EXTREME)),
            "zstd": 8 * len(compressor.compress(raw)),
            "ngram": ngram.bits(tokenizer.encode(text, add_special_tokens=False).ids),
        }

    heldout.write("baselines", bits)


if __name__ == "__main__":
    main()
