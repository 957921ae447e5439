import type { Subscription } from 'rxjs';
import type { EventTargetLike } from '../monitors/browser-surroundings.js';

/** Listens until the run ends. A target that is missing, or has no events, is left alone. */
export function listen(
  run: Subscription,
  target: Partial<EventTargetLike> | undefined,
  type: string,
  listener: () => void,
): void {
  target?.addEventListener?.(type, listener);
  run.add(() => target?.removeEventListener?.(type, listener));
}
