import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const run = promisify(execFile);
const root = new URL('../', import.meta.url);
const cwd = fileURLToPath(new URL('examples/storage-json-log', root));

test('the storage that the guide builds passes the conformance suite', async () => {
  const compiler = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root));
  await run(process.execPath, [compiler, '-p', 'tsconfig.json', '--skipLibCheck'], { cwd });
  const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'test/'], { cwd });
  expect(Number(/^# fail (\d+)$/m.exec(stdout)?.[1])).toBe(0);
  expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(100);
}, 120_000);
