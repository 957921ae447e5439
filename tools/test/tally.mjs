/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Summary
 * @typedef {{ task: string, summary: Summary | undefined }} TaskSummary
 */

/**
 * Adds up the summaries of all test tasks. A task without one did not get to its end and counts as a failure,
 * and so does a check that is not a test.
 *
 * @param {readonly TaskSummary[]} tasks
 * @param {{ tasks: boolean, references: boolean }} checks - whether Nx ran all tasks without a failure, tests
 * included, and whether the references between TypeScript projects are those of the imports
 * @returns {Summary & { remarks: string[] }}
 */
export function tally(tasks, checks) {
  const total = { passed: 0, failed: 0, skipped: 0, remarks: /** @type {string[]} */ ([]) };
  const fail = (/** @type {string} */ remark) => {
    total.failed += 1;
    total.remarks.push(`${remark} It counts as one failure.`);
  };
  for (const { task, summary } of tasks) {
    if (summary === undefined) {
      fail(`${task} left no result: it did not run, or it broke off.`);
      continue;
    }
    total.passed += summary.passed;
    total.failed += summary.failed;
    total.skipped += summary.skipped;
  }
  if (total.skipped > 0) total.remarks.push(`${total.skipped} skipped: see "skipped" and "todo" above.`);
  if (!checks.tasks && total.failed === 0) fail('The tests passed, but a check of types or lint failed.');
  if (!checks.references) fail('TypeScript references are out of date; "npx nx sync" mends them.');
  return total;
}
