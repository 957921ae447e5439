import { isLoopback } from '../fetch/endpoint.js';

/**
 * The address as text, a relative one against the page's.
 *
 * @throws TypeError where it is not wss, or ws on loopback, or carries a query, a fragment or credentials
 */
export function socketUrl(url: string | URL): string {
  const page = (globalThis as { location?: { href: string } }).location?.href.replace(/^http/, 'ws');
  if (!URL.canParse(String(url), page)) {
    throw new TypeError(`url takes an address such as wss://api.example/operations; got ${String(url)}`);
  }
  const parsed = new URL(url, page);
  const secure = parsed.protocol === 'wss:' || (parsed.protocol === 'ws:' && isLoopback(parsed.hostname));
  if (!secure) throw new TypeError(`url takes wss, or ws on loopback; got ${parsed.origin}`);
  if (parsed.search !== '' || parsed.hash !== '' || parsed.username !== '' || parsed.password !== '') {
    throw new TypeError('url takes an address without query, fragment or credentials');
  }
  return parsed.href;
}
