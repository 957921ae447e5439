/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Summary
 * @typedef {{ task: string, summary: Summary | undefined }} TaskSummary
 */

/**
 * Adds up the summaries of all test tasks. A task without one did not get to its end and counts as a failure,
 * and so does a check that is not a test: types, lint.
 *
 * @param {readonly TaskSummary[]} tasks
 * @param {boolean} nxPassed
 * @returns {Summary & { remarks: string[] }}
 */
export function tally(tasks, nxPassed) {
  const total = { passed: 0, failed: 0, skipped: 0, remarks: /** @type {string[]} */ ([]) };
  for (const { task, summary } of tasks) {
    if (summary === undefined) {
      total.failed += 1;
      total.remarks.push(
        `${task} left no result: it did not run, or it broke off. It counts as one failure.`,
      );
      continue;
    }
    total.passed += summary.passed;
    total.failed += summary.failed;
    total.skipped += summary.skipped;
  }
  if (total.skipped > 0) total.remarks.push(`${total.skipped} skipped: see "skipped" and "todo" above.`);
  if (!nxPassed && total.failed === 0) {
    total.failed = 1;
    total.remarks.push('The tests passed, but a check of types or lint failed. It counts as one failure.');
  }
  return total;
}
