/** An address's path to mount something at. @throws TypeError where it is not a path without a slash at its end */
export function mountPath(path: string): string {
  if (/^(\/[^/?#]+)+$/.test(path)) return path;
  throw new TypeError(`path takes a path such as /operations; got ${JSON.stringify(path)}`);
}
