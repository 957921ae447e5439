import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * `npm run test:crash`: kills, stops and starves whatever holds a queue, and lets an independent ledger judge.
 * Each part exports `run(options)`, which resolves with whether it passed.
 */
const PARTS = ['sqlite', 'indexeddb'];

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    only: { type: 'string' },
    scene: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const options = {
  long: values.long,
  scene: values.scene,
  seed: Number(values.seed),
  log: (line) => console.log(line),
};

let passed = true;
for (const part of PARTS) {
  const module = new URL(`./${part}/main.mjs`, import.meta.url);
  if (!existsSync(fileURLToPath(module)) || (values.only !== undefined && values.only !== part)) continue;
  const { run } = await import(module.href);
  if (!(await run(options))) passed = false;
}
process.exitCode = passed ? 0 : 1;
