import { Command, InvalidArgumentError, Option } from 'commander';
import type { OperationState } from '@cpc/sync-core';
import { discard } from './commands/discard.js';
import { doctor } from './commands/doctor.js';
import { drain } from './commands/drain.js';
import { explain } from './commands/explain.js';
import { exportQueue } from './commands/export.js';
import { importQueue } from './commands/import.js';
import { inspect } from './commands/inspect.js';
import { list } from './commands/list.js';
import { retry } from './commands/retry.js';
import { serve } from './commands/serve.js';
import { show } from './commands/show.js';
import { EXIT_HELP, type ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import { type CommonOptions, Session } from './session.js';

/** Builds the command line. What a command answers goes to `end`. */
export function programOf(io: Io, version: string, end: (code: ExitCode) => void): Command {
  const program = new Command('cpc-sync')
    .description("Looks into a queue's SQLite file, mends it and drains it.")
    .version(version)
    .addHelpText('after', EXIT_HELP)
    .showHelpAfterError('(--help tells how it is used)');
  const run: Run =
    (work) =>
    // Commander gives the arguments, then the options, then the command itself.
    async (file: string, ...given: unknown[]): Promise<void> => {
      const options = given.at(-2) as Parameters<typeof work>[0]['options'];
      end(await work(new Session(io, file, options), given[0] as never));
    };
  addReaders(program, run);
  addWriters(program, run);
  return program;
}

/** Makes an action of what a command does. Its argument is what it says in the declaration of the command. */
type Run = <Options extends CommonOptions>(
  work: (session: Session<Options>, argument: never) => Promise<ExitCode>,
) => (file: string, ...given: unknown[]) => Promise<void>;

function addReaders(program: Command, run: Run): void {
  command(program, 'inspect', 'show what is in the queue at a glance').action(run(inspect));
  command(program, 'list', 'list operations in the order in which they were enqueued')
    .addOption(stateOption())
    .option('--kind <kind>', 'only this kind')
    .option('--entity <entity>', 'only this entity')
    .option('--principal <name>', 'only what this principal enqueued')
    .option('--limit <number>', 'how many', integer(1), 50)
    .option('--after <sequence>', 'continue behind this one', integer(0), 0)
    .option('--all', 'every page')
    .action(run(list));
  command(program, 'show', 'show all that is stored about one operation').argument('<id>').action(run(show));
  command(program, 'explain', 'say why an operation waits').argument('<id>').action(run(explain));
  command(program, 'export', 'write every operation as a line of JSON').action(run(exportQueue));
}

function addWriters(program: Command, run: Run): void {
  command(program, 'doctor', 'look for whatever is wrong, and say what to do')
    .option('--write', 'mend first what needs no decision')
    .option('--stall-after <minutes>', 'how long something may wait that could go', integer(1), 15)
    .action(run(doctor));
  command(program, 'retry', 'let dead letters and parked operations go again')
    .argument('[ids...]')
    .option('--write', 'allow it to change the file')
    .option('--all', 'all dead letters')
    .option('--kind <kind>', 'with --all: of this kind')
    .option('--reason <code>', 'with --all: that failed with this code')
    .action(run(retry));
  command(program, 'discard', 'give operations up for good')
    .argument('<ids...>')
    .option('--write', 'allow it to change the file')
    .action(run(discard));
  command(program, 'import', 'add exported operations, from a file or standard input')
    .argument('[source]')
    .option('--write', 'allow it to change the file')
    .option('--create', 'make the file, or the queue in it, where it is not there')
    .action(run(importQueue));
  command(program, 'serve', 'show the inspector in a browser of this machine')
    .option('--write', 'let it retry and discard')
    .option('--port <number>', 'where to listen; 0 takes a free one', integer(0, 65_535), 0)
    .action(run(serve));
  command(program, 'drain', 'deliver what may go, over HTTP')
    .option('--write', 'allow it to change the file')
    .requiredOption('--url <url>', 'where the receiver listens')
    .option('--token-env <name>', 'the environment variable that holds the bearer token')
    .option('--principal <name>', 'deliver what this principal enqueued as well, under the token')
    .option('--batch <number>', 'operations in one request; 1 for one request each', integer(1, 1000), 50)
    .option('--concurrency <number>', 'requests under way at once', integer(1, 64), 4)
    .option('--max-attempts <number>', 'answers before an operation becomes a dead letter', integer(1), 10)
    .action(run(drain));
}

function command(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument('<file>', 'the SQLite file')
    .option('--queue <name>', 'the queue within the file', queueName, 'queue')
    .option('--json', 'print JSON')
    .option('--busy-timeout <ms>', 'how long to wait for the lock of another process', integer(0), 5000)
    .addHelpText('after', EXIT_HELP);
}

const STATES: readonly OperationState[] = [
  'waiting',
  'scheduled',
  'blocked',
  'leased',
  'parked',
  'deadLetter',
];

function stateOption(): Option {
  return new Option('--state <states>', `only these, separated by commas: ${STATES.join(', ')}`).argParser(
    (text): readonly OperationState[] =>
      text.split(',').map((name) => {
        const state = STATES.find((one) => one.toLowerCase() === name.toLowerCase());
        if (state === undefined) throw new InvalidArgumentError(`A state is one of ${STATES.join(', ')}.`);
        return state;
      }),
  );
}

function integer(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`An integer ${range} is expected.`);
  };
}

function queueName(text: string): string {
  if (/^[a-z][a-z0-9_]{0,39}$/.test(text)) return text;
  throw new InvalidArgumentError('A queue is named with 1 to 40 of a-z, 0-9 and _, a letter first.');
}
