import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from '../../harness/measure.mjs';
import { atMost } from '../../harness/report.mjs';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('memory-process.mjs', import.meta.url));

/** What a queue of so many operations costs in memory to whoever opens it and handles one batch. */
export async function memory(file, depth) {
  const megabytes = [];
  for (let round = 0; round < 3; round++) megabytes.push(await megabytesOf(file, depth));
  return atMost(
    'sqlite-depth-memory',
    `RSS that opening, a claim and a settlement add to a fresh process at a depth of ${depth}, MB`,
    median(megabytes),
    40,
  );
}

async function megabytesOf(file, depth) {
  const { stdout } = await run(process.execPath, ['--expose-gc', PROGRAM, file]);
  const { bytes, total, settled } = JSON.parse(stdout);
  // A figure of a queue that is not as deep, or of a batch that was not handled, would say nothing.
  if (total !== depth || settled !== 50) throw new Error(`not what was to be measured: ${stdout}`);
  return bytes / 2 ** 20;
}
