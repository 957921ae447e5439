import { problem, type Problem } from '@cpc/protocol';
import { isEncoding } from './unfold.js';
import type { WireHeaders, WireMessage } from './wire-message.js';

/**
 * Why a message is refused before anything of its body is read. Insisting on the media type also keeps out
 * forms of other sites, which a browser sends with the user's cookies and without asking (CORS).
 */
export function refusedMessage({ method, headers }: WireMessage): Problem | undefined {
  if (method !== 'POST') return problem('METHOD_NOT_ALLOWED');
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  const supported = type.trim().toLowerCase() === 'application/json' && isEncoding(encodingOf(headers));
  return supported ? undefined : problem('CONTENT_TYPE_UNSUPPORTED');
}

/** What the body is compressed with, as the request says. */
export function encodingOf(headers: WireHeaders): string {
  return headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
}
