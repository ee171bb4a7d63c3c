"""Where things lie: the repository, the committed inputs, and the work folder (text, checkpoints) that is not committed."""
import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPO = HERE.parent
MODEL = REPO / "models" / "coder"
REASONER = REPO / "models" / "reasoner"
GOLDEN = REPO / "test" / "golden"
# Data shared beside a checkout (HumanEval, published tokenizers); only the steps that name it need it.
SHARED = Path(os.environ.get("TOKENSCOPE_SHARED", REPO.parent / "shared" / "data"))
WORK = Path(os.environ.get("TOKENSCOPE_WORK", HERE / ".work"))
