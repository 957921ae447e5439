import { demand, demandStatus, type EndpointAnswer, type EndpointClient } from './endpoint-client.js';
import type { EndpointCase } from './endpoint-case.js';

/** What `If-Match` does, where the endpoint has a kind with versions. */
export function versionCases(client: EndpointClient): readonly EndpointCase[] {
  const { versioned } = client.harness;
  if (versioned === undefined) return [];
  const { kind, entity, payload } = versioned;
  const change = (number: number, version?: string): Promise<EndpointAnswer> =>
    client.send({
      key: client.newKey(),
      kind,
      payload: payload(number),
      headers: {
        'sync-entity': encodeURIComponent(entity),
        ...(version !== undefined && { 'if-match': `"${version}"` }),
      },
    });
  return [
    {
      name: 'applies a change against the version it was made on, and answers others with its record',
      async run() {
        const first = versionOf(await change(1));
        demandStatus(await change(2, first), 200, 'to a change against the present version');
        const late = await change(3, first);
        demandStatus(late, 412, 'to a change against an older version');
        const remote = late.body['remote'] as { readonly version?: unknown } | undefined;
        demand(typeof remote?.version === 'string', 'answers 412 without the version of its record');
        demandStatus(
          await change(3, String(remote?.version)),
          200,
          'to a change against the version that it gave',
        );
      },
    },
  ];
}

function versionOf(answer: EndpointAnswer): string {
  const { version } = answer.body;
  demand(typeof version === 'string', 'acknowledges a change of a kind with versions without a version');
  return String(version);
}
