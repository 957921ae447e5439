import { expect, test } from '@jest/globals';
import { MASKED, sensitiveKeys, withMask, withoutMask } from './mask.js';
import { payloadLines } from './payload-lines.js';

const NONE: ReadonlySet<string> = new Set();
const text = (payload: unknown, revealed = NONE): string =>
  payloadLines(payload, sensitiveKeys, revealed)
    .map(({ depth, key, text }) => `${'  '.repeat(depth)}${key === undefined ? '' : `${key}: `}${text}`)
    .join('\n');

test('shows members and items with their depth', () => {
  expect(text({ item: 'apples', lots: [1, null, {}], paid: false })).toBe(
    ['{', '  item: "apples"', '  lots: [', '    1', '    null', '    {}', '  ]', '  paid: false', '}'].join(
      '\n',
    ),
  );
});

test('hides what a sensitive key holds, whatever its shape, until it is asked for', () => {
  const payload = { card: { cardNumber: '4242' }, accessToken: { value: 'abc' } };
  expect(text(payload)).not.toMatch(/4242|abc/);
  const shown = text(payload, new Set(['/card/cardNumber']));
  expect(shown).toContain('4242');
  expect(shown).not.toContain('abc');
});

test('shows hostile text as text', () => {
  expect(text({ 'a\u202Eb': '\u0007' })).toBe('{\n  a⟨U+202E⟩b: "⟨U+0007⟩"\n}');
});

test('ends after 2,000 lines and says so', () => {
  const lines = payloadLines(
    Array.from({ length: 5000 }, (_, at) => at),
    sensitiveKeys,
    NONE,
  );
  expect(lines).toHaveLength(2001);
  expect(lines.at(-1)?.text).toContain('export it');
});

test('an edit of the masked form keeps what was masked and takes what was changed', () => {
  const original = { name: 'a', token: 't', list: [{ password: 'p', n: 1 }] };
  const masked = withMask(original, sensitiveKeys) as typeof original;
  expect(JSON.stringify(masked)).not.toMatch(/"t"|"p"/);
  const edited = { ...masked, name: 'b', list: [{ ...masked.list[0], n: 2 }] };
  expect(withoutMask(edited, original, sensitiveKeys)).toEqual({
    name: 'b',
    token: 't',
    list: [{ password: 'p', n: 2 }],
  });
  expect(withoutMask({ ...masked, token: 'new' }, original, sensitiveKeys)).toMatchObject({ token: 'new' });
});

test('an item of a list keeps its own hidden values when others are removed or moved', () => {
  const original = { list: ['a', 'b', 'c'].map((name) => ({ name, pin: `pin of ${name}` })) };
  const [a, b, c] = (withMask(original, sensitiveKeys) as typeof original).list;
  expect(withoutMask({ list: [c, b] }, original, sensitiveKeys)).toEqual({
    list: [original.list[2], original.list[1]],
  });
  const invented = { list: [{ ...a, pin: `${MASKED} 4` }] };
  expect(() => withoutMask(invented, original, sensitiveKeys)).toThrow(/stands for no hidden value/);
});

test('a key named __proto__ is a key like any other', () => {
  const hostile = JSON.parse('{"__proto__":{"admin":true},"token":"t"}') as unknown;
  const back = withoutMask(withMask(hostile, sensitiveKeys), hostile, sensitiveKeys);
  expect(JSON.stringify(back)).toBe('{"__proto__":{"admin":true},"token":"t"}');
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

test('text that only looks like the mask stays where nothing is masked', () => {
  expect(withoutMask({ note: MASKED }, { note: 'x' }, sensitiveKeys)).toEqual({ note: MASKED });
});

const nested = (levels: number, inside: string): unknown =>
  JSON.parse(`${'[{"a":'.repeat(levels / 2)}${inside}${'}]'.repeat(levels / 2)}`);

test('a payload of 20,000 levels is cut where it is shown, and whole after an edit', () => {
  const deep = nested(20_000, '{"token":"t"}');
  expect(text({ deep })).toContain('export it');
  const original = { note: 'x', token: 'hidden', deep };
  const masked = withMask(original, sensitiveKeys) as typeof original;
  expect(JSON.stringify(masked)).toContain(`"${MASKED} 2"`);
  const back = withoutMask({ ...masked, note: 'y' }, original, sensitiveKeys) as typeof original;
  expect({ ...back, deep: undefined }).toEqual({ note: 'y', token: 'hidden' });
  let [mine, theirs] = [back.deep, deep] as { a: unknown }[][];
  for (let level = 0; level < 49; level++) {
    mine = mine?.[0]?.a as typeof mine;
    theirs = theirs?.[0]?.a as typeof theirs;
  }
  expect(mine?.[0]?.a).toBe(theirs?.[0]?.a);
});

test('an edit that is nested too deep is refused, since hidden values may lie in it', () => {
  const original = { token: 't' };
  expect(() => withoutMask(nested(20_000, '1'), original, sensitiveKeys)).toThrow(/deeper than 100 levels/);
  expect(() => withoutMask(nested(102, '1'), original, sensitiveKeys)).toThrow(RangeError);
  expect(withoutMask(nested(100, '1'), original, sensitiveKeys)).toEqual(nested(100, '1'));
});
