import { writeFile } from 'node:fs/promises';
import { arch, cpus, platform, release, totalmem } from 'node:os';

/**
 * What a benchmark found out.
 *
 * @typedef {object} Goal
 * @property {string} id
 * @property {string} goal in words, with the figure to reach
 * @property {number} value what was measured
 * @property {boolean} met
 */

/** @returns {Goal} */
export function atLeast(id, goal, value, bound) {
  return { id, goal: `${goal}: at least ${bound}`, value: rounded(value), met: value >= bound };
}

/** @returns {Goal} */
export function atMost(id, goal, value, bound) {
  return { id, goal: `${goal}: at most ${bound}`, value: rounded(value), met: value <= bound };
}

export function machine() {
  return {
    platform: `${platform()} ${release()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}

/** Prints tables for people. A goal that was not met is printed as such; it does not fail the run. */
export function print({ rows, goals }, log = console.log) {
  const works = [...new Set(rows.map(({ work }) => work))];
  for (const work of works) {
    log(`\n${work}`);
    for (const { name, opsPerSecond, note } of rows.filter((row) => row.work === work)) {
      log(
        `  ${name.padEnd(44)}${opsPerSecond.toLocaleString('en').padStart(12)} /s${note ? `  (${note})` : ''}`,
      );
    }
  }
  log('\nGoals');
  for (const { goal, value, met } of goals)
    log(`  ${met ? 'met    ' : 'NOT MET'} ${goal}, measured ${value}`);
}

/** Writes the result for programs: `{ machine, rows, goals }`. */
export async function writeJson(file, { rows, goals }) {
  await writeFile(file, `${JSON.stringify({ machine: machine(), rows, goals }, null, 2)}\n`);
}

function rounded(value) {
  return Math.round(value * 1000) / 1000;
}
