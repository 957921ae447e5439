import { parseArgs } from 'node:util';
import { announce } from './announce.mjs';
import { playOf } from './extent.mjs';
import { seededRandom } from './random.mjs';

/**
 * `npm run test:crash`: kills, stops and starves whatever holds a queue, and lets an independent ledger judge. Each
 * part gives its name and its scenes; a scene resolves with its result, or with the words that say why it cannot be
 * played here.
 */
const PARTS = ['sqlite', 'indexeddb'];

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    only: { type: 'string' },
    scene: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const extent = values.long ? 'long' : values.short ? 'short' : 'full';
const log = (line) => console.log(line);
let played = 0;
let failed = 0;

for (const part of PARTS) {
  if (values.only !== undefined && values.only !== part) continue;
  const { open } = await import(new URL(`${part}/main.mjs`, import.meta.url).href);
  const { store, scenes } = await open();
  for (const [name, scene] of Object.entries(scenes)) {
    if (values.scene !== undefined && !name.includes(values.scene)) continue;
    const startedAt = performance.now();
    const result = await scene(playOf(extent, seededRandom(Number(values.seed)))).catch(broken);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    if (typeof result === 'string') {
      log(`${store}, ${name}: ${result}`);
      continue;
    }
    played += 1;
    const note = [result.note, `${seconds} s`].filter(Boolean).join('; ');
    if (!announce(store, { ...result, title: name, note }, log)) failed += 1;
  }
}
log(`${played - failed} of ${played} scenes clean, ${extent} extent, seed ${values.seed}`);
process.exitCode = played > 0 && failed === 0 ? 0 : 1;

/** A scene that could not be played to its end shows nothing, and says why. */
function broken(error) {
  return { kills: 0, operations: 0, lost: [String(error)], doubled: [], outOfOrder: [] };
}
