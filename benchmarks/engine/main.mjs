import { bundleSize, ENTRIES } from '../../tools/size/bundle-size.mjs';
import { benchmarkArguments } from '../harness/arguments.mjs';
import { build } from '../harness/build.mjs';
import { measure, median } from '../harness/measure.mjs';
import { installPeers, peer } from '../harness/peers.mjs';
import { atLeast, atMost, print, writeJson } from '../harness/report.mjs';

/** The engine alone: a memory storage, and a transport that acknowledges at once. */
const options = { ...benchmarkArguments(), log: (line) => console.log(line) };
build('@cpc/sync-core');
installPeers();

const { delivering, enqueueing, secondsPerOperationAt, overheadP99Ms } = await import('./work.mjs');
const { default: PQueue } = await peer('p-queue');

const count = options.quick ? 20_000 : 200_000;
const pQueue = {
  name: 'p-queue 10: add and run no-op tasks',
  prepare: () => {
    const queue = new PQueue({ concurrency: 50 });
    return {
      run: async () => {
        for (let at = 0; at < count; at++) void queue.add(noop);
        await queue.onIdle();
        return count;
      },
      close: () => undefined,
    };
  },
};
const rows = [
  ...(await measure('enqueue, 100 concurrent callers', [enqueueing(count), pQueue], options)),
  ...(await measure('deliver, batches of 50', [delivering(count), pQueue], options)),
];

const depths = options.quick ? [1000, 100_000] : [1000, 1_000_000];
const costs = new Map(depths.map((depth) => [depth, []]));
for (let round = 0; round < options.rounds; round++) {
  for (const depth of depths) costs.get(depth).push(await secondsPerOperationAt(depth));
}
for (const [depth, seconds] of costs) {
  const name = `enqueue and deliver at a depth of ${depth.toLocaleString('en')}`;
  rows.push({ work: 'cost at depth', name, opsPerSecond: Math.round(1 / median(seconds)), rounds: seconds });
}
const [shallow, deep] = depths.map((depth) => median(costs.get(depth)));
const overhead = await overheadP99Ms(options.quick ? 2000 : 20_000);
const everything = await bundleSize(ENTRIES.everything);
const minimal = await bundleSize(ENTRIES.minimal);

const rate = (work) => rows.find((row) => row.work === work && row.name === '@cpc/sync-core').opsPerSecond;
const goals = [
  atLeast('enqueue', 'Operations enqueued a second', rate('enqueue, 100 concurrent callers'), 200_000),
  atLeast(
    'deliver',
    'Operations delivered a second, in batches of 50',
    rate('deliver, batches of 50'),
    150_000,
  ),
  atMost('depth', `Cost of an operation at the greater depth, relative to the smaller`, deep / shallow, 1.5),
  atMost('overhead', 'Overhead of one awaited enqueue above the storage, p99 in ms', overhead, 0.5),
  atMost('size', 'Everything without rxjs, gzipped, in kB', everything / 1000, 12),
  atMost('size-minimal', 'Queue, worker and exponential backoff, gzipped, in kB', minimal / 1000, 7),
];
print({ rows, goals });
if (options.json !== undefined) await writeJson(options.json, { rows, goals });

function noop() {}
