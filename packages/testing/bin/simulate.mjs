#!/usr/bin/env node
// Runs many histories of the simulator, spread over the cores, and says what broke and how to see it again.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { minimise, simulate } from '../dist/simulation.js';

const USAGE = `simulate [options]
  --seeds N      how many histories (default 1000)
  --from N       the first seed (default 1)
  --seed N       one history, with its trace
  --mode MODE    safety, liveness, or both in turns (default both)
  --threads N    default: one for each core
  --trace        print the trace of a single seed
  --summary FILE write what the run counted, as one test, for the count of all tests`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    mode: { type: 'string', default: 'both' },
    threads: { type: 'string', default: String(availableParallelism()) },
    trace: { type: 'boolean', default: false },
    summary: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

/** A day with fewer faults is not a bad one. */
const MIN_FAULTS = 20;

/** Odd seeds run to the end of a good day after the bad one, even ones stop in the middle of it. */
function modeOf(seed, mode) {
  return mode === 'both' ? (seed % 2 === 1 ? 'liveness' : 'safety') : mode;
}

/** Runs every `step`-th seed and sums up. */
async function runShare({ from, to, step, mode }) {
  const sum = { histories: 0, faults: 0, leastFaults: Infinity, operations: 0, steps: 0, violations: [] };
  for (let seed = from; seed < to; seed += step) {
    const result = await simulate({ seed, mode: modeOf(seed, mode) });
    sum.histories++;
    sum.faults += result.faults;
    sum.leastFaults = Math.min(sum.leastFaults, result.faults);
    sum.operations += result.operations;
    sum.steps += result.steps;
    if (result.violation) sum.violations.push({ seed, message: result.violation.message });
  }
  return sum;
}

function startThread(share) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.on('message', resolve);
    worker.on('error', reject);
  });
}

async function runAll(mode) {
  const threads = Math.max(1, Number(values.threads));
  const from = Number(values.from);
  const to = from + Number(values.seeds);
  const began = performance.now();
  const sums = await Promise.all(
    Array.from({ length: threads }, (_, n) => startThread({ from: from + n, to, step: threads, mode })),
  );
  const seconds = (performance.now() - began) / 1000;
  const total = (name) => sums.reduce((sum, one) => sum + one[name], 0);
  const histories = total('histories');
  const violations = sums.flatMap((one) => one.violations).sort((a, b) => a.seed - b.seed);
  console.log(`histories   ${histories} (seeds ${from} to ${to - 1}, ${mode})`);
  console.log(`operations  ${total('operations')}`);
  const least = Math.min(...sums.map((one) => one.leastFaults));
  console.log(
    `faults      ${total('faults')} (${(total('faults') / histories).toFixed(1)} a history, at least ${least})`,
  );
  console.log(`steps       ${total('steps')}`);
  const rate = Math.round((histories / seconds) * 60);
  console.log(`seconds     ${seconds.toFixed(1)} (${rate} histories a minute on ${threads} threads)`);
  console.log(`violations  ${violations.length}`);
  for (const { seed, message } of violations.slice(0, 10)) console.log(`  seed ${seed}: ${message}`);
  const [first] = violations;
  if (first !== undefined) await explain(first.seed, mode);
  if (least < MIN_FAULTS)
    console.log(`A history had ${least} faults; each should have ${MIN_FAULTS} or more.`);
  const failed = violations.length > 0 || least < MIN_FAULTS ? 1 : 0;
  if (values.summary !== undefined) writeSummary(values.summary, failed);
  return failed;
}

/** A run counts as one test, however many histories it had. */
function writeSummary(file, failed) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ passed: 1 - failed, failed, skipped: 0 }));
}

/** Prints the smallest history of the seed that still breaks the same promise, and how to see it again. */
async function explain(seed, mode) {
  const { events, result } = await minimise({ seed, mode: modeOf(seed, mode) });
  console.log(`\nSeed ${seed}, minimised to ${events.length} planned events:`);
  for (const event of events) console.log(`  ${JSON.stringify(event)}`);
  console.log(`\nThe end of its trace:`);
  for (const line of result.trace.slice(-40)) console.log(`  ${line}`);
  console.log(`\nReplay: npm run simulate -- --seed ${seed} --mode ${modeOf(seed, mode)}`);
}

async function runOne(seed, mode) {
  const result = await simulate({ seed, mode: modeOf(seed, mode), trace: values.trace });
  for (const line of result.trace) console.log(line);
  const { faults, operations, steps } = result;
  console.log(`seed ${seed}: ${operations} operations, ${faults} faults, ${steps} steps`);
  if (result.violation === undefined) return 0;
  console.log(`violation: ${result.violation.message}`);
  await explain(seed, mode);
  return 1;
}

if (!isMainThread) {
  parentPort.postMessage(await runShare(workerData));
} else if (values.help) {
  console.log(USAGE);
} else {
  const run = values.seed === undefined ? runAll(values.mode) : runOne(Number(values.seed), values.mode);
  process.exitCode = (await run) === 0 ? 0 : 1;
}
