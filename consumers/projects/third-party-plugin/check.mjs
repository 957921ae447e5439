import { spawnSync } from 'node:child_process';
import { finish, step } from './results.mjs';

/** Runs a program of the project; its output is the error where it fails. */
function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${stdout}\n${stderr}`.split('\n').slice(-60).join('\n'));
  return stdout;
}

await step(['@cpc/sync-core', '@cpc/testing'], 'a third party’s storage passes the conformance suite', () => {
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json');
  const passed = Number(
    /^# pass (\d+)$/m.exec(run('--test', '--test-reporter=tap', 'test/conformance.test.mjs'))?.[1],
  );
  if (!(passed > 100)) throw new Error(`only ${passed} cases ran`);
});
finish();
