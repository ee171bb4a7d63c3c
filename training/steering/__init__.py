"""How many following tokens a perturbation of the residual stream can force, after Fort 2023 (arXiv 2312.02780)."""
