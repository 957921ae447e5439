export interface SeenRequest {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Headers;
  readonly body: string;
}

type Answer = (request: SeenRequest) => Response | Promise<Response>;

/** A `fetch` that answers as the test says, and remembers what it was asked. */
export function scriptedFetch(...answers: readonly Answer[]): {
  readonly fetch: typeof globalThis.fetch;
  readonly seen: readonly SeenRequest[];
} {
  const seen: SeenRequest[] = [];
  return {
    seen,
    fetch: async (input, init = {}) => {
      const request = {
        url: String(input instanceof Request ? input.url : input),
        init,
        headers: new Headers(init.headers),
        body: typeof init.body === 'string' ? init.body : '',
      };
      const answer = answers[Math.min(seen.length, answers.length - 1)];
      seen.push(request);
      if (answer === undefined) throw new TypeError('the test gave no answer');
      return answer(request);
    },
  };
}

/** Answers like the receiver: JSON that names the request's key. */
export function echoing(status: number, body: object = {}, headers: Record<string, string> = {}): Answer {
  return (request) => {
    const idempotencyKey = request.headers.get('idempotency-key')?.slice(1, -1).replace(/\\(.)/g, '$1');
    return Response.json({ idempotencyKey, status, ...body }, { status, headers });
  };
}

/** Answers a batch, giving each of its items the status that `statusOf` names. */
export function batching(statusOf: (key: string) => number): Answer {
  return (request) => {
    const items = JSON.parse(request.body) as { idempotencyKey: string }[];
    return Response.json(
      items.map(({ idempotencyKey }) => ({ idempotencyKey, status: statusOf(idempotencyKey) })),
    );
  };
}
