import type { RequestListener } from 'node:http';
import type { BrowserContext, BrowserContextOptions } from 'playwright-core';

export interface LaunchOptions {
  /** Flags besides the usual ones. */
  readonly args?: readonly string[];
  /** What Playwright's `launchPersistentContext` takes as well. */
  readonly context?: BrowserContextOptions;
  /** A profile folder to use and to keep. A fresh one, removed at `close`, when absent. */
  readonly profile?: string;
}

export interface LaunchedBrowser {
  readonly context: BrowserContext;
  readonly profile: string;
  /** Closes the browser and removes its profile unless the caller gave it. */
  close(): Promise<void>;
}

/** Path of a Chromium that is on this machine already. */
export function findBrowser(): string | undefined;
/** Path of a Chromium, installed first where there is none. Throws an `Error` that says what to do. */
export function installBrowser(): string;
/** Launches a headless Chromium on a fresh profile, or on the one given. */
export function launchBrowser(options?: LaunchOptions): Promise<LaunchedBrowser>;

export interface ServedBundle {
  /** `http://127.0.0.1:<port>`: a secure context, so that service workers and Web Locks work. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Bundles a TypeScript module from the sources of the packages and serves a page that runs it. */
export function serveBundle(
  entry: string,
  answer?: RequestListener,
  moduleFolders?: readonly string[],
): Promise<ServedBundle>;
