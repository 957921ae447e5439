import { parseArgs } from 'node:util';

/** The options that all benchmarks share. */
export function benchmarkArguments(argv = process.argv.slice(2)) {
  const { values } = parseArgs({
    args: argv,
    options: {
      json: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new RangeError(`--rounds must be 1 or more, got ${values.rounds}`);
  return { json: values.json, rounds: values.quick ? 1 : rounds, quick: values.quick, only: values.only };
}
