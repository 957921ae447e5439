import { context, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import type { Operation } from '../operation/operation.js';
import type { DeliveryOutcome } from '../outcome/delivery-outcome.js';
import type { Transport } from '../ports/transport.js';

/**
 * A transport whose sends are spans, named `cpc.send`. The span is active while the inner transport works, so an
 * instrumented `fetch` beneath it joins the trace.
 *
 * Attributes: `messaging.batch.message_count`, `cpc.kinds`, and `cpc.outcomes`, the counts by outcome as
 * `acknowledged=49 retry=1`. Payloads never appear. A send with an operation that was neither acknowledged nor
 * skipped ends with an error status.
 */
export function tracedTransport(transport: Transport, tracer: Tracer): Transport {
  return {
    ...(transport.maxBatchSize !== undefined && { maxBatchSize: transport.maxBatchSize }),
    ...(transport.keepsOrder !== undefined && { keepsOrder: transport.keepsOrder }),
    ...(transport.whoami !== undefined && { whoami: transport.whoami.bind(transport) }),
    async send(operations, sendContext) {
      const span = tracer.startSpan('cpc.send', {
        kind: SpanKind.PRODUCER,
        attributes: attributesOf(operations),
      });
      try {
        const active = trace.setSpan(context.active(), span);
        const outcomes = await context.with(active, () => transport.send(operations, sendContext));
        span.setAttribute('cpc.outcomes', countsOf(outcomes));
        const failed = outcomes.find(({ kind }) => kind !== 'acknowledged' && kind !== 'skipped');
        if (failed !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failed.kind });
        return outcomes;
      } catch (error) {
        span.recordException(error instanceof Error ? error : String(error));
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    },
  };
}

function attributesOf(operations: readonly Operation[]): Record<string, number | string[]> {
  const kinds = [...new Set(operations.map(({ kind }) => kind))];
  return { 'messaging.batch.message_count': operations.length, 'cpc.kinds': kinds };
}

function countsOf(outcomes: readonly DeliveryOutcome[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of outcomes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${kind}=${count}`).join(' ');
}
