import { type Explanation, isSyncError } from '@cpc/sync-core';
import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { InspectorSource, OperationDetail } from '../source/inspector-source.js';
import { durationText } from '../text/duration.js';
import { type Mask, sensitiveKeys, withMask, withoutMask } from '../text/mask.js';
import { type PayloadLine, payloadLines } from '../text/payload-lines.js';
import { visibleText } from '../text/visible-text.js';
import { attemptTimeline, timeText } from './attempt-timeline.js';
import { detailStyles } from './detail-styles.js';
import { themeStyles } from './theme-styles.js';
import { priorityText, STATES } from './words.js';

/** Something that was asked for and needs a second word. */
type Mode = 'reading' | 'editing' | 'discarding';

/**
 * One operation: why it waits, its last error, its attempts and payload, and what can be done about it.
 *
 * Fires `operation-changed` after a change, with the id to look at next, or `undefined`, as its detail.
 */
export class InspectorDetail extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    source: { attribute: false },
    operation: { attribute: false },
    explanation: { attribute: false },
    mask: { attribute: false },
    now: { attribute: false },
    mode: { state: true },
    problem: { state: true },
    revealed: { state: true },
  };
  static override readonly styles = [themeStyles, detailStyles];

  declare source: InspectorSource;
  declare operation: OperationDetail;
  declare explanation: Explanation | undefined;
  declare mask: Mask;
  declare now: number;
  declare mode: Mode;
  declare problem: string | undefined;
  declare revealed: ReadonlySet<string>;

  constructor() {
    super();
    this.mask = sensitiveKeys;
    this.now = 0;
    this.mode = 'reading';
    this.revealed = new Set();
  }

  protected override willUpdate(changed: ReadonlyMap<PropertyKey, unknown>): void {
    const before = changed.get('operation') as OperationDetail | undefined;
    if (before === undefined || before.id === this.operation.id) return;
    this.mode = 'reading';
    this.problem = undefined;
    this.revealed = new Set();
  }

  protected override render(): TemplateResult {
    const { kind, id, state, failure } = this.operation;
    return html`
      <header>
        <h2>${visibleText(kind, 200)}</h2>
        <span class="mono quiet">${visibleText(id, 300)}</span>
        <span class="state" data-state=${state}>${STATES[state]}</span>
      </header>
      <div role="status">
        ${
          failure === undefined
            ? html`<p class="why">${visibleText(this.explanation?.message ?? '…')}</p>`
            : html`<p class="problem">
                <strong
                  >${visibleText([failure.code, failure.status].filter(Boolean).join(' · '), 200)}</strong
                >
                <br />${visibleText(failure.message)}
              </p>`
        }
      </div>
      ${this.source.abilities.change ? this.#actions() : nothing}
      <h3>Operation</h3>
      ${this.#facts()}
      <h3>Attempts</h3>
      ${attemptTimeline(this.operation.history)}
      <h3>Payload</h3>
      ${this.mode === 'editing' ? this.#editor() : this.#payload()}
    `;
  }

  #actions(): TemplateResult {
    const { state } = this.operation;
    const canRetry = state === 'deadLetter' || state === 'parked' || state === 'scheduled';
    const isFree = state !== 'leased';
    const second = (): TemplateResult => html`
      <button type="button" @click=${() => this.#do((source, id) => source.discard(id))}>
        Discard for good
      </button>
      <button type="button" @click=${() => (this.mode = 'reading')}>Keep it</button>
    `;
    return html`
      <div class="actions">
        ${
          this.mode === 'discarding'
            ? second()
            : html`
                <button
                  type="button"
                  ?disabled=${!canRetry}
                  @click=${() => this.#do((source, id) => source.retry(id))}
                >
                  Retry
                </button>
                <button type="button" ?disabled=${!isFree} @click=${() => (this.mode = 'editing')}>
                  Edit
                </button>
                <button type="button" ?disabled=${!isFree} @click=${() => (this.mode = 'discarding')}>
                  Discard
                </button>
              `
        }
      </div>
      <div role="alert">
        ${this.problem === undefined ? nothing : html`<p class="problem">${visibleText(this.problem)}</p>`}
      </div>
    `;
  }

  #facts(): TemplateResult {
    const { entity, principal, priority, createdAt, scheduledAt, expiresAt, attempts, version } =
      this.operation;
    const { baseVersion, dependsOn, conflictRounds, sequence } = this.operation;
    const facts: readonly (readonly [string, string | undefined])[] = [
      ['Entity', entity],
      ['Priority', priorityText(priority)],
      ['Age', durationText(this.now - createdAt)],
      ['Created', timeText(createdAt)],
      ['Not before', scheduledAt > createdAt ? timeText(scheduledAt) : undefined],
      ['Expires', expiresAt === undefined ? undefined : timeText(expiresAt)],
      ['Attempts', String(attempts)],
      ['Principal', principal],
      ['Depends on', dependsOn.length === 0 ? undefined : dependsOn.join(', ')],
      ['Shape version', String(version)],
      ['Base version', baseVersion],
      ['Conflicts', conflictRounds === 0 ? undefined : String(conflictRounds)],
      ['Position', String(sequence)],
    ];
    return html`<dl>
      ${facts.map(([name, value]) =>
        value === undefined
          ? nothing
          : html`<dt>${name}</dt>
              <dd>${visibleText(value, 500)}</dd>`,
      )}
    </dl>`;
  }

  #payload(): TemplateResult {
    const lines = payloadLines(this.#parsed(), this.mask, this.revealed);
    return html`<div class="payload mono" tabindex="0" role="group" aria-label="Payload">
      ${lines.map((line) => this.#line(line))}
    </div>`;
  }

  #line({ depth, key, text, maskedAs }: PayloadLine): TemplateResult {
    const reveal = (path: string) => (): void => {
      this.revealed = new Set([...this.revealed, path]);
    };
    return html`<div .style=${`padding-left: ${depth * 1.25}rem`}>
      ${key === undefined ? nothing : html`<span class="key">${key}</span>: `}${text}${
        maskedAs === undefined
          ? nothing
          : html` <button type="button" aria-label=${`Show ${key ?? ''}`} @click=${reveal(maskedAs)}>
              show
            </button>`
      }
    </div>`;
  }

  #editor(): TemplateResult {
    const text = JSON.stringify(withMask(this.#parsed(), this.mask), null, 2);
    return html`
      <textarea aria-label="Payload as JSON" spellcheck="false" .value=${text}></textarea>
      <div class="actions">
        <button type="button" @click=${() => this.#save()}>Save and send again</button>
        <button type="button" @click=${() => (this.mode = 'reading')}>Cancel</button>
      </div>
    `;
  }

  #save(): void {
    const text = this.renderRoot.querySelector('textarea')?.value ?? '';
    let payload: unknown;
    try {
      payload = withoutMask(JSON.parse(text), this.#parsed(), this.mask);
    } catch (error) {
      const { message } = error as Error;
      this.problem = error instanceof SyntaxError ? `That is not JSON: ${message}` : message;
      return;
    }
    void this.#do((source, id) => source.edit(id, payload));
  }

  async #do(change: (source: InspectorSource, id: string) => Promise<unknown>): Promise<void> {
    try {
      const next = await change(this.source, this.operation.id);
      this.problem = undefined;
      this.mode = 'reading';
      this.dispatchEvent(
        new CustomEvent('operation-changed', { detail: typeof next === 'string' ? next : this.operation.id }),
      );
    } catch (error) {
      this.problem = isSyncError(error) ? `${error.code}: ${error.message}` : String(error);
    }
  }

  /** Parsed anew, so that what is shown is what is stored. */
  #parsed(): unknown {
    return JSON.parse(this.operation.payloadJson);
  }
}
