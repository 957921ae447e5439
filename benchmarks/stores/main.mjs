import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { benchmarkArguments } from '../harness/arguments.mjs';
import { build } from '../harness/build.mjs';
import { installPeers } from '../harness/peers.mjs';
import { print, writeJson } from '../harness/report.mjs';

/** Each part exports `run(options)`, which resolves with `{ rows, goals }`. A part that is not there is not run. */
const PARTS = ['sqlite', 'indexeddb'];

const options = { ...benchmarkArguments(), log: (line) => console.log(line) };
build('@cpc/storage-sqlite', '@cpc/storage-indexeddb');
installPeers();

const result = { rows: [], goals: [] };
for (const part of PARTS) {
  const module = new URL(`./${part}/main.mjs`, import.meta.url);
  if (!existsSync(fileURLToPath(module)) || (options.only !== undefined && options.only !== part)) continue;
  const { run } = await import(module.href);
  const { rows, goals } = await run(options);
  result.rows.push(...rows);
  result.goals.push(...goals);
}
print(result);
if (options.json !== undefined) await writeJson(options.json, result);
