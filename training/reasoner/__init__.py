"""The reasoning models: word problems, traces, training, the contrast of the pair and critical tokens."""
