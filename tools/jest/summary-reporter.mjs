import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Counts what Jest's aggregated result counts
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numRuntimeErrorTestSuites test files that could not even be run
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 */

/**
 * Writes what a Jest run counted to `test-results/<target>.json` of its project. Nx keeps the file with the
 * task's result, so `npm test` can add the counts up when it answers from the cache as well.
 */
export default class SummaryReporter {
  #rootDir;

  /** @param {{ rootDir: string }} globalConfig */
  constructor(globalConfig) {
    this.#rootDir = globalConfig.rootDir;
  }

  /**
   * @param {unknown} _contexts
   * @param {Counts} results
   */
  onRunComplete(_contexts, results) {
    const folder = join(this.#rootDir, 'test-results');
    const target = process.env['NX_TASK_TARGET_TARGET'] ?? 'test';
    const summary = {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${target}.json`), `${JSON.stringify(summary)}\n`);
  }
}
