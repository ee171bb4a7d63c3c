"""`python -m training.coder.tokenizer`: a byte-level BPE of 8,192 entries from the training text, as tokenizer.json and tokenizer_config.json."""
import json
import random
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from training.paths import WORK

SIZE = 8192
SAMPLE_BYTES = 30_000_000
END, PREFIX, SUFFIX, MIDDLE = SPECIALS = ["<|endoftext|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"]
# Qwen2's cut: words with one sign before them, single digits, runs of signs, line ends with the space before them.
SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
FOLDER = WORK / "tokenizer"


def sample() -> list[str]:
    """Whole files in a fixed random order until there is enough: one file weighs what it weighs, so the languages keep their shares."""
    with open(WORK / "corpus" / "train.jsonl") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    random.Random(1).shuffle(texts)
    chosen, size = [], 0
    for text in texts:
        chosen.append(text)
        size += len(text)
        if size >= SAMPLE_BYTES:
            break
    return chosen


def make(texts: list[str], size: int, specials: list[str], folder: Path, context: int) -> Tokenizer:
    """Trains a byte-level BPE and writes the two files of a model folder."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, special_tokens=specials, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "add_prefix_space": False, "clean_up_tokenization_spaces": False, "eos_token": END, "model_max_length": context,
        "tokenizer_class": "PreTrainedTokenizerFast"}, indent=2) + "\n")
    return tokenizer


def main() -> None:
    tokenizer = make(sample(), SIZE, SPECIALS, FOLDER, 1024)
    texts = sample()[:200]
    tokens = sum(len(e.ids) for e in tokenizer.encode_batch(texts))
    print(f"{tokenizer.get_vocab_size()} entries, {sum(len(t.encode()) for t in texts) / tokens:.3f} bytes per token on the first 200 files")


if __name__ == "__main__":
    main()
