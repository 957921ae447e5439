import type { EncodedAnswer, KeyedWork, WorkResult } from '../ports/effect-store.js';
import type { PostgresClient } from './postgres-database.js';
import { idOf, type StoredKey, type UsedKey } from './postgres-keys.js';
import { isCollision, isUnavailable, sqlStateOf } from './sql-state.js';

const LOCK_NOT_AVAILABLE = '55P03';

/** The works of one transaction, whose keys are locked and looked up. */
export class WorkRun<Client extends PostgresClient> {
  readonly #client: Client;
  readonly #stored: ReadonlyMap<string, StoredKey>;
  readonly #used = new Map<string, UsedKey>();

  /** @param stored - what was stored before, by `idOf` */
  constructor(client: Client, stored: ReadonlyMap<string, StoredKey>) {
    this.#client = client;
    this.#stored = stored;
  }

  /** What is to be stored before the commit. */
  get used(): readonly UsedKey[] {
    return [...this.#used.values()];
  }

  /** Rejects with what the database says where nothing can go on. */
  async apply(work: KeyedWork<Client>): Promise<WorkResult> {
    const id = idOf(work);
    const used = this.#used.get(id);
    if (used !== undefined) return repeatOf(work, used.work.fingerprint, used.answer);
    const stored = this.#stored.get(id);
    if (stored !== undefined) return repeatOf(work, stored.fingerprint, stored);
    await this.#client.query('SAVEPOINT cpc_work');
    const result = await this.#effectOf(work).catch(failed);
    if (result.kind === 'applied') this.#used.set(id, { work, answer: result.answer });
    else await this.#undo();
    return result;
  }

  async #undo(): Promise<void> {
    await this.#client.query('ROLLBACK TO SAVEPOINT cpc_work');
    await this.#client.query('RELEASE SAVEPOINT cpc_work');
  }

  async #effectOf({ effect }: KeyedWork<Client>): Promise<WorkResult> {
    const { keep, answer } = await effect(this.#client);
    if (!keep) return { kind: 'refused', answer };
    // Rejects where a statement failed and the effect went on as if nothing had happened.
    await this.#client.query('RELEASE SAVEPOINT cpc_work');
    return { kind: 'applied', answer };
  }
}

function repeatOf(work: KeyedWork<never>, fingerprint: string, { status, body }: EncodedAnswer): WorkResult {
  return fingerprint === work.fingerprint
    ? { kind: 'repeated', answer: { status, body } }
    : { kind: 'reused' };
}

/** What an error of an effect means for its work. Rethrows what concerns the whole transaction. */
function failed(error: unknown): WorkResult {
  if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) return { kind: 'busy' };
  if (isCollision(error) || isUnavailable(error)) throw error;
  return { kind: 'failed', error };
}
