import { expect, test } from '@jest/globals';
import type { NetworkEvidence, NetworkState, NetworkStatus } from '../ports/network-monitor.js';
import type { HeardEvidence } from './evidence-log.js';
import { weigh } from './weigh.js';

const RULES = { failures: 2, slowMs: 5000 };

const met = (source: string, ...kinds: NetworkEvidence['kind'][]): HeardEvidence[] =>
  kinds.map((kind, i) => ({ kind, source, atMs: i }));

const hint = (state: NetworkState): NetworkStatus => ({ state, since: 0, source: 'browser', reason: state });

function judge(evidence: HeardEvidence[][], hints: NetworkState[] = [], before: NetworkState = 'unknown') {
  return weigh({ evidence, hints: hints.map(hint), before }, RULES);
}

const through = met('requests', 'answered');
const cut = met('requests', 'unreachable', 'unreachable');
const captive = met('probe', 'captive');

test('believes what was met more than the platform', () => {
  expect(judge([through], ['offline'])).toMatchObject({ state: 'online', source: 'requests' });
  expect(judge([cut], ['online'])).toMatchObject({ state: 'offline', source: 'requests' });
  expect(judge([captive], ['online'])).toMatchObject({ state: 'captive', source: 'probe' });
});

test('tells a lost network from a server that is down', () => {
  expect(judge([cut], ['offline']).reason).toMatch('nothing gets through');
  expect(judge([cut], []).reason).toMatch('nothing gets through');
  expect(judge([cut], ['unknown']).reason).toMatch('the server does not answer');
});

test('is degraded where sources disagree and something gets through', () => {
  const down = met('probe', 'unreachable', 'unreachable');
  expect(judge([through, down])).toMatchObject({ state: 'degraded', source: 'requests' });
  expect(judge([through, captive])).toMatchObject({ state: 'degraded', source: 'requests' });
  expect(judge([cut, captive])).toMatchObject({ state: 'captive', source: 'probe' });
});

test('is degraded where one source is lossy, whatever the others met', () => {
  const lossy = met('worker', 'answered', 'unreachable', 'answered', 'unreachable');
  expect(judge([through, lossy])).toMatchObject({ state: 'degraded', source: 'worker' });
});

test('names the source that spoke last of those that agree', () => {
  const later = met('later', 'answered', 'answered');
  expect(judge([through, later]).source).toBe('later');
  expect(judge([later, through]).source).toBe('later');
});

test('takes one failure for a cut where the platform says that there is no network', () => {
  const once = met('requests', 'answered', 'unreachable');
  expect(judge([once], ['offline']).state).toBe('offline');
  expect(judge([once], ['unknown']).state).toBe('online');
});

test('without evidence the most hopeful hint counts, and unknown is no hint', () => {
  expect(judge([], ['offline', 'unknown']).state).toBe('offline');
  expect(judge([], ['offline', 'degraded', 'captive']).state).toBe('degraded');
  expect(judge([], ['offline', 'online']).state).toBe('online');
  expect(judge([met('requests', 'unreachable')], ['captive']).state).toBe('captive');
});

test('good news stays, bad news fades', () => {
  expect(judge([], ['unknown'], 'online').state).toBe('online');
  expect(judge([], ['offline'], 'online').state).toBe('offline');
  for (const before of ['offline', 'captive', 'degraded'] as const)
    expect(judge([], ['unknown'], before).state).toBe('unknown');
});

test('names what the decisive piece of evidence met', () => {
  const [piece] = captive;
  const verdict = judge([[{ ...piece!, detail: 'status 511' }]]);
  expect(verdict.reason).toBe('something else answers instead of the server: status 511');
});
