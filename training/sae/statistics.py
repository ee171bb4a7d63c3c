"""`python -m training.sae.statistics`: how often and how strongly each feature of the published autoencoder fires on
all held-out tokens.

The files are written next to the autoencoder.
"""

import argparse

import numpy as np
import torch
from safetensors.torch import save_file

from training.sae.activations import read
from training.sae.export import OUT, exported, fires
from training.sae.train import FEATURES

BINS = 16


def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("--threads", type=int, default=2)
    torch.set_num_threads(parse.parse_args().threads)
    x = read("heldout")
    _, features, values = fires(exported(), x)
    f, z = torch.from_numpy(features.astype(np.int64)), torch.from_numpy(values)
    count = torch.bincount(f, minlength=FEATURES)
    most = torch.zeros(FEATURES).scatter_reduce_(0, f, z, "amax")
    place = (z / most[f] * BINS).long().clamp_max(BINS - 1)
    histogram = torch.bincount(f * BINS + place, minlength=FEATURES * BINS).view(FEATURES, BINS)
    # SAELens's own file and unit, so that other tools can read it and the extension can read theirs.
    save_file({"sparsity": (count.double() / len(x) + 1e-10).log10().float()}, OUT / "sparsity.safetensors")
    save_file(
        {"max": most, "histogram": histogram.to(torch.int32)},
        OUT / "statistics.safetensors",
        metadata={"tokens": str(len(x))},
    )
    print(
        f"{len(x)} tokens, L0 {len(z) / len(x):.2f}, {(count == 0).sum().item()} features never fire, "
        f"{(count > 0.01 * len(x)).sum().item()} on more than 1 %"
    )


if __name__ == "__main__":
    main()
