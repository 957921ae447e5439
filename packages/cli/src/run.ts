import { CommanderError } from 'commander';
import { CliError, exitCodeOf, messageOf } from './cli-error.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import { programOf } from './program.js';
import { toSafeJson } from './terminal/escape-text.js';
import { Printer, styled } from './terminal/printer.js';
import { VERSION } from './version.js';

/**
 * Runs one command line and answers with its exit code. It rejects never.
 *
 * @param argv - the arguments, without the program's own name
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const out = new Printer(io.stdout, io.env);
  const notes = new Printer(io.stderr, io.env);
  const writing: Promise<void>[] = [];
  let code: ExitCode = EXIT.ok;
  const program = programOf(io, VERSION, (answer) => (code = answer));
  for (const one of [program, ...program.commands]) {
    one.exitOverride().configureOutput({
      writeOut: (text) => void writing.push(out.harmless(text)),
      writeErr: (text) =>
        void writing.push(
          ...text
            .trimEnd()
            .split('\n')
            .map((line) => notes.line(line)),
        ),
    });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    await Promise.all(writing);
    return code;
  } catch (error) {
    return await report(error, notes, argv.includes('--json'), writing);
  }
}

async function report(
  error: unknown,
  notes: Printer,
  isJson: boolean,
  writing: readonly Promise<void>[],
): Promise<ExitCode> {
  const isUsage = error instanceof CommanderError;
  const code = isUsage ? (error.exitCode === 0 ? EXIT.ok : EXIT.usage) : exitCodeOf(error);
  try {
    await Promise.all(writing);
    // Commander has said its own, and nobody listens to a closed pipe.
    if (!isUsage && code !== EXIT.pipeClosed) await tell(error, code, notes, isJson);
    return code;
  } catch (second) {
    return exitCodeOf(second);
  }
}

async function tell(error: unknown, exitCode: ExitCode, notes: Printer, isJson: boolean): Promise<void> {
  const message = messageOf(error);
  if (isJson) {
    const found = (error as { readonly code?: unknown } | null)?.code;
    const code = error instanceof CliError || typeof found !== 'string' ? null : found;
    await notes.harmless(`${toSafeJson({ error: { exitCode, code, message } })}\n`);
  } else {
    await notes.line(styled('red', 'cpc-sync: '), message);
  }
}
