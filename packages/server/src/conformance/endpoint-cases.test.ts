import { describe, expect, test } from '@jest/globals';
import { openStall, type Stall } from '../../test/stall.js';
import { endpointOf, type Receive } from '../../test/stall-endpoint.js';
import { endpointCases } from './endpoint-cases.js';

const open = (): Stall => openStall({ authenticate: (headers) => headers.get('authorization') ?? undefined });

describe('our receiver', () => {
  const harness = endpointOf(open());
  for (const { name, run } of endpointCases(harness)) test(name, run);
});

let counter = 0;

/** Endpoints that each do one thing wrong, and the sentence that must name it. */
const BAD: Readonly<
  Record<string, { between: (request: Request, receive: Receive) => Promise<Response>; found: RegExp }>
> = {
  'forgets keys': {
    between: (request, receive) => receive(withHeader(request, 'idempotency-key', `"${counter++}"`)),
    found: /makes 3 effects of one operation|makes 8 effects/,
  },
  'does not name the key': {
    between: async (request, receive) => edit(await receive(request), { idempotencyKey: undefined }),
    found: /does not name the key in its acknowledgement/,
  },
  'answers repeats with other bytes': {
    between: async (request, receive) => edit(await receive(request), { at: counter++ }),
    found: /answers a repeat with other bytes/,
  },
  'takes a key with other content for the first': {
    between: async (request, receive) => {
      const response = await receive(request);
      const { code } = (await response.clone().json()) as { code?: string };
      return code === 'KEY_REUSED' ? new Response('{}') : response;
    },
    found: /answers 200 instead of 422 to a key with other content/,
  },
  'makes up missing keys': {
    between: (request, receive) =>
      receive(
        request.headers.has('idempotency-key')
          ? request
          : withHeader(request, 'idempotency-key', `"m${counter++}"`),
      ),
    found: /answers 200 instead of 400 to an operation without a key/,
  },
  'shares keys among people': {
    between: (request, receive) =>
      receive(request.headers.has('authorization') ? withHeader(request, 'authorization', 'all') : request),
    found: /takes the operations of two people with one key for one/,
  },
  'lets nobody in': {
    between: (request, receive) =>
      receive(
        request.headers.has('authorization') ? request : withHeader(request, 'authorization', 'nobody'),
      ),
    found: /answers 200 instead of 401 to nobody/,
  },
  'takes forms': {
    between: (request, receive) => receive(withHeader(request, 'content-type', 'application/json')),
    found: /answers 200 instead of 415/,
  },
  'refuses with a page': {
    between: async (request, receive) => {
      const response = await receive(request);
      return response.ok
        ? response
        : new Response('<h1>Error</h1>', {
            status: response.status,
            headers: { 'www-authenticate': 'Bearer' },
          });
    },
    found: /refuses with text\/plain;charset=UTF-8 instead of application\/problem\+json/,
  },
  'applies one person’s operations in another’s name': {
    between: (request, receive) => receive(withHeader(request, 'sync-principal', undefined)),
    found: /answers 200 instead of 401 to an operation of somebody else/,
  },
  'calls an unknown kind refused': {
    between: async (request, receive) => {
      const response = await receive(request);
      return response.status === 404 ? edit(response, { code: 'REFUSED' }) : response;
    },
    found: /gives the code REFUSED instead of KIND_UNKNOWN/,
  },
  'ignores If-Match': {
    between: (request, receive) => receive(withHeader(request, 'if-match', undefined)),
    found: /answers 200 instead of 412 to a change against an older version/,
  },
  'answers batches in another order': {
    between: async (request, receive) => {
      const response = await receive(request);
      const json = (await response.clone().json()) as unknown;
      return Array.isArray(json) ? Response.json(json.toReversed()) : response;
    },
    found: /does not answer each item of a batch in order/,
  },
  'applies what stands behind a failed item': {
    between: async (request, receive) => {
      const items = (await request
        .clone()
        .json()
        .catch(() => undefined)) as unknown;
      if (!Array.isArray(items)) return receive(request);
      const body = JSON.stringify((items as object[]).map((item) => ({ ...item, entity: undefined })));
      return receive(new Request(request.url, { method: 'POST', headers: request.headers, body }));
    },
    found: /statuses 200,422,200,200 instead of 200,422,424,200/,
  },
  'keeps the keys of refusals': {
    between: keepingRefusals(),
    found: /answers 422 instead of 200 to a key whose first content was refused/,
  },
};

test.each(Object.entries(BAD))('finds an endpoint that %s', async (_, { between, found }) => {
  const wrong: string[] = [];
  for (const { run } of endpointCases(endpointOf(open(), between))) {
    await run().catch((error: unknown) => wrong.push(String(error)));
  }
  expect(wrong.filter((sentence) => found.test(sentence))).not.toEqual([]);
});

function withHeader(request: Request, name: string, value: string | undefined): Request {
  const changed = new Request(request);
  if (value === undefined) changed.headers.delete(name);
  else changed.headers.set(name, value);
  return changed;
}

async function edit(response: Response, members: object): Promise<Response> {
  const json = (await response.json()) as object;
  const body = Array.isArray(json) ? json : { ...json, ...members };
  return new Response(JSON.stringify(body), response);
}

function keepingRefusals(): (request: Request, receive: Receive) => Promise<Response> {
  const refused = new Map<string, string>();
  return async (request, receive) => {
    const key = request.headers.get('idempotency-key') ?? '';
    const kept = refused.get(key);
    if (kept !== undefined) return new Response(kept, { status: 422 });
    const response = await receive(request);
    if (response.status === 422) refused.set(key, await response.clone().text());
    return response;
  };
}
