import { readFile } from 'node:fs/promises';
import { Code } from '@connectrpc/connect';
import { describe, expect, test } from '@jest/globals';
import { outcomeOfCode } from './outcome-of-code.js';

/** Code, outcome from anybody with its failure code, outcome where it is recognised as the receiver's. */
const TABLE: [Code, string, string, string][] = [
  [Code.Canceled, 'unreachable', 'NETWORK_UNREACHABLE', 'unreachable'],
  [Code.Unknown, 'unreachable', 'NETWORK_CAPTIVE', 'retry'],
  [Code.InvalidArgument, 'unreachable', 'NETWORK_CAPTIVE', 'rejected'],
  [Code.DeadlineExceeded, 'unreachable', 'ATTEMPT_TIMEOUT', 'unreachable'],
  [Code.NotFound, 'unreachable', 'NETWORK_CAPTIVE', 'rejected'],
  [Code.AlreadyExists, 'unreachable', 'NETWORK_CAPTIVE', 'rejected'],
  [Code.PermissionDenied, 'unreachable', 'NETWORK_CAPTIVE', 'rejected'],
  [Code.ResourceExhausted, 'retry', 'SERVER_RETRY', 'retry'],
  [Code.FailedPrecondition, 'unreachable', 'NETWORK_CAPTIVE', 'rejected'],
  [Code.Aborted, 'unreachable', 'NETWORK_CAPTIVE', 'retry'],
  [Code.OutOfRange, 'unreachable', 'NETWORK_CAPTIVE', 'rejected'],
  [Code.Unimplemented, 'unreachable', 'NETWORK_CAPTIVE', 'retry'],
  [Code.Internal, 'unreachable', 'NETWORK_CAPTIVE', 'retry'],
  [Code.Unavailable, 'unreachable', 'NETWORK_UNREACHABLE', 'unreachable'],
  [Code.DataLoss, 'unreachable', 'NETWORK_CAPTIVE', 'retry'],
  [Code.Unauthenticated, 'unauthenticated', 'UNAUTHENTICATED', 'unauthenticated'],
];

test('the table has every code there is', () => {
  const codes = Object.values(Code).filter((code) => typeof code === 'number');
  expect(TABLE.map(([code]) => code)).toEqual(codes);
});

describe.each(TABLE)('%i', (code, kind, failure, recognisedKind) => {
  test(`from anybody is ${kind}, with ${failure}`, () => {
    const outcome = outcomeOfCode(code, { recognised: false, message: 'why' });
    const reason = { code: failure, message: 'why', details: { rpcCode: Code[code] } };
    expect(outcome).toEqual({ kind, reason, ...(kind === 'retry' && { scope: 'server' }) });
  });

  test(`recognised as the receiver's is ${recognisedKind}`, () => {
    expect(outcomeOfCode(code, { recognised: true, message: 'why' }).kind).toBe(recognisedKind);
  });
});

test.each([
  [Code.ResourceExhausted, false],
  [Code.Unavailable, false],
  [Code.Unavailable, true],
  [Code.Aborted, true],
])('%i that says when to come again is retried then (recognised: %p)', (code, recognised) => {
  expect(outcomeOfCode(code, { recognised, afterMs: 7, message: 'why' })).toMatchObject({
    kind: 'retry',
    afterMs: 7,
  });
});

test('the table in the README is the one that holds', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \((\d+)\) +\| `(\w+)`.*?\| `(\w+)`.*?\|/gm)];
  expect(rows.map(([, , code, anybody, recognised]) => [Number(code), anybody, recognised])).toEqual(
    TABLE.map(([code, kind, , recognisedKind]) => [code, kind, recognisedKind]),
  );
});
