"""Paths: the repository, the committed inputs, and the work folder (text, checkpoints), which is not committed."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPO = HERE.parent
# Every package of the corpus with its version, licence and sizes; written by coder.corpus.
SOURCES = HERE / "coder" / "sources.json"
MODEL = REPO / "models" / "coder"
REASONER = REPO / "models" / "reasoner"
GOLDEN = REPO / "test" / "golden"
# Data outside the repository (HumanEval, published tokenizers); only the steps that name it need it.
SHARED = Path(os.environ.get("TOKENSCOPE_SHARED", REPO.parent / "shared" / "data"))
WORK = Path(os.environ.get("TOKENSCOPE_WORK", HERE / ".work"))
