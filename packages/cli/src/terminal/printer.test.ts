import { expect, test } from '@jest/globals';
import { MemorySink } from '../../test/memory-sink.js';
import { Printer, styled } from './printer.js';
import { table } from './table.js';

async function printed(isTTY: boolean, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const sink = new MemorySink(isTTY);
  await new Printer(sink, env).line(styled('red', 'no\u001b[2J'), ' price');
  return sink.text;
}

test('a terminal has colours, unless it is asked not to', async () => {
  const plain = 'no\\u{1b}[2J price\n';
  expect(await printed(true, {})).toBe('\u001b[31mno\\u{1b}[2J\u001b[0m price\n');
  expect(await printed(true, { NO_COLOR: '' })).toContain('\u001b[31m');
  expect(await printed(true, { NO_COLOR: '1' })).toBe(plain);
  expect(await printed(true, { TERM: 'dumb' })).toBe(plain);
  expect(await printed(false, {})).toBe(plain);
});

test('JSON is indented for people and one line for programs', async () => {
  for (const [isTTY, text] of [
    [true, '{\n  "a": 1\n}\n'],
    [false, '{"a":1}\n'],
  ] as const) {
    const sink = new MemorySink(isTTY);
    await new Printer(sink, {}).json({ a: 1 });
    expect(sink.text).toBe(text);
  }
});

test('a write that fails is told to its caller', async () => {
  const failing = new Printer({ write: (_, written) => (written(new Error('no reader')), false) }, {});
  await expect(failing.line('a')).rejects.toThrow('no reader');
});

test('columns stand one below the other by what is seen of them', () => {
  const lines = table(
    [{ title: 'ID' }, { title: 'N', align: 'right' }, { title: 'KIND', max: 5 }],
    [
      ['a\n', '1', 'stall.sell'],
      ['b', '100', 'x'],
    ],
  );
  expect(lines).toEqual([[styled('dim', 'ID     N  KIND')], ['a\\n    1  stal…'], ['b    100  x']]);
});
