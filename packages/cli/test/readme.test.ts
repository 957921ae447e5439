import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EXIT } from '../src/index.js';
import { CliUnderTest } from './process.js';
import { enqueue, kill, operation } from './queue-file.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

let cli: CliUnderTest;
beforeAll(async () => {
  cli = await CliUnderTest.build();
});
afterAll(() => cli.remove());

/** The commands of the worked session with what each prints. */
function session(): readonly { readonly command: string; readonly printed: string }[] {
  const blocks = [...readme.matchAll(/```console\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  return blocks
    .join('')
    .split(/^\$ /m)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [command = '', ...printed] = part.split('\n');
      return { command, printed: printed.join('\n').trimEnd() };
    });
}

/** Times differ from run to run. */
const timeless = (text: string): string =>
  text
    .trimEnd()
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<moment>')
    .replace(/in \d+ m?s(, [\d,]+\/s)?/g, 'in <time>');

test('the session of the README prints what it says', async () => {
  const createdAt = Date.now() - (3 * 60 + 5) * 60_000 - 30_000;
  const made = (id: string, stall: number, price: string) =>
    operation(id, {
      entity: `stalls/${stall}`,
      payload: `{"price":"${price}"}`,
      createdAt,
      scheduledAt: createdAt,
    });
  const file = join(cli.folder, 'outbox.sqlite');
  await enqueue(file, made('sale-1', 7, 'free'), made('sale-2', 7, '2.50'), made('sale-3', 8, '1.20'));
  await kill(file, 'PRICE_WRONG', 'A price is a number.', 'sale-1');
  let code: number | null = 0;
  const commands = session();
  expect(commands.length).toBeGreaterThan(6);
  for (const { command, printed } of commands) {
    if (command === 'echo $?') {
      expect(printed).toBe(String(code));
      continue;
    }
    const [program, ...args] = command.split(' ');
    expect(program).toBe('cpc-sync');
    const ended = await cli.run(args);
    code = ended.code;
    expect(timeless(ended.stdout + ended.stderr)).toBe(timeless(printed));
  }
});

test('every exit code is explained', () => {
  for (const code of Object.values(EXIT)) expect(readme).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'));
});
