import { html, nothing, type TemplateResult } from 'lit';
import type { Group } from '../model/groups.js';
import type { OperationSummary } from '../source/inspector-source.js';
import { durationText } from '../text/duration.js';
import { visibleText } from '../text/visible-text.js';
import { priorityText, STATES } from './words.js';

/** So many operations of a lane are drawn; the others are counted. */
const CHIPS = 40;

/** An operation as a row of two lines. */
export function operationRow(operation: OperationSummary, now: number): TemplateResult {
  const { id, kind, entity, state, priority, attempts, createdAt, failure } = operation;
  return html`
    <div class="line">
      <span class="grows"
        ><strong>${visibleText(kind, 200)}</strong>
        <span class="quiet">${entity === undefined ? nothing : visibleText(entity, 200)}</span></span
      >
      ${attempts === 0 ? nothing : html`<span class="quiet">${attempts}×</span>`}
      <span class="state" data-state=${state}>${STATES[state]}</span>
    </div>
    <div class="line quiet">
      <span class="grows"
        >${
          failure === undefined
            ? html`<span class="mono">${visibleText(id, 80)}</span>`
            : visibleText(failure.message, 200)
        }</span
      >
      <span>${priorityText(priority)}</span>
      <span>${durationText(now - createdAt)}</span>
    </div>
  `;
}

/** A lane as a row: its entity, and one mark for each operation, its head first. */
export function laneRow({ name, operations }: Group): TemplateResult {
  const shown = operations.slice(0, CHIPS);
  const states = shown.map(({ state }) => STATES[state]).join(', ');
  return html`
    <div class="line">
      <span class="grows"><strong>${visibleText(name, 200)}</strong></span>
      <span class="quiet">${operations.length.toLocaleString()}</span>
    </div>
    <div class="line">
      <span class="chips grows" role="img" aria-label=${states}>
        ${shown.map(({ state }) => html`<span class="chip" data-state=${state}></span>`)}
      </span>
      ${operations.length > CHIPS ? html`<span class="quiet">+${operations.length - CHIPS}</span>` : nothing}
    </div>
  `;
}
