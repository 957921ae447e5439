import { startPostgres } from '../../tools/postgres/index.mjs';
import { benchmarkArguments } from '../harness/arguments.mjs';
import { build } from '../harness/build.mjs';
import { atLeast, print, writeJson } from '../harness/report.mjs';
import { compare } from './compare.mjs';
import { startOnPostgres, startOnSqlite } from './start-server.mjs';

/**
 * The receiver against the same effect and key written by hand behind the same HTTP server: same requests, same
 * tables, same durability; only without the protocol. Both share a SQLite commit between requests that come together;
 * on PostgreSQL each has as many connections as requests come over at once.
 */
const options = { ...benchmarkArguments(), log: (line) => console.log(line) };
build('@cpc/server');
const scaled = (count) => (options.quick ? Math.ceil(count / 10) : count);
const wants = (part) => options.only === undefined || options.only === part;

const SQLITE = { receiver: '@cpc/server', raw: 'by hand' };
const EACH = { receiver: '@cpc/server', raw: 'by hand, a statement each' };
const SET = { 'receiver-set': '@cpc/server, applyAll', 'raw-set': 'by hand, set-based' };
const CONNECTIONS = 16;

const rows = [];
const goals = [];
if (wants('sqlite')) await sqlite();
if (wants('postgres')) await postgres();
print({ rows, goals });
if (options.json !== undefined) await writeJson(options.json, { rows, goals });

async function sqlite() {
  const start = (kind) => startOnSqlite(kind);
  const connections = 64;
  const singles = { start, requests: scaled(20_000), batchSize: 1, connections };
  await add('SQLite: single operations', SQLITE, singles, { id: 'server.single', share: 0.75 });
  const batches = { start, requests: scaled(1_500), batchSize: 100, connections };
  await add('SQLite: batches of 100', SQLITE, batches, { id: 'server.batch', share: 0.75 });
}

async function postgres() {
  const cluster = await startPostgres();
  const on = (processes) => (kind) => startOnPostgres(cluster, kind, processes);
  const singles = { start: on(1), requests: scaled(10_000), batchSize: 1, connections: CONNECTIONS };
  const batches = { start: on(1), requests: scaled(600), batchSize: 100, connections: CONNECTIONS };
  try {
    await add('PostgreSQL: single operations', EACH, singles, { id: 'server.postgres.single', share: 0.7 });
    await add('PostgreSQL: batches of 100', EACH, batches, { id: 'server.postgres.batch', share: 0.7 });
    await add('PostgreSQL: batches of 100, set-based', SET, batches, {
      id: 'server.postgres.set',
      share: 0.5,
    });
    for (const processes of [2, 4]) {
      await add(`PostgreSQL: single operations, ${processes} processes`, EACH, {
        ...singles,
        start: on(processes),
      });
    }
  } finally {
    await cluster.stop();
  }
}

/** Measures a work; the first of the names is to reach its share of the second. */
async function add(work, names, plan, goal) {
  const [receiver, raw] = await compare(work, names, plan, options);
  rows.push(receiver, raw);
  if (goal === undefined) return;
  const ratio = receiver.opsPerSecond / raw.opsPerSecond;
  goals.push(atLeast(goal.id, `${work}, as a share of ${raw.name}`, ratio, goal.share));
}
