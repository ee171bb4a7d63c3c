// What is opened when it is asked for, and what is closed or replaced meanwhile.
import { expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { Lazy } from '../../../src/engine/models/lazy';

/** Values that a test opens, or fails to, one after the other. */
function scripted() {
  const disposed: string[] = [];
  const waiting: { opens(name: string): void; fails(): void }[] = [];
  const valueOf = (name: string) => ({ name, dispose: () => disposed.push(name) });
  const lazy = new Lazy<ReturnType<typeof valueOf>>(
    () =>
      new Promise((resolve, reject) =>
        waiting.push({
          opens: name => resolve(valueOf(name)),
          fails: () => reject(new Error('nothing there')),
        }),
      ),
  );
  return { lazy, valueOf, disposed, waiting };
}

test('is opened once for all who ask, and anew after it was closed', async () => {
  const { lazy, disposed, waiting } = scripted();
  const asked = Promise.all([lazy.get(), lazy.get()]);
  expect(lazy.current).toBeUndefined();
  waiting[0]!.opens('first');
  const [one, other] = await asked;
  expect([one, other, await lazy.get()]).toEqual([lazy.current, lazy.current, lazy.current]);
  expect(waiting).toHaveLength(1);
  lazy.close();
  expect(lazy.current).toBeUndefined();
  const again = lazy.get();
  waiting[1]!.opens('second');
  expect((await again).name).toBe('second');
  expect(disposed).toEqual(['first']);
});

test('is tried again where it failed', async () => {
  const { lazy, waiting } = scripted();
  const asked = lazy.get();
  waiting[0]!.fails();
  await expect(asked).rejects.toThrow('nothing there');
  const again = lazy.get();
  waiting[1]!.opens('first');
  expect(await again).toBe(lazy.current);
});

test('is not what was closed or replaced while it was being opened', async () => {
  const { lazy, valueOf, disposed, waiting } = scripted();
  const asked = lazy.get();
  lazy.close();
  const again = lazy.get();
  waiting[1]!.opens('second');
  await again;
  waiting[0]!.opens('first');
  await expect(asked).rejects.toThrow(Cancelled);
  expect(lazy.current?.name).toBe('second');
  expect(disposed).toEqual(['first']);
  lazy.close();
  const third = lazy.get();
  const other = valueOf('other');
  lazy.replace(other);
  waiting[2]!.opens('third');
  await expect(third).rejects.toThrow(Cancelled);
  expect(await lazy.get()).toBe(other);
  expect(disposed).toEqual(['first', 'second', 'third']);
});
