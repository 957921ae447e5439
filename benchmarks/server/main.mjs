import { spawnSync } from 'node:child_process';
import { benchmarkArguments } from '../harness/arguments.mjs';
import { measure } from '../harness/measure.mjs';
import { atLeast, print, writeJson } from '../harness/report.mjs';
import { startServer } from './start-server.mjs';
import { postAll } from './post-all.mjs';

/**
 * The receiver against the same inserts done raw behind the same HTTP server: same requests, same tables, same
 * durability, same sharing of commits between requests that come together; only without the protocol.
 */
const CONNECTIONS = 64;
const BATCH_SIZE = 100;
/** The receiver must reach its own figure, or this share of raw on a machine where raw does not. */
const SHARE_OF_RAW = 0.7;

const options = { ...benchmarkArguments(), log: (line) => console.log(line) };
build('packages/server/tsconfig.lib.json');

const singles = options.quick ? 2_000 : 20_000;
const batches = options.quick ? 200 : 1_500;
const rows = [
  ...(await measure('Single operations', contenders(singles, 1), options)),
  ...(await measure(`Batches of ${BATCH_SIZE}`, contenders(batches, BATCH_SIZE), options)),
];
const result = {
  rows,
  goals: [
    goal('server.single', 'Single operations', 5_000),
    goal('server.batch', `Batches of ${BATCH_SIZE}`, 50_000),
  ],
};
print(result);
if (options.json !== undefined) await writeJson(options.json, result);

function contenders(requests, batchSize) {
  return ['receiver', 'raw'].map((kind) => ({
    name: kind === 'receiver' ? '@cpc/server' : 'raw inserts',
    async prepare() {
      const server = await startServer(kind);
      return {
        run: () => postAll({ port: server.port, requests, batchSize, connections: CONNECTIONS }),
        close: () => server.stop(requests * batchSize),
      };
    },
  }));
}

function goal(id, work, figure) {
  const rate = (name) => rows.find((row) => row.work === work && row.name === name).opsPerSecond;
  const bound = Math.min(figure, Math.round(SHARE_OF_RAW * rate('raw inserts')));
  return atLeast(
    id,
    `${work} a second, ${figure} or ${SHARE_OF_RAW * 100} % of raw`,
    rate('@cpc/server'),
    bound,
  );
}

function build(config) {
  const { status } = spawnSync('npx', ['tsc', '--build', config], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error('The package could not be built; the compiler says why above.');
}
