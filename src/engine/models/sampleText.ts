// Prose and code of a few hundred tokens, on which two exports of one model are compared.
export const SAMPLE_TEXT = `The lighthouse stood at the end of a narrow road. In winter the road was closed, and the keeper
went down to the village by boat, twice a week, to fetch letters, flour and lamp oil. He had counted the steps of the
tower many times: there were one hundred and sixty-four. On clear days he could see the mountains on the other side of
the bay; on others he saw nothing but the light itself, turning slowly in the fog.

Water boils at 100 degrees Celsius at sea level. If a train leaves at 9:40 and the journey takes 75 minutes, it arrives
at 10:55. The capital of France is Paris, and the capital of Japan is Tokyo.

def mean(values):
    """The average of a list of numbers; 0 if it is empty."""
    if not values:
        return 0
    return sum(values) / len(values)


function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
`;
