import { join } from 'node:path';
import { Bench } from '../drill/bench.mjs';
import { Drill } from '../drill/drill.mjs';

/** To how much SQLite cuts its log when it is begun anew, and what was appended since. */
const SHRUNK_BYTES = 10_000_000;

/** So many times what the log may hold is enqueued at the most, so that a log without a bound fills no disk. */
const TIMES = 2;

/** The longest form enqueues and delivers tens of thousands. */
const WITHIN_MS = 3_600_000;

/** The log is looked at every 200 commits, and none of these commits is longer than this. */
const BEHIND_BYTES = 200 * 60_000;

/**
 * Another process goes on reading one state of the file while the queue works: somebody is told, the log stays within its
 * bound, what comes in is refused then and what goes out goes on, and when the reader is gone all is as ever.
 */
export async function openReader({ amount }, binding) {
  const maxLogBytes = amount({ short: 17_000_000, full: 64_000_000, long: 256_000_000 });
  const bench = await Bench.open(binding, 'reader');
  const reader = new Drill(binding);
  const file = join(bench.folder, 'queue.db');
  // Of long texts fewer fill the log.
  const characters = amount({ short: 20_000, full: 2000, long: 2000 });
  const job = { file, maxLogBytes, characters, most: Math.ceil((TIMES * maxLogBytes) / characters) };
  let reading;
  try {
    const found = await bench.judged('cycles', job, { withinMs: WITHIN_MS, onWord });
    return verdictOn(found, maxLogBytes);
  } finally {
    await reader.close();
    await bench.close();
  }

  async function onWord({ asks }) {
    if (asks === 'a reader') {
      await new Promise((begin) => {
        reading = reader.run('hold', { file }, { withinMs: WITHIN_MS, onWord: begin });
      });
    } else {
      reader.say({ letGo: true });
      await reading;
    }
    bench.drill.say({ done: true });
  }
}

function verdictOn(
  { broken, accepted, refused, told, longest, atRefusal, refusedBehind, inTheEnd, ...judged },
  maxLogBytes,
) {
  const { effects, doubled, outOfOrder } = judged;
  const lost = [];
  const must = (isSo, what) => void (isSo || lost.push(what));
  must(broken === undefined, broken);
  must(
    effects.length === accepted,
    `${accepted - effects.length} of ${accepted} that were taken did not arrive`,
  );
  must(
    told?.length > 0 && told.every((code) => code === 'STORAGE_LOG_HELD'),
    `told was ${told}, not that the log is held`,
  );
  must(longest <= maxLogBytes + BEHIND_BYTES, `the log came to ${longest} bytes`);
  must(refused?.length >= 2, 'nothing was refused');
  must(
    refused?.every((code) => code === 'STORAGE_BUSY'),
    `refused was with ${refused}`,
  );
  must(atRefusal >= maxLogBytes, `it was refused at ${atRefusal} bytes`);
  must(refusedBehind === 0, 'it was refused when the reader was gone');
  must(inTheEnd <= SHRUNK_BYTES, `the log did not shrink: ${inTheEnd} bytes`);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  const note = `a log of ${megabytes(longest)} MB with a bound of ${megabytes(maxLogBytes)}, ${megabytes(inTheEnd)} in the end; told ${told?.length} times`;
  return { kills: 0, operations: effects.length, lost, doubled, outOfOrder, note };
}
