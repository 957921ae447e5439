import { expect, test } from '@jest/globals';
import type { HeardEvidence } from './evidence-log.js';
import { hear, type Testimony } from './testimony.js';

const KINDS = { a: 'answered', s: 'answered', u: 'unreachable', c: 'captive' } as const;

/** `a` answered, `s` answered slowly, `u` unreachable, `c` captive. */
function heard(letters: string): HeardEvidence[] {
  return letters.split('').map((letter, i) => ({
    kind: KINDS[letter as keyof typeof KINDS],
    source: 'test',
    latencyMs: letter === 's' ? 6000 : 20,
    atMs: i,
  }));
}

test.each<[string, Testimony, string]>([
  ['', undefined, 'nothing says nothing'],
  ['a', 'through', 'one answer is enough'],
  ['u', undefined, 'one failure alone says nothing'],
  ['uu', 'cut', 'failures in a row are a cut'],
  ['aau', 'through', 'one loss after answers is no cut'],
  ['aauu', 'cut', 'answers before do not help against failures in a row'],
  ['ac', 'captive', 'the latest word counts when something else answers'],
  ['ca', 'through', 'a sign-in at the portal ends it'],
  ['cu', undefined, 'a failure behind a portal may be anything'],
  ['uuuuua', 'through', 'an outage that is over is over'],
  ['uuauua', 'lossy', 'a second outage is loss'],
  ['auauauua', 'through', 'an outage that is over ends what was lost before it, too'],
  ['auau', 'lossy', 'half of the requests get lost'],
  ['aaaaaaauaaaaaau', 'through', 'a few losses among many answers are normal'],
  ['s', 'through', 'one slow answer may be the pause of the server'],
  ['ass', 'lossy', 'two slow answers are a slow network'],
  ['ssa', 'through', 'a quick answer ends it'],
])('%j is heard as %s: %s', (letters, testimony) => {
  expect(hear(heard(letters), { failures: 2, slowMs: 5000 })).toBe(testimony);
});

test('counts as many failures for a cut as it is told', () => {
  expect(hear(heard('auu'), { failures: 3, slowMs: 5000 })).toBe('lossy');
  expect(hear(heard('u'), { failures: 1, slowMs: 5000 })).toBe('cut');
});
