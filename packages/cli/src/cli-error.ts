import { isSyncError } from '@cpc/sync-core';
import { EXIT, type ExitCode } from './exit-code.js';

/** Ends the command with an exit code. The message says what happened and what to do next. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (isPipeClosed(error)) return EXIT.pipeClosed;
  if (!isSyncError(error)) return EXIT.failed;
  switch (error.code) {
    case 'STORAGE_FORMAT_NEWER':
    case 'STORAGE_DAMAGED':
      return EXIT.unreadable;
    case 'STORAGE_BUSY':
      return EXIT.inUse;
    default:
      return EXIT.failed;
  }
}

/** An error in words, with what led to it. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

function isPipeClosed(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}
