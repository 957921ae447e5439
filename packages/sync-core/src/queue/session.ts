import type { QueueStorage } from '../ports/queue-storage.js';
import type { Principals } from '../ports/sign-in.js';
import type { SignedIn, SignInResult, SignInRules } from '../ports/sign-in.js';
import type { EventHub } from './event-hub.js';
import type { SyncEvent } from './sync-event.js';

export interface SessionCollaborators {
  readonly storage: QueueStorage;
  readonly hub: EventHub;
  /** Somebody signed in, or out with `undefined`: whoever sends gives up what is not theirs, and looks anew. */
  readonly onSignIn: (principal: string | undefined) => void;
}

/** What a caller said, and what came of it once it is stored. */
interface Said extends SignedIn {
  readonly rules: SignInRules;
  /** Who was signed in when it was to be stored for the first time. */
  found?: SignedIn | undefined;
  result?: SignInResult;
}

const NOTHING: SignInResult = { adopted: [], purged: 0 };

/**
 * Who is signed in, as this instance of the queue knows it, in step with what the storage says.
 *
 * What is said here counts here at once and in the storage a moment later; until it is stored, nothing is claimed. What
 * another instance said is heard by a notice, and otherwise with the next claim or the next look into the queue.
 */
export class Session {
  readonly #with: SessionCollaborators;
  #principal: string | undefined;
  /** Grows with whatever is said or heard, so that an answer of the storage from before is known to be old. */
  #turn = 0;
  #isOpen = false;
  /** What was said and is not stored yet, in order: each may purge or adopt. */
  readonly #unstored: Said[] = [];
  #storing: Promise<void> | undefined;

  constructor(collaborators: SessionCollaborators) {
    this.#with = collaborators;
  }

  get principal(): string | undefined {
    return this.#principal;
  }

  /** Names the moment of a question to the storage, see {@link heard}. */
  get turn(): number {
    return this.#turn;
  }

  /** Whether whoever is signed in here may see what belongs to the principal. */
  sees(event: SyncEvent): boolean {
    return !('id' in event) || event.principal === this.#principal;
  }

  /** The storage is open: what was said before is written, and otherwise what it says is taken over. */
  async open(): Promise<void> {
    this.#isOpen = true;
    if (this.#isStored) await this.look();
    else await this.ready();
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Before `open` nothing is stored yet, and nothing was adopted or purged. */
  async signIn(principal: string | undefined, rules: SignInRules): Promise<SignInResult> {
    const said = this.#repeated(principal, rules) ?? { principal, rules };
    if (said !== this.#unstored.at(-1)) this.#unstored.push(said);
    this.#become(principal);
    if (this.#isOpen) await this.ready();
    return said.result ?? NOTHING;
  }

  /** Resolves when all that was said here is stored; tries again where it could not be. */
  async ready(): Promise<void> {
    if (this.#isStored) return;
    this.#storing ??= this.#store().finally(() => (this.#storing = undefined));
    await this.#storing;
  }

  /** What the storage answered to a question of that turn. An answer from before the latest word says nothing. */
  heard({ principal }: SignedIn, turn: number): void {
    if (turn !== this.#turn || !this.#isStored || principal === this.#principal) return;
    const before = this.#principal;
    this.#become(principal);
    this.#with.hub.emit({ type: 'principalChanged', principal, before });
  }

  /** Asks the storage. */
  async look(): Promise<void> {
    const { turn } = this;
    this.heard(await this.#with.storage.signedIn(), turn);
  }

  /** Another instance said something: also the same person's new sign-in lets go what waited for one. */
  async told(): Promise<void> {
    // After what is being stored here, since nobody knows which came first.
    await this.#storing?.catch(() => undefined);
    const before = this.#turn;
    await this.look();
    if (this.#turn === before) this.#with.onSignIn(this.#principal);
  }

  /** Reads for whoever is signed in: again, where that changed meanwhile. */
  async read<T>(read: (principals: Principals) => Promise<T>): Promise<T> {
    const { storage } = this.#with;
    for (;;) {
      const { principal, turn } = this;
      const isSure = !storage.supports.sharing || !this.#isStored;
      // Together, so that a storage that works in transactions needs one of them.
      const [found, result] = await Promise.all([
        isSure ? { principal } : storage.signedIn(),
        read([principal]),
      ]);
      this.heard(found, turn);
      if (this.#turn === turn) return result;
    }
  }

  /** The latest word, where it is not stored yet and is the same: said again, it is as new as this one. */
  #repeated(principal: string | undefined, { adopt, purge }: SignInRules): Said | undefined {
    const last = this.#unstored.at(-1);
    if (last === undefined || last.principal !== principal || last.rules.adopt !== adopt) return undefined;
    if ([...(last.rules.purge ?? []), ...(purge ?? [])].length > 0) return undefined;
    last.found = undefined;
    return last;
  }

  #become(principal: string | undefined): void {
    this.#turn++;
    this.#principal = principal;
    this.#with.onSignIn(principal);
  }

  get #isStored(): boolean {
    return this.#unstored.length === 0;
  }

  async #store(): Promise<void> {
    let isOvertaken = false;
    for (let said = this.#unstored[0]; said !== undefined; said = this.#unstored[0]) {
      isOvertaken = await this.#write(said);
      this.#unstored.shift();
    }
    if (isOvertaken) await this.look();
    // What was adopted may go, and whoever shows the queue looks again.
    this.#with.onSignIn(this.#principal);
  }

  /** @returns whether another instance spoke later, so that nobody was signed in here */
  async #write(said: Said): Promise<boolean> {
    const { storage, hub } = this.#with;
    const before = await storage.signedIn();
    said.found ??= before;
    const isOvertaken = before.principal !== said.found.principal && before.principal !== said.principal;
    const { adopt, purge } = said.rules;
    // A purge was promised to whom it concerns, whoever came next.
    const rules = { ...(adopt !== undefined && !isOvertaken && { adopt }), ...(purge && { purge }) };
    const { principal } = isOvertaken ? before : said;
    const result = await storage.signIn(principal, rules);
    said.result = result;
    if (before.principal !== principal)
      hub.emit({ type: 'principalChanged', principal, before: before.principal });
    if (result.adopted.length > 0) hub.emit({ type: 'adopted', principal, ids: result.adopted });
    if (result.purged > 0) hub.emit({ type: 'purged', principals: purge ?? [], count: result.purged });
    return isOvertaken;
  }
}
