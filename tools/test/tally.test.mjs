import { expect, test } from '@jest/globals';
import { tally } from './tally.mjs';

const green = { tasks: true, references: true };
const summary = (passed, failed = 0, skipped = 0) => ({ passed, failed, skipped });

test('adds up what every task counted', () => {
  const tasks = [
    { task: 'a:test', summary: summary(3) },
    { task: 'b:test', summary: summary(4, 1) },
  ];
  expect(tally(tasks, { ...green, tasks: false })).toEqual({ passed: 7, failed: 1, skipped: 0, remarks: [] });
});

test('a task that left no summary is a failure with its name', () => {
  const result = tally([{ task: 'a:test-browser', summary: undefined }], green);
  expect(result.failed).toBe(1);
  expect(result.remarks.join()).toContain('a:test-browser');
});

test('a failed check of types or lint is a failure though every test passed', () => {
  expect(tally([{ task: 'a:test', summary: summary(3) }], { ...green, tasks: false })).toMatchObject({
    passed: 3,
    failed: 1,
  });
});

test('skipped tests are said, never left out in silence', () => {
  expect(tally([{ task: 'a:test', summary: summary(3, 0, 2) }], green).remarks.join()).toContain('2 skipped');
});

test('references that are out of date are a failure, with what mends them', () => {
  const result = tally([{ task: 'a:test', summary: summary(3) }], { ...green, references: false });
  expect(result).toMatchObject({ passed: 3, failed: 1 });
  expect(result.remarks.join()).toContain('npx nx sync');
});
