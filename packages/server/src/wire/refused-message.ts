import { problem, type Problem } from '@cpc/protocol';
import type { WireMessage } from './wire-message.js';

/**
 * Why a message is refused before anything of its body is read. Insisting on the media type also keeps out
 * forms of other sites, which a browser sends with the user's cookies and without asking (CORS).
 */
export function refusedMessage({ method, headers }: WireMessage): Problem | undefined {
  if (method !== 'POST') return problem('METHOD_NOT_ALLOWED');
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  const encoding = headers.get('content-encoding') ?? 'identity';
  const supported = type.trim().toLowerCase() === 'application/json' && encoding === 'identity';
  return supported ? undefined : problem('CONTENT_TYPE_UNSUPPORTED');
}
