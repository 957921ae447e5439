/** What the build writes into the service worker. */
declare const __SHELL__: { readonly version: string; readonly files: readonly string[] };

interface ImportMeta {
  readonly env: { readonly PROD: boolean };
}
