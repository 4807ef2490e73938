import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Cache, cacheKey, makeCache, sourcesOf } from '../../../local/toolchain/cache.ts';

let folder: string;
let cache: Cache;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-cache-'));
  cache = makeCache(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const request = (fill: (into: string) => Promise<void>) => ({ name: 'thing', key: 'k', deadlineSeconds: 5, fill });

describe('the key of an entry', () => {
  test('is the same for the same parts', () => {
    expect(cacheKey({ go: '1.26.8', arch: 'x64' })).toBe(cacheKey({ go: '1.26.8', arch: 'x64' }));
    expect(cacheKey({ go: '1.26.8', arch: 'x64' })).toMatch(/^[0-9a-f]{16}$/);
  });

  test('changes with a value, a name, and the border between two values', () => {
    const keys = [
      cacheKey({ go: '1.26.8', arch: 'x64' }),
      cacheKey({ go: '1.26.9', arch: 'x64' }),
      cacheKey({ og: '1.26.8', arch: 'x64' }),
      cacheKey({ go: '1.26.8x', arch: '64' }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('is made of the files that count, and of no others', () => {
    writeFileSync(join(folder, 'main.go'), 'package main');
    const before = sourcesOf(folder, (name) => name.endsWith('.go'));
    writeFileSync(join(folder, 'notes.txt'), 'anything');
    expect(sourcesOf(folder, (name) => name.endsWith('.go'))).toEqual(before);
    writeFileSync(join(folder, 'main.go'), 'package main // changed');
    expect(sourcesOf(folder, (name) => name.endsWith('.go'))).not.toEqual(before);
  });
});

describe('an entry', () => {
  test('is filled once, and found afterwards', async () => {
    let fills = 0;
    const fill = async (into: string): Promise<void> => {
      fills += 1;
      writeFileSync(join(into, 'binary'), 'content');
    };
    const first = await cache.entry(request(fill));
    const second = await cache.entry(request(fill));
    expect(second).toBe(first);
    expect(fills).toBe(1);
    expect(readFileSync(join(first, 'binary'), 'utf8')).toBe('content');
    expect(cache.has('thing', 'k')).toBe(true);
  });

  test('is filled once when two ask at the same time, and the second one is told that it waits', async () => {
    const gate = Promise.withResolvers<void>();
    let fills = 0;
    const first = cache.entry(
      request(async () => {
        fills += 1;
        await gate.promise;
      }),
    );
    let waited = false;
    const onWaiting = (): void => {
      waited = true;
      gate.resolve();
    };
    const fillAgain = async (): Promise<void> => {
      fills += 1;
    };
    const second = cache.entry({ ...request(fillAgain), onWaiting });
    expect(await second).toBe(await first);
    expect(fills).toBe(1);
    expect(waited).toBe(true);
  });

  test('that could not be filled leaves nothing, and can be tried again', async () => {
    await expect(cache.entry(request(() => Promise.reject(new Error('no network'))))).rejects.toThrow('no network');
    expect(readdirSync(folder)).toEqual([]);
    await cache.entry(request(async () => {}));
    expect(cache.has('thing', 'k')).toBe(true);
  });

  test('is not blocked by the lock of a process that is gone', async () => {
    writeFileSync(join(folder, 'thing-k.lock'), '999999999\n12345\n');
    await cache.entry(request(async () => {}));
    expect(existsSync(join(folder, 'thing-k.lock'))).toBe(false);
  });

  test('of whatever version is known by its name', async () => {
    expect(cache.hasAny('kubelite')).toBe(false);
    await cache.entry({ ...request(async () => {}), name: 'kubelite', key: cacheKey({ go: '1' }) });
    expect(cache.hasAny('kubelite')).toBe(true);
  });
});
