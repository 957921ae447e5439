import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { betterSqlite3 } from '@cpc/storage-sqlite';
import { ALTERATIONS } from '../altered/alterations.mjs';
import { Known } from '../altered/judgement.mjs';
import { Template } from '../altered/template.mjs';
import { LATER, OPERATIONS, writeQueue } from '../altered/written-queue.mjs';
import { Bench } from '../drill/bench.mjs';

/** Nobody may need more steps than this for a copy; an intact one takes a sixth of it. */
const MOST_STEPS = 20_000;

/**
 * One row of the file is altered in one column, in each column of each table, in each of several ways: what is sent is
 * what was enqueued, in order; the altered row is put aside and told, or means what it meant; all others arrive.
 */
export async function alteredRows({ amount, randomInteger }, binding) {
  const bench = await Bench.open(binding, 'altered');
  const tally = { kills: 0, operations: 0, told: 0, harmless: 0, refused: 0, steps: 0, claims: 0 };
  const faults = { lost: [], doubled: [], outOfOrder: [] };
  try {
    const file = join(bench.folder, 'written.db');
    const copy = join(bench.folder, 'copy.db');
    await writeQueue(file, betterSqlite3);
    const template = new Template(file);
    copyFileSync(file, copy);
    const known = new Known([...OPERATIONS, ...Object.values(LATER)], await tried());
    for (const one of chosen(
      template,
      amount({ short: 20, full: Infinity, long: Infinity }),
      randomInteger,
    )) {
      await play(one);
    }
    const { kills, operations, told, harmless, refused, steps, claims } = tally;
    const note =
      `${told} told, ${harmless} without effect, ${refused} more that SQLite refuses; ` +
      `at most ${steps} steps and ${claims} claims a copy`;
    return { kills, operations, ...faults, note };

    async function play({ table, column, way, alteration }) {
      const row = table.rows[randomInteger(table.rows.length)];
      const at = table.columns.indexOf(column);
      const others = table.rows.map((other) => other[at]);
      const value = alteration.to(row[at], { others, randomInteger });
      const where = `${table.name}.${column} of ${shown(row[table.columns.indexOf('id')] ?? row[0])}: ${alteration.what}, ${way}`;
      if (value === undefined || template.copy(copy, { way, table, column, row, value }) !== undefined) {
        tally.refused++;
        return;
      }
      const victim = { table: table.name.replace(/^cpc_(queue_)?/, ''), id: undefined };
      if (victim.table === 'operations') victim.id = row[table.columns.indexOf('id')];
      const found = await tried();
      tally.kills++;
      count(found);
      const wrong = found.broken
        ? { lost: [found.broken], doubled: [], outOfOrder: [] }
        : known.judge(found, victim);
      for (const [kind, list] of Object.entries(wrong))
        for (const one of list) faults[kind].push(`${one} (${where})`);
    }

    async function tried() {
      return bench.judged('drain', { file: copy, bound: MOST_STEPS });
    }

    function count({ broken, effects, aside, told, failures, steps, claims }) {
      if (broken) return;
      tally.operations += effects.length;
      if (aside.length + told.length + failures.length > 0) tally.told++;
      else tally.harmless++;
      tally.steps = Math.max(tally.steps, steps);
      tally.claims = Math.max(tally.claims, claims);
    }
  } finally {
    await bench.close();
  }
}

/** All alterations of all columns in all ways, or so many of them, drawn by the dice. */
function chosen({ tables }, most, randomInteger) {
  const all = tables.flatMap((table) =>
    table.columns.flatMap((column) =>
      Template.WAYS.flatMap((way) => ALTERATIONS.map((alteration) => ({ table, column, way, alteration }))),
    ),
  );
  if (all.length <= most) return all;
  return Array.from({ length: most }, () => all.splice(randomInteger(all.length), 1)[0]);
}

function shown(value) {
  return value instanceof Uint8Array ? 'bytes' : String(value);
}
