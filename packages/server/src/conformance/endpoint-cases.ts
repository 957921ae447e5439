import { batchCases } from './batch-cases.js';
import type { EndpointCase } from './endpoint-case.js';
import { EndpointClient } from './endpoint-client.js';
import type { EndpointHarness } from './endpoint-harness.js';
import { keyCases } from './key-cases.js';
import { principalCases } from './principal-cases.js';
import { refusalCases } from './refusal-cases.js';
import { versionCases } from './version-cases.js';

/**
 * Checks over HTTP whether an endpoint speaks this protocol, whoever wrote it, in whatever language. Without a
 * test runner: `for (const { name, run } of endpointCases(harness)) test(name, run)`. The cases count effects, so
 * they run one after the other, and nobody else uses the endpoint meanwhile.
 */
export function endpointCases(harness: EndpointHarness): readonly EndpointCase[] {
  const client = new EndpointClient(harness);
  return [
    ...keyCases(client),
    ...principalCases(client),
    ...refusalCases(client),
    ...versionCases(client),
    ...batchCases(client),
  ];
}
