/**
 * Writes to the file that is named which packages `nx release` would give which version, as JSON. It works on the
 * workspace in which it lies and changes nothing there.
 */
import { writeFileSync } from 'node:fs';
import { release } from 'nx/release/index.js';

const [file] = process.argv.slice(2);
if (file === undefined) throw new TypeError('Name the file for the plan: plan.mjs FILE');

const result = await release({ dryRun: true, skipPublish: true, yes: true });
if (typeof result === 'number') throw new Error(`The release ended with ${result}.`);
const plan = Object.entries(result.projectsVersionData).flatMap(([name, { newVersion }]) =>
  newVersion === null ? [] : [[name, newVersion]],
);
writeFileSync(file, JSON.stringify(Object.fromEntries(plan)));
