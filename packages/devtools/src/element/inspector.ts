import { type Explanation, isSyncError, type SyncQueue, type SyncWorker } from '@cpc/sync-core';
import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { deadLettersByReason, type Group, lanesOf } from '../model/groups.js';
import { InspectorModel } from '../model/inspector-model.js';
import { EVERYTHING, type Selection, selectRows } from '../model/select-rows.js';
import type { InspectorSource, OperationDetail, OperationSummary } from '../source/inspector-source.js';
import { queueSource } from '../source/queue-source.js';
import { type Mask, sensitiveKeys } from '../text/mask.js';
import { visibleText } from '../text/visible-text.js';
import { deadLetterGroups } from './dead-letter-groups.js';
import { filterBar } from './filter-bar.js';
import { inspectorStyles } from './inspector-styles.js';
import { laneRow, operationRow } from './operation-rows.js';
import { saveLines } from './save-lines.js';
import { type Tab, tabBar, TABS } from './tab-bar.js';
import { themeStyles } from './theme-styles.js';

interface Chosen {
  readonly operation: OperationDetail;
  readonly explanation: Explanation | undefined;
}

/**
 * `<cpc-inspector>`: what is in a queue, why it waits, and what to do about it. Give it a {@link queue}, with the
 * {@link worker} that empties it, or a {@link source} of another kind.
 *
 * It shows text as text only and needs no inline style or script, so it works under a strict content policy. Its
 * colours follow `color-scheme`; `--cpc-accent`, `--cpc-ground` and the like replace them.
 */
