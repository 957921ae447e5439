import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bench } from '../drill/bench.mjs';
import { OVERWRITES } from '../pages/overwrites.mjs';
import { operation, OPERATIONS, writePages } from '../pages/written-pages.mjs';

/** What a damaged copy may take more than an intact one: repairs read all of it several times. */
const TIMES = 10;

/** Exit codes of the command line that say what was found: all is well, look at this, or it cannot be read. */
const SAID = [0, 1, 3];

/**
 * A pointer from one page to another, or to what it holds, is written over: every list, check, export and claim ends, in
 * bounded work, and what is claimed is what was enqueued. What is missing then, somebody was told of.
 */
export async function pagePointers({ amount, randomInteger }, binding) {
  const bench = await Bench.open(binding, 'pages');
  const faults = { lost: [], doubled: [], outOfOrder: [] };
  const tally = { kills: 0, operations: 0, told: 0, whole: 0, steps: 0 };
  try {
    const { bytes, fields } = await writePages(join(bench.folder, 'written.db'));
    const copy = join(bench.folder, 'copy.db');
    const intact = await looked(bytes, { steps: Infinity, characters: Infinity });
    if (intact.effects?.length !== OPERATIONS)
      throw new Error(`an intact file gave ${JSON.stringify(intact)}`);
    const { doctor, exported } = intact;
    const most = {
      steps: TIMES * intact.steps,
      characters: TIMES * (doctor.characters + exported.characters),
      bytes: TIMES * intact.bytes,
    };
    const inner = fields.filter(({ isLeaf }) => !isLeaf);
    const copies = amount({ short: 10, full: 500, long: 10_000 });
    for (let place = 0; place < copies; place++) {
      // Leaves are many, and what leads to them matters most.
      const from = place % 3 === 0 ? fields : inner;
      const field = from[randomInteger(from.length)];
      const { what, write } = OVERWRITES[place % OVERWRITES.length];
      const altered = Buffer.from(bytes);
      write(altered, field, { fields, randomInteger });
      judge(
        await looked(altered, most),
        most,
        `${field.what} at byte ${field.offset} of page ${field.page}: ${what}`,
      );
    }
    const { kills, operations, told, whole, steps } = tally;
    const note = `${told} told, ${whole} drained whole; at most ${steps} steps a copy, ${intact.steps} for an intact one`;
    return { kills, operations, ...faults, note };

    async function looked(content, limits) {
      for (const suffix of ['-wal', '-shm']) rmSync(copy + suffix, { force: true });
      writeFileSync(copy, content);
      const most = { steps: Math.min(limits.steps, 1e9), characters: Math.min(limits.characters, 1e9) };
      return bench.drill.run('look', { file: copy, most });
    }
  } finally {
    await bench.close();
  }

  function judge(found, most, where) {
    tally.kills++;
    const blame = (list, what) => list.push(`${what} (${where})`);
    if (found.broken) return blame(faults.lost, found.broken);
    const { told, bare, doctor, exported, effects, aside, left, bytes, isOver } = found;
    tally.operations += effects.length;
    tally.steps = Math.max(tally.steps, found.steps);
    for (const error of bare) blame(faults.lost, `an error without a code: ${error}`);
    for (const one of told)
      if (!one.endsWith('STORAGE_DAMAGED')) blame(faults.lost, `not told as damage: ${one}`);
    if (isOver) blame(faults.lost, `it went on for more than ${most.steps} steps`);
    for (const [name, { code, isOver: isLong }] of Object.entries({ doctor, exported })) {
      if (isLong) blame(faults.lost, `${name} would have filled the disk`);
      else if (!SAID.includes(code)) blame(faults.lost, `${name} ended with ${code}`);
    }
    if (bytes > most.bytes) blame(faults.lost, `the file and its log took ${bytes} bytes`);
    compare(effects, blame);
    const isTold = told.length + aside.length > 0 || left > 0 || doctor.code !== 0;
    if (isTold) tally.told++;
    if (effects.length === OPERATIONS) tally.whole++;
    else if (!isTold) blame(faults.lost, `${OPERATIONS - effects.length} are missing, and nobody was told`);
  }

  function compare(effects, blame) {
    const seen = new Set();
    const last = new Map();
    for (const { id, payload, entity, principal } of effects) {
      const n = Number(id.split('-').at(-1));
      const original = operation(n);
      const same = [original.id, original.payload, original.entity, original.principal].join();
      if ([id, payload, entity, principal].join() !== same) blame(faults.doubled, `altered: ${id}`);
      if (seen.has(id)) blame(faults.doubled, `${id} twice`);
      seen.add(id);
      const lane = entity === undefined ? id : `${principal}:${entity}`;
      if (n < (last.get(lane) ?? 0)) blame(faults.outOfOrder, `${id} came after number ${last.get(lane)}`);
      last.set(lane, n);
    }
  }
}
