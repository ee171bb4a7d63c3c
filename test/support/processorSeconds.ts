// How long work that cannot be interrupted takes, where what must not happen takes minutes. Time of the processor: what
// else the machine does counts little.

export function processorSeconds(work: () => void): number {
  const began = process.cpuUsage();
  work();
  return process.cpuUsage(began).user / 1e6;
}
