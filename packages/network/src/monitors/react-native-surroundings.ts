/** What `@react-native-community/netinfo` says of the network, as far as it is needed. */
export interface NetInfoStateLike {
  /** `wifi`, `cellular`, `none`, `unknown`, … */
  readonly type: string;
  /** `null` where it is not known. */
  readonly isConnected: boolean | null;
  /** Whether NetInfo's own test request was answered; `null` while it is not known. */
  readonly isInternetReachable?: boolean | null;
  readonly details?: { readonly cellularGeneration?: string | null } | null;
}

/** The default export of `@react-native-community/netinfo` satisfies it, and so does what Expo re-exports. */
export interface NetInfoLike {
  /** Calls the listener with the present state, then with every other one. Returns the way to stop it. */
  addEventListener(listener: (state: NetInfoStateLike) => void): () => void;
  /** Looks again, now. NetInfo has it from version 10 on. */
  refresh?(): Promise<NetInfoStateLike>;
}

/** React Native's `AppState` satisfies it. */
export interface AppStateLike {
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void };
}
