"""`python -m training.tuned_lens.convert FOLDER`: writes params.safetensors beside params.pt of a published tuned lens,
because the extension does not read pickles.

FOLDER has config.json and params.pt as the `tuned_lens` package saves them (published: the folders under `lens/` of the
space AlignmentResearch/tuned-lens). `weights_only=True`: a file that would run code is refused, not run.
"""

import argparse
import hashlib
import sys
from pathlib import Path

from training.sae.convert_pt import read
from training.tuned_lens.lens import PICKLE, WEIGHTS, Refused, check, read_config, write


def convert(folder: Path) -> Path:
    config, path = read_config(folder), folder / PICKLE
    if not path.exists():
        raise Refused(f"{path} is missing: download it from where config.json is")
    try:
        tensors, notes = read(path)
    except ValueError as problem:
        raise Refused(f"{path}: {problem}") from None
    if notes:
        raise Refused(f"{path} has more than tensors: {', '.join(notes)}")
    check(path, tensors, config)
    write(folder, tensors, {"format": "pt", "converted_from_sha256": hashlib.sha256(path.read_bytes()).hexdigest()})
    return folder / WEIGHTS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.tuned_lens.convert")
    parser.add_argument("folder", type=Path)
    try:
        print(f"{convert(parser.parse_args().folder)} is written. Pass its folder to --tuned-lens, or move the folder to MODEL/tuned-lens")
    except Refused as error:
        sys.exit(f"{error}.")


if __name__ == "__main__":
    main()
