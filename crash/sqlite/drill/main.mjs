// A process that takes one job after the other, with the binding that it was started for. Its parent sees by its answers
// that its event loop lives.
import module from 'node:module';
import { betterSqlite3, nodeSqlite } from '@cpc/storage-sqlite';
import { cycles } from './cycles.mjs';
import { drain } from './drain.mjs';
import { hold } from './hold.mjs';
import { look } from './look.mjs';

const JOBS = { cycles, drain, hold, look };
const isBuiltIn = process.argv[2] === nodeSqlite.name;
const binding = isBuiltIn ? nodeSqlite : betterSqlite3;
if (isBuiltIn) withoutBetterSqlite3();

process.on('message', ({ job, ...details }) => {
  if (job === undefined) return;
  JOBS[job](binding, details).then(
    (report) => process.send({ report }),
    (error) => process.send({ failure: String(error?.stack ?? error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });

/** As on a machine where it is not installed: the command line takes the one that is built in only then. */
function withoutBetterSqlite3() {
  module.registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== betterSqlite3.name) return next(specifier, context);
      throw Object.assign(new Error(`${specifier} is not installed`), { code: 'ERR_MODULE_NOT_FOUND' });
    },
  });
}
