import type { OperationSummary } from '../source/inspector-source.js';

/** Operations that have something in common, in order of sequence. */
export interface Group {
  readonly name: string;
  readonly operations: readonly OperationSummary[];
}

/** What waits for each entity, its head first, the longest lane first. Operations without an entity have none. */
export function lanesOf(rows: readonly OperationSummary[]): readonly Group[] {
  return groupsBy(rows, ({ entity }) => entity);
}

/** Dead letters by the code of what became of them, the most frequent first. */
export function deadLettersByReason(rows: readonly OperationSummary[]): readonly Group[] {
  return groupsBy(rows, ({ state, failure }) =>
    state === 'deadLetter' ? (failure?.code ?? 'UNKNOWN') : undefined,
  );
}

function groupsBy(
  rows: readonly OperationSummary[],
  nameOf: (row: OperationSummary) => string | undefined,
): readonly Group[] {
  const groups = new Map<string, OperationSummary[]>();
  for (const row of rows) {
    const name = nameOf(row);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return [...groups]
    .map(([name, operations]) => ({ name, operations }))
    .sort((a, b) => b.operations.length - a.operations.length);
}
