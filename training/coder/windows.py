"""Where the windows of a long text begin, as in the extension."""

CONTEXT = 1024
NEWLINE = "\u010a"  # how a byte-level vocabulary spells byte 0x0A


def windows(tokens: list[str], context: int) -> list[int]:
    """The first token of each window. The next window starts after a line end in the second half of this one, or in its
    middle.
    """
    starts = [0]
    while starts[-1] + context < len(tokens):
        w = starts[-1]
        starts.append(
            next((i for i in range(w + context // 2, w + context) if NEWLINE in tokens[i - 1]), w + context // 2)
        )
    return starts
