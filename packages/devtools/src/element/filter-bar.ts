import type { OperationState } from '@cpc/sync-core';
import { html, type TemplateResult } from 'lit';
import { type Selection, type Sort, SORTS } from '../model/select-rows.js';
import type { InspectorStats } from '../source/inspector-source.js';
import { priorityText, STATE_NAMES, STATES } from './words.js';

/** Which operations to show: by state, with their counts, by text, by priority, and in what order. */
export function filterBar(
  selection: Selection,
  stats: InspectorStats | undefined,
  onSelect: (change: Partial<Selection>) => void,
): TemplateResult {
  const priorities = Object.keys(stats?.byPriority ?? {}).map(Number);
  const wanted = new Set(selection.priority === undefined ? priorities : [...priorities, selection.priority]);
  const valueOf = (event: Event): string => (event.target as HTMLInputElement | HTMLSelectElement).value;
  return html`
    <div class="filters">
      <div class="states" role="group" aria-label="State">
        ${stateButton(undefined, 'All', stats?.total, selection, onSelect)}
        ${STATE_NAMES.map((state) => stateButton(state, STATES[state], stats?.byState[state], selection, onSelect))}
      </div>
      <input
        type="search"
        aria-label="Find by id, kind, entity or reason"
        placeholder="Find id, kind, entity, reason"
        .value=${selection.text}
        @input=${(event: Event) => onSelect({ text: valueOf(event) })}
      />
      <select
        aria-label="Priority"
        @change=${(event: Event) => onSelect({ priority: valueOf(event) === '' ? undefined : Number(valueOf(event)) })}
      >
        <option value="">Any priority</option>
        ${[...wanted]
          .sort((a, b) => b - a)
          .map(
            (priority) =>
              html`<option value=${priority} ?selected=${priority === selection.priority}>
                ${priorityText(priority)}
              </option>`,
          )}
      </select>
      <select aria-label="Order" @change=${(event: Event) => onSelect({ sort: valueOf(event) as Sort })}>
        ${SORTS.map(
          (sort) => html`<option value=${sort} ?selected=${sort === selection.sort}>${ORDERS[sort]}</option>`,
        )}
      </select>
    </div>
  `;
}

const ORDERS: Readonly<Record<Sort, string>> = {
  position: 'In queue order',
  oldest: 'Oldest first',
  newest: 'Newest first',
  priority: 'Highest priority first',
  attempts: 'Most attempts first',
};

function stateButton(
  state: OperationState | undefined,
  label: string,
  count: number | undefined,
  selection: Selection,
  onSelect: (change: Partial<Selection>) => void,
): TemplateResult {
  return html`
    <button
      type="button"
      data-state=${state ?? 'all'}
      aria-pressed=${selection.state === state ? 'true' : 'false'}
      @click=${() => onSelect({ state })}
    >
      ${label} ${count?.toLocaleString() ?? ''}
    </button>
  `;
}
