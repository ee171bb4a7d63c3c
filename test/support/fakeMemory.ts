// What an extension remembers, in a map.
import type { Memento } from 'vscode';

export function fakeMemory(values: Readonly<Record<string, unknown>> = {}): Memento {
  const kept = new Map<string, unknown>(Object.entries(values));
  return {
    keys: () => [...kept.keys()],
    get: <T>(key: string, fallback?: T) => (kept.has(key) ? (kept.get(key) as T) : fallback) as T,
    update: async (key: string, value: unknown) => void kept.set(key, value),
  };
}
