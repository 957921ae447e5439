/**
 * Whether an answer is a redirect, or comes from where one led. Some platforms follow redirects whatever they are told
 * (React Native), and then the answer, be it the best, is that of a page that nobody chose: no word about an operation.
 * What was sent there is sent; no program can take that back.
 *
 * @param asked - the address that was asked
 */
export function isRedirected(
  {
    status,
    type,
    redirected,
    url,
  }: Pick<Response, 'status' | 'type' | 'url'> & { readonly redirected?: boolean },
  asked: string,
): boolean {
  if (redirected === true || type === 'opaqueredirect' || (status >= 300 && status < 400)) return true;
  // An answer that was made by a program, as in a service worker, has no address.
  if (typeof url !== 'string' || !URL.canParse(url) || !URL.canParse(asked)) return false;
  const from = new URL(url);
  const to = new URL(asked);
  if (from.origin !== to.origin) return true;
  // A platform that does not say whether it followed one: another path will do.
  return redirected === undefined && from.pathname !== to.pathname;
}
