import { SyncError } from '@cpc/sync-core';
import { TRACE_FORMAT, TRACE_VERSION, type TraceHeader, type TraceLine } from '@cpc/sync-core/trace';

export interface ReadTrace {
  readonly header: TraceHeader;
  readonly lines: readonly { readonly number: number; readonly line: TraceLine }[];
}

/** @throws SyncError `STORAGE_FORMAT_NEWER`, `STORAGE_DAMAGED` */
export function readTrace(text: string): ReadTrace {
  const [first = '', ...rest] = text.split('\n');
  const header = objectAt(1, first) as { readonly [Key in keyof TraceHeader]?: unknown };
  if (header.format !== TRACE_FORMAT || typeof header.version !== 'number' || !Array.isArray(header.redacts))
    throw damaged(
      1,
      `a trace begins with {"format":"${TRACE_FORMAT}","version":${TRACE_VERSION},"redacts":[…]}`,
    );
  if (header.version > TRACE_VERSION)
    throw new SyncError(
      'STORAGE_FORMAT_NEWER',
      `The trace has version ${String(header.version)}, and this one knows up to ${TRACE_VERSION}. Update the package.`,
    );
  const lines = rest.flatMap((one, at) =>
    one === '' ? [] : [{ number: at + 2, line: lineAt(at + 2, one) }],
  );
  return { header: header as unknown as TraceHeader, lines };
}

function lineAt(number: number, text: string): TraceLine {
  const line = objectAt(number, text);
  if (line['type'] === 'event' && 'event' in line) return line as unknown as TraceLine;
  const isDecision = ['operation', 'outcome', 'policy', 'asked', 'settlement'].every(
    (field) => field in line,
  );
  if (line['type'] !== 'decision' || !isDecision)
    throw damaged(number, 'it is neither a decision nor an event');
  return line as unknown as TraceLine;
}

function objectAt(number: number, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(number, 'it is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null) throw damaged(number, 'it is not an object');
  return value as Record<string, unknown>;
}

function damaged(number: number, why: string, cause?: unknown): SyncError {
  return new SyncError('STORAGE_DAMAGED', `Line ${number} is not a line of a trace: ${why}.`, {
    cause,
    details: { line: number },
  });
}
