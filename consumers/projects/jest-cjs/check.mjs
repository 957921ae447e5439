import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { finish, packages, step } from './results.mjs';

const { stderr } = spawnSync(
  process.execPath,
  ['node_modules/jest/bin/jest.js', '--ci', '--json', '--outputFile=jest.json'],
  { encoding: 'utf8' },
);
let tests = [];
await step(Object.keys(packages), 'jest', () => {
  const { testResults } = JSON.parse(readFileSync('jest.json', 'utf8'));
  tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  if (tests.length === 0) throw new Error(stderr);
});
for (const name of Object.keys(packages)) {
  await step([name], 'jest', () => {
    const mine = tests.filter(({ title }) => title.startsWith(`${name}: `));
    const failed = mine.filter(({ status }) => status !== 'passed');
    if (mine.length === 0) throw new Error('no test ran');
    if (failed.length > 0)
      throw new Error(failed.map(({ failureMessages }) => failureMessages[0]).join('\n'));
  });
}
finish();
