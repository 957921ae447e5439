import { systemClock } from '@cpc/sync-core';

/** How long the browser has to fetch what it saves, in milliseconds. */
const KEPT_MS = 60_000;

/** Lets the browser save text under a name. */
export async function saveLines(lines: AsyncIterable<string>, name: string): Promise<void> {
  const parts: string[] = [];
  for await (const line of lines) parts.push(line);
  const url = URL.createObjectURL(new Blob(parts, { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Not at once: some browsers begin to read only later.
  systemClock.setTimer(() => URL.revokeObjectURL(url), KEPT_MS);
}
