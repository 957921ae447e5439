import { measure, median } from '../harness/measure.mjs';
import { postAll } from './post-all.mjs';

/**
 * Measures servers at the same requests, in interleaved rounds.
 *
 * @param {string} work
 * @param {Readonly<Record<string, string>>} names of the contenders, by the kind of their server
 * @param {{ start: (kind: string) => Promise<{ ports: number[], stop: (expected: number) => Promise<void> }>,
 *   requests: number, batchSize: number, connections: number }} plan
 * @param {{ rounds: number, log: (line: string) => void }} options
 * @returns a row for each, with its latencies as a note
 */
export async function compare(work, names, plan, options) {
  const { start, ...traffic } = plan;
  const latencies = new Map();
  const contenders = Object.entries(names).map(([kind, name]) => ({
    name,
    async prepare() {
      const server = await start(kind);
      return {
        async run() {
          const posted = await postAll({ ...traffic, ports: server.ports });
          latencies.set(name, [...(latencies.get(name) ?? []), posted.latencies]);
          return posted.operations;
        },
        close: () => server.stop(traffic.requests * traffic.batchSize),
      };
    },
  }));
  const rows = await measure(work, contenders, options);
  return rows.map((row) => ({ ...row, note: noteOf(latencies.get(row.name)) }));
}

/** The medians of the rounds, so that one round that was disturbed says nothing. */
function noteOf(rounds) {
  const at = (share) => median(rounds.map((values) => percentile(values, share))).toFixed(1);
  return `an answer takes ${at(0.5)} ms at p50, ${at(0.99)} ms at p99`;
}

function percentile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
