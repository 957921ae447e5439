import { systemClock } from '@cpc/sync-core';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-code.js';
import { run } from './run.js';

/** Runs the command line of this process, and sets its exit code. */
export async function main(): Promise<void> {
  const controller = new AbortController();
  const end = (error: CliError): void => {
    // The second time, whatever is under way is left: leases lapse by themselves.
    if (controller.signal.aborted) process.exit(error.exitCode);
    controller.abort(error);
  };
  process.on('SIGINT', () => end(new CliError(EXIT.interrupted, 'Interrupted.')));
  process.on('SIGTERM', () => end(new CliError(EXIT.terminated, 'Told to end.')));
  // Each write is told of its own failure; without a listener the process would end with a stack trace.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.exitCode = await run(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    clock: systemClock,
    signal: controller.signal,
  });
}
