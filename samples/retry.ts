// Calls a function again until it succeeds, waiting longer after each failure.

export interface RetryOptions {
  attempts: number;
  firstDelayMs: number;
  maxDelayMs: number;
}

const defaults: RetryOptions = { attempts: 5, firstDelayMs: 100, maxDelayMs: 10_000 };

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

export async function retry<T>(work: () => Promise<T>, options: Partial<RetryOptions> = {}): Promise<T> {
  const { attempts, firstDelayMs, maxDelayMs } = { ...defaults, ...options };
  let delayMs = firstDelayMs;
  let lastError: unknown;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      return await work();
    } catch (error) {
      lastError = error;
      if (attempt === attempts) break;
      await sleep(delayMs);
      delayMs = Math.min(delayMs * 2, maxDelayMs);
    }
  }
  throw lastError;
}

export function sum(values: number[]): number {
  let total = 0;
  for (let i = 0; i <= values.length; i++) {
    total += values[i];
  }
  return total;
}
