import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const SCRIPT = fileURLToPath(new URL('serve.mjs', import.meta.url));

test('prints the address, serves the page, and stops cleanly on Ctrl-C though a page is listening', async () => {
  const data = mkdtempSync(join(tmpdir(), 'market-day-'));
  const env = { ...process.env, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, [SCRIPT, '--port', '0', '--data', data], { env });
  const closed = once(child, 'close');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    const url = /http:\S+/.exec(line)?.[0];
    if (url === undefined) continue;
    expect(await (await fetch(url)).text()).toContain('<market-day>');
    const events = await fetch(`${url}api/events`);
    child.kill('SIGINT');
    await expect(events.text()).rejects.toThrow('terminated');
  }
  expect(await closed).toEqual([0, null]);
  expect(lines.at(-1)).toBe('Stopped.');
  expect(readdirSync(data).filter((name) => name.endsWith('-wal'))).toEqual([]);
  rmSync(data, { recursive: true });
}, 60_000);