export class Inspector extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    queue: { attribute: false },
    worker: { attribute: false },
    source: { attribute: false },
    mask: { attribute: false },
    tab: { state: true },
    selection: { state: true },
    chosen: { state: true },
    problem: { state: true },
  };
  /** Its own look, and the colours of either scheme. */
  static override readonly styles = [themeStyles, inspectorStyles];

  /** The queue to look at. */
  declare queue: SyncQueue | undefined;
  /** The worker of {@link queue}, to pause and to resume. */
  declare worker: SyncWorker | undefined;
  /** Where to look instead of {@link queue}. */
  declare source: InspectorSource | undefined;
  /** Whose values are hidden until somebody asks for them. @defaultValue {@link sensitiveKeys} */
  declare mask: Mask;
  declare tab: Tab;
  declare selection: Selection;
  declare chosen: Chosen | undefined;
  /** What somebody wanted to do here, and why it did not work. */
  declare problem: string | undefined;
  #source: InspectorSource | undefined;
  #model: InspectorModel | undefined;
  /** The operation that somebody wants to see; its detail may still be on its way. */
  #wantedId: string | undefined;
  #rows: readonly OperationSummary[] = [];
  #lanes: readonly Group[] = [];

  constructor() {
    super();
    this.mask = sensitiveKeys;
    this.tab = 'operations';
    this.selection = EVERYTHING;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#model?.start();
  }

  override disconnectedCallback(): void {
    this.#model?.stop();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: ReadonlyMap<PropertyKey, unknown>): void {
    if (changed.has('queue') || changed.has('worker') || changed.has('source')) this.#connect();
    const rows = this.#model?.rows ?? [];
    if (this.tab === 'operations') this.#rows = selectRows(rows, this.selection);
    if (this.tab === 'lanes') this.#lanes = lanesOf(rows);
  }

  protected override render(): TemplateResult {
    if (this.#model === undefined) return html`<p class="empty">No queue was given.</p>`;
    const problem = this.problem ?? this.#model.problem;
    return html`
      <div class="top">${tabBar(this.tab, (tab) => this.#open(tab))} ${this.#controls()}</div>
      <div role="alert">
        ${problem === undefined ? nothing : html`<p class="problem">${visibleText(problem)}</p>`}
      </div>
      ${
        this.tab === 'operations'
          ? filterBar(this.selection, this.#model.stats, (change) => this.#select(change))
          : html`<span></span>`
      }
      <div
        id="view"
        role="tabpanel"
        aria-label=${TABS[this.tab]}
        class=${this.chosen === undefined ? 'body' : 'body split'}
      >
        ${this.#view(this.#model)} ${this.#detail(this.#model)}
      </div>
    `;
  }

  #controls(): TemplateResult {
    const isPaused = this.#model?.stats?.isPaused === true;
    const toggle = (): Promise<void> => this.#do((source) => (isPaused ? source.resume() : source.pause()));
    return html`
      ${
        this.#source?.abilities.pause === true
          ? html`<button type="button" aria-pressed=${isPaused ? 'true' : 'false'} @click=${toggle}>
              ${isPaused ? 'Resume' : 'Pause'}
            </button>`
          : nothing
      }
      <button
        type="button"
        title="Everything in the queue as NDJSON, payloads in clear"
        @click=${() => this.#do((source) => saveLines(source.export(), 'queue.ndjson'))}
      >
        Export
      </button>
    `;
  }

  #view(model: InspectorModel): TemplateResult {
    switch (this.tab) {
      case 'operations':
        return this.#operations(model);
      case 'lanes':
        return this.#laneList();
      case 'deadLetters':
        return deadLetterGroups(deadLettersByReason(model.rows), {
          canChange: this.#source?.abilities.change === true,
          onShow: (id) => void this.#look(id),
          onShowAll: ({ name }) => this.#show({ state: 'deadLetter', text: name }),
          onRetryAll: ({ operations }) =>
            void this.#do(async (source) => {
              for (const { id } of operations) await source.retry(id);
            }),
        });
      case 'charts':
        return html`<cpc-inspector-charts
          tabindex="0"
          role="group"
          aria-label="Charts"
          .samples=${model.samples}
        ></cpc-inspector-charts>`;
    }
  }

  #operations(model: InspectorModel): TemplateResult {
    if (this.#rows.length === 0) {
      const words = model.rows.length === 0 ? 'The queue is empty.' : 'Nothing matches.';
      return html`<p class="empty">${words}</p>`;
    }
    const { now } = model;
    const chosenId = this.chosen?.operation.id;
    return html`
      <cpc-virtual-list
        .label=${'Operations'}
        .items=${this.#rows}
        .rowHeight=${56}
        .chosen=${chosenId === undefined ? -1 : this.#rows.findIndex(({ id }) => id === chosenId)}
        .renderRow=${(row: OperationSummary) => operationRow(row, now)}
        @row-chosen=${({ detail }: CustomEvent<number>) => void this.#look(this.#rows[detail]?.id)}
      ></cpc-virtual-list>
    `;
  }

  #laneList(): TemplateResult {
    if (this.#lanes.length === 0) return html`<p class="empty">No entity has anything waiting.</p>`;
    return html`
      <cpc-virtual-list
        .label=${'Lanes'}
        .items=${this.#lanes}
        .rowHeight=${56}
        .renderRow=${laneRow}
        @row-chosen=${({ detail }: CustomEvent<number>) =>
          this.#show({ text: this.#lanes[detail]?.name ?? '' })}
      ></cpc-virtual-list>
    `;
  }

  #detail(model: InspectorModel): TemplateResult | typeof nothing {
    if (this.chosen === undefined || this.#source === undefined) return nothing;
    const { operation, explanation } = this.chosen;
    return html`
      <div class="chosen">
        <button type="button" class="close" @click=${() => this.#closeDetail()}>Close</button>
        <cpc-inspector-detail
          .source=${this.#source}
          .operation=${operation}
          .explanation=${explanation}
          .mask=${this.mask}
          .now=${model.now}
          @operation-changed=${({ detail }: CustomEvent<string>) => this.#changed(detail)}
        ></cpc-inspector-detail>
      </div>
    `;
  }

  /** The focus goes back to where the operation was chosen. */
  async #closeDetail(): Promise<void> {
    void this.#look(undefined);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('cpc-virtual-list')?.focus();
  }

  #connect(): void {
    this.#model?.stop();
    void this.#look(undefined);
    const { queue, worker, source } = this;
    this.#source = source ?? (queue === undefined ? undefined : queueSource(queue, worker));
    this.#model = this.#source && new InspectorModel(this.#source, () => this.#onChange());
    if (this.isConnected) this.#model?.start();
  }

  #onChange(): void {
    this.requestUpdate();
    // What happened may say something new of the operation that is looked at.
    if (this.#wantedId !== undefined) void this.#look(this.#wantedId);
  }

  #open(tab: Tab): void {
    this.tab = tab;
    void this.#look(undefined);
  }

  #show(selection: Partial<Selection>): void {
    this.#open('operations');
    this.selection = { ...EVERYTHING, ...selection };
  }

  #select(change: Partial<Selection>): void {
    this.selection = { ...this.selection, ...change };
  }

  #changed(id: string): void {
    this.#model?.refresh();
    void this.#look(id);
  }

  /** Shows an operation, or none. */
  async #look(id: string | undefined): Promise<void> {
    this.#wantedId = id;
    if (id === undefined) this.chosen = undefined;
    const source = this.#source;
    if (id === undefined || source === undefined) return;
    try {
      const [operation, explanation] = await Promise.all([source.get(id), source.explain(id)]);
      if (this.#wantedId !== id) return;
      this.chosen = operation && { operation, explanation };
      if (operation === undefined) this.#wantedId = undefined;
    } catch (error) {
      this.problem = wordsOf(error);
    }
  }

  async #do(work: (source: InspectorSource) => Promise<void>): Promise<void> {
    if (this.#source === undefined) return;
    try {
      await work(this.#source);
      this.problem = undefined;
    } catch (error) {
      this.problem = wordsOf(error);
    }
    this.#model?.refresh();
  }
}

function wordsOf(error: unknown): string {
  if (isSyncError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
