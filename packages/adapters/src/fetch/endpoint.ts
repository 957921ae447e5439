/**
 * Where operations may go. Checked before anything is sent, since a wrong address would be given the payload
 * and the credentials.
 */
export class EndpointPolicy {
  readonly #origins: ReadonlySet<string>;

  /** @throws TypeError where an origin is not one */
  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins.map(originOf));
  }

  /** @throws TypeError where the address is not allowed */
  check(url: URL): URL {
    if (!isSecure(url)) {
      throw new TypeError(`endpoint takes https, or http on loopback; got ${url.origin}`);
    }
    if (!this.#origins.has(url.origin)) {
      throw new TypeError(
        `endpoint ${url.origin} is not in allowedOrigins; add it if it may receive operations`,
      );
    }
    if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
      throw new TypeError('endpoint takes an address without query, fragment or credentials');
    }
    return url;
  }
}

/** Reads an address, a relative one against the page's. @throws TypeError where it is not an address */
export function parseEndpoint(endpoint: string | URL): URL {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  if (!URL.canParse(String(endpoint), page)) {
    throw new TypeError(
      `endpoint takes an address such as https://api.example/operations; got ${String(endpoint)}`,
    );
  }
  return new URL(endpoint, page);
}

function originOf(text: string): string {
  if (!URL.canParse(text) || new URL(text).origin !== text) {
    throw new TypeError(`allowedOrigins takes origins such as https://api.example; got ${text}`);
  }
  return text;
}

function isSecure(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** Loopback as browsers count it (W3C Secure Contexts, section 3.1). */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
  );
}
