import { describe, expect, test } from '@jest/globals';
import {
  decodePercent,
  entityTag,
  faultOfKey,
  faultOfKind,
  faultOfName,
  faultOfPosition,
  faultOfShapeVersion,
  isProblemType,
  LIMITS,
  parseEntityTag,
  parseStructuredString,
  problem,
  PROBLEMS,
  structuredString,
} from './index.js';

const LONE = '\ud800';

describe('what may be an id', () => {
  test.each(['a', ' a b ', '"\\"', '~', 'k'.repeat(LIMITS.maxKeyLength)])('%j', (key) => {
    expect(faultOfKey(key)).toBeUndefined();
    expect(parseStructuredString(structuredString(key))).toBe(key);
  });
  test.each(['', 'ключ', 'a\n', LONE, 'k'.repeat(LIMITS.maxKeyLength + 1), 7, undefined])('not %j', (key) => {
    expect(faultOfKey(key)).toMatch(/printable ASCII/);
  });
});

test.each(['"k";a', '"k"; a=1; b="x;\\"y"', '"k";a=?1;b=:YWI=:;c=tok/en;d=-1.5;*e=@1700000000'])(
  'parameters behind a string are ignored: %s',
  (field) => {
    expect(parseStructuredString(field)).toBe('k');
  },
);

test.each(['"k"x', '"k";', '"k";A', '"k";a=', '"k";a="', '"k" "l"', '"k", "l"', 'k;a', ''])(
  '%j is no string',
  (field) => {
    expect(parseStructuredString(field)).toBeUndefined();
  },
);

describe('what may be a name', () => {
  test.each(['a', 'ключ', '😀', 'a/b', '.', 'n'.repeat(LIMITS.maxNameLength)])('%j', (name) => {
    expect(faultOfName(name)).toBeUndefined();
    expect(decodePercent(encodeURIComponent(name))).toBe(name);
  });
  test.each(['', `a${LONE}`, 'a\tb', 'n'.repeat(LIMITS.maxNameLength + 1), 7])('not %j', (name) => {
    expect(faultOfName(name)).toMatch(/1 to 255 characters/);
  });
});

test('a position has room for the longest channel, and is as clean as a name', () => {
  const channel = 'n'.repeat(LIMITS.maxNameLength);
  expect(faultOfPosition(`${Number.MAX_SAFE_INTEGER}@${channel}`)).toBeUndefined();
  for (const text of ['', `1@${LONE}`, '1@a\tb', 'n'.repeat(LIMITS.maxPositionLength + 1), 7])
    expect(faultOfPosition(text)).toMatch(/1 to 300 characters/);
});

test('dots alone are no kind, because an address cannot hold them', () => {
  for (const kind of ['.', '..']) {
    expect(new URL(`https://api.example/operations/${encodeURIComponent(kind)}`).pathname).not.toContain(
      kind,
    );
    expect(faultOfKind(kind)).toMatch(/not \. or \.\./);
  }
  expect(faultOfKind('...')).toBeUndefined();
});

test.each([-1, 1.5, 1_000_000_000, Number.NaN, '1'])('%p is no version of a shape', (version) => {
  expect(faultOfShapeVersion(version)).toMatch(/integer from 0/);
  expect(faultOfShapeVersion(LIMITS.maxShapeVersion)).toBeUndefined();
});

describe('a version of a record travels as an entity tag', () => {
  test.each(['7', 'W/"x"', '2026-01-31 10:00:00', 'ключ', '100%', 'a%20b', '"', "it's", '😀'])(
    '%j',
    (version) => {
      const tag = entityTag(version);
      expect(tag).toMatch(/^"[\x21\x23-\x7e]+"$/);
      expect(parseEntityTag(tag)).toBe(version);
    },
  );
  test.each(['7', '"7" , "8"', 'W/"7"', '*', '""', '"100%"'])('not the field %j', (field) => {
    expect(parseEntityTag(field)).toBeUndefined();
  });
});

test('all names at their longest, encoded, leave room in the headers that a server reads', () => {
  const longest = encodeURIComponent('中'.repeat(LIMITS.maxNameLength)).length;
  // Entity, principal, timestamp and version; the kind stands in the address, which counts too.
  expect(5 * longest + LIMITS.maxKeyLength).toBeLessThan(12_000);
});

test('a problem is known by its type, whatever carried it', () => {
  for (const code of Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[]) {
    expect(isProblemType(problem(code).type)).toBe(true);
  }
  expect(isProblemType('about:blank')).toBe(false);
  expect(isProblemType(undefined)).toBe(false);
});
