import { expect, test } from '@jest/globals';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { applied, toNodeHandler } from '../src/index.js';
import { openStall } from './stall.js';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const readme = readFileSync(join(here, '..', 'README.md'), 'utf8');
const commands = [...readme.matchAll(/```sh\n(curl [\s\S]*?)```/g)].map(([, command = '']) => command);

/** What stands for curl: a small program of ours everywhere, and the real one where it is installed. */
const programs = [`'${process.execPath}' '${join(here, 'curl.mjs')}'`];
if (spawnSync('curl', ['--version']).status === 0) programs.push('curl');

test('the curl lines of the README do what it says, as often as they are run', async () => {
  const stall = openStall({
    authenticate: (headers) => /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1],
    handlers: {
      'preferences.setCurrency': {
        current: () => ({ version: '7' }),
        apply({ principal, payload }, tx) {
          tx.prepare('INSERT INTO effects (name) VALUES (?)').run(`${principal} ${JSON.stringify(payload)}`);
          return applied(undefined, '8');
        },
      },
    },
  });
  const handler = toNodeHandler(stall.receiver);
  const server = createServer((request, response) => void handler(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(commands).toHaveLength(2);
  try {
    for (const command of commands) {
      const answers: string[] = [];
      for (const program of [...programs, programs[0]!]) {
        const line = command.replaceAll(':8080', `:${port}`).replace('curl -i', `${program} -s`);
        answers.push((await run('sh', ['-c', line])).stdout);
      }
      expect(answers[0]).toContain('"status":200');
      expect(new Set(answers).size).toBe(1);
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
  expect(stall.effects()).toEqual(['ann {"code":"EUR"}', 'ann {"code":"EUR"}']);
}, 60_000);
