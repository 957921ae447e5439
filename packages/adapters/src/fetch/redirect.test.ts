import { expect, test } from '@jest/globals';
import { operation } from '../../test/operation.js';
import { echoing, scriptedFetch, type SeenRequest } from '../../test/scripted-fetch.js';
import { boundedFetch } from '../connect/bounded-fetch.js';
import { FetchTransport } from './fetch-transport.js';
import type { FetchTransportOptions } from './fetch-transport-options.js';

const endpoint = 'https://api.example/operations';

/** What a platform gives that followed a redirect whatever it was told: the best of answers, from somewhere else. */
const followed = (fields: object) => async (request: SeenRequest) => {
  const response = await echoing(200, { result: 'yours' })(request);
  for (const [name, value] of Object.entries(fields)) Object.defineProperty(response, name, { value });
  return response;
};

const one = `${endpoint}/preferences.setCurrency`;

async function outcomeOf(
  answer: (request: SeenRequest) => Promise<Response> | Response,
  options: Partial<FetchTransportOptions> = {},
) {
  const { fetch, seen } = scriptedFetch(answer);
  const transport = new FetchTransport({ endpoint, fetch, ...options });
  const { signal } = new AbortController();
  return { seen, outcomes: await transport.send([operation({ id: 'k' })], { signal }) };
}

test.each([
  ['redirected', { redirected: true, url: one }],
  ['another origin', { redirected: false, url: 'https://evil.example/operations' }],
  [
    'another origin, on a platform that does not say',
    { redirected: undefined, url: 'https://evil.example/x' },
  ],
  [
    'another path, on a platform that does not say',
    { redirected: undefined, url: 'https://api.example/login' },
  ],
  ['a redirect that a browser hides', { type: 'opaqueredirect', status: 0 }],
])('an acknowledgement that comes by a redirect is none: %s', async (_, fields) => {
  const { outcomes } = await outcomeOf(followed(fields));
  expect(outcomes).toMatchObject([{ kind: 'unreachable', reason: { code: 'NETWORK_CAPTIVE' } }]);
});

test.each([
  ['its own address', { redirected: false, url: one }],
  ['its own address, on a platform that does not say', { redirected: undefined, url: one }],
  ['no address, as a service worker’s own answers', { redirected: false, url: '' }],
  ['another path without a redirect, as through a service worker', { redirected: false, url: `${one}?v=2` }],
])('an acknowledgement counts that comes from %s', async (_, fields) => {
  expect((await outcomeOf(followed(fields))).outcomes).toMatchObject([{ kind: 'acknowledged' }]);
});

test('a bounded fetch hands on no answer of a redirect', async () => {
  const { fetch } = scriptedFetch(followed({ redirected: true, url: 'https://evil.example/' }));
  const init = { method: 'POST', headers: { 'idempotency-key': '"k"' } };
  await expect(boundedFetch({ fetch })(one, init)).rejects.toThrow(/redirect/);
});

const loginPage = '<html><form action="/login">Sign in</form></html>';
const html = { 'content-type': 'text/html; charset=utf-8' };

test.each([
  ['302 to a login page', () => new Response(null, { status: 302, headers: { location: '/login' } })],
  ['302 that a browser hides', followed({ type: 'opaqueredirect', status: 0 })],
  ['200 with the login page', () => new Response(loginPage, { headers: html })],
  [
    '200 of the login page, which the platform went to',
    followed({ redirected: true, url: 'https://login.example/' }),
  ],
])('the app says that an answer asks for a sign-in: %s', async (_, answer) => {
  const { outcomes, seen } = await outcomeOf(answer, {
    signInWhen: ({ isRedirect, headers, text }) =>
      isRedirect ||
      (headers.get('content-type')?.startsWith('text/html') === true && text.includes('/login')),
  });
  expect(outcomes).toMatchObject([{ kind: 'unauthenticated', reason: { code: 'UNAUTHENTICATED' } }]);
  // Seen, and not followed.
  expect(seen).toHaveLength(1);
  expect(seen[0]!.init.redirect).toBe('manual');
});

test('what the receiver says itself is never taken for a page that asks for a sign-in', async () => {
  const { outcomes } = await outcomeOf(echoing(422, { code: 'NO' }), { signInWhen: () => true });
  expect(outcomes).toMatchObject([{ kind: 'rejected' }]);
});
