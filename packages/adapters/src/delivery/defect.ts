import { isSyncError, SyncError } from '@cpc/sync-core';

/**
 * Whether an error was made by code that is wrong, and not by a network that is gone.
 *
 * `fetch` says both by `TypeError`. What networks say is a hundred texts, some of them in the person's language (Safari
 * passes on the system's); what the engines say of wrong code is a few, in English everywhere. So those are looked for,
 * in V8, SpiderMonkey, JavaScriptCore and Hermes, and whatever is not known is the network's, which costs nothing but a
 * wait.
 */
export function isDefect(error: unknown): boolean {
  if (isSyncError(error, 'TRANSPORT_FAILED')) return true;
  const { name, message } = Object(error) as { readonly name?: unknown; readonly message?: unknown };
  if (typeof name !== 'string' || typeof message !== 'string') return false;
  return ALWAYS.has(name) || (name === 'TypeError' && ENGINES.some((words) => words.test(message)));
}

/** What no network makes. */
const ALWAYS: ReadonlySet<string> = new Set([
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'URIError',
]);

const ENGINES: readonly RegExp[] = [
  // V8 and Hermes: "Cannot read properties of undefined (reading 'x')"; SpiderMonkey: "can't access property".
  /^can(?:not|'t) (?:access|add|assign|convert|create|define|delete|destructure|mix|read|redefine|set)\b/i,
  // All: "x is not a function", "x is undefined"; JavaScriptCore: "undefined is not an object (evaluating 'x.y')".
  / is (?:null|undefined|not (?:a constructor|a function|an object|callable|extensible|iterable))\b/,
  // The platform about its arguments: "Failed to execute 'fetch' on 'Window'", "Headers.append: … is an invalid header".
  /^Failed to (?:construct|execute|parse URL)\b/,
  /^(?:Headers|Request|RequestInit|Response|Window\.fetch|WorkerGlobalScope\.fetch)\b.*[:.]/,
  /invalid URL|not a valid URL|invalid header (?:name|value)/i,
  /cyclic|circular structure|serialize a BigInt|constant variable|readonly property|read only property/,
  /illegal (?:constructor|invocation)|incompatible receiver|invalid assignment/i,
];

/** A defect as an error of this library; one that is of it already stays. */
export function defectOf(error: unknown): SyncError {
  if (isSyncError(error, 'TRANSPORT_FAILED')) return error;
  const { name = 'Error', message = '' } = Object(error) as {
    readonly name?: string;
    readonly message?: string;
  };
  return new SyncError('TRANSPORT_FAILED', `The transport failed by itself: ${name}: ${message}`, {
    cause: error,
  });
}

interface Platform {
  readonly reportError?: (error: unknown) => void;
  readonly process?: { readonly emitWarning?: (text: string, options: object) => void };
}

/** Tells a defect where the platform tells errors that nobody caught: once for each thing that has it, since it will come again. */
export class DefectTeller {
  #isTold = false;

  tell(error: SyncError): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const { reportError, process } = globalThis as Platform;
    if (reportError !== undefined) reportError(error);
    else process?.emitWarning?.(error.message, { code: `CPC_${error.code}`, detail: error.stack ?? '' });
  }
}
