/** The least of an `EventTarget`, so that a test or another platform can stand in for it. */
export interface EventTargetLike {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** The Network Information API, which only some browsers have. */
export interface NetworkInformationLike extends Partial<EventTargetLike> {
  /** The medium: `wifi`, `cellular`, `none`, … Chromium says it on Android and ChromeOS only. */
  readonly type?: string;
  /** `slow-2g`, `2g`, `3g` or `4g`: an estimate from round trips, not the medium. */
  readonly effectiveType?: string;
}

export interface NavigatorLike {
  readonly onLine?: boolean;
  readonly connection?: NetworkInformationLike;
}

export interface DocumentLike extends EventTargetLike {
  readonly visibilityState: string;
}

/** What a browser monitor looks at. Each part may be missing: a worker has no document, a server none at all. */
export interface BrowserSurroundings {
  /** Fires `online` and `offline`: the window, or the global scope of a worker. */
  readonly events?: EventTargetLike;
  readonly navigator?: NavigatorLike;
  /** Fires `visibilitychange`. */
  readonly document?: DocumentLike;
}

/** The surroundings of this global scope: a page, a worker of any sort, or a server, which has none of them. */
export function platformSurroundings(): BrowserSurroundings {
  const scope = globalThis as {
    readonly addEventListener?: unknown;
    readonly navigator?: NavigatorLike;
    readonly document?: DocumentLike;
  };
  return {
    ...(typeof scope.addEventListener === 'function' && { events: scope as unknown as EventTargetLike }),
    ...(scope.navigator && { navigator: scope.navigator }),
    ...(scope.document && { document: scope.document }),
  };
}
