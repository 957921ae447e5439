import { dexie, dexieBulk } from './contenders/dexie.mjs';
import { library, storageAlone } from './contenders/library.mjs';
import { rawChunk, rawGroup, rawSingle } from './contenders/raw.mjs';
import { tanstack } from './contenders/tanstack.mjs';
import { workbox } from './contenders/workbox.mjs';

/**
 * What is compared. Each `open(name)` gives a fresh queue in a database of its own: `enqueue(n)` comes from n
 * callers at once and resolves when all are durable, `drain()` hands everything out and removes it.
 */
const CONTENDERS = {
  rawSingle,
  rawGroup,
  rawChunk,
  library,
  storageAlone,
  workbox,
  tanstack,
  dexie,
  dexieBulk,
};

let current;
let databases = 0;

globalThis.bench = {
  async prepare(name, waiting) {
    databases += 1;
    current = await CONTENDERS[name].open(`bench-${databases}-${Math.round(performance.timeOrigin)}`);
    for (let left = waiting; left > 0; left -= 100) await current.enqueue(Math.min(100, left));
  },
  async enqueue(rounds, callers) {
    for (let round = 0; round < rounds; round++) await current.enqueue(callers);
  },
  async drain() {
    await current.drain();
  },
  async close() {
    await current.close();
    current = undefined;
  },
};
