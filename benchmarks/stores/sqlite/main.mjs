import { throughput } from './throughput.mjs';

/** The SQLite half of the storage benchmark. */
export async function run(options) {
  return throughput(options);
}
