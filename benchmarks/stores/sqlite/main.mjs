import { depth } from './depth.mjs';
import { throughput } from './throughput.mjs';

/** The SQLite half of the storage benchmark. */
export async function run(options) {
  const parts = [await throughput(options), await depth(options)];
  return { rows: parts.flatMap(({ rows }) => rows), goals: parts.flatMap(({ goals }) => goals) };
}
