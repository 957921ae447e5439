import { html, nothing, type TemplateResult } from 'lit';
import type { Group } from '../model/groups.js';
import { visibleText } from '../text/visible-text.js';

/** So many of a group are listed; the others are a click away in the list of operations. */
const LISTED = 20;

export interface DeadLetterActions {
  readonly canChange: boolean;
  readonly onRetryAll: (group: Group) => void;
  readonly onShow: (id: string) => void;
  /** Shows the whole group in the list of operations. */
  readonly onShowAll: (group: Group) => void;
}

/** Dead letters by reason: the reason's words, how many, and what can be done with all of them. */
export function deadLetterGroups(groups: readonly Group[], actions: DeadLetterActions): TemplateResult {
  if (groups.length === 0)
    return html`<p class="empty">No dead letters. Everything that failed can still go.</p>`;
  return html`<div class="dead">${groups.map((group) => deadLetterGroup(group, actions))}</div>`;
}

function deadLetterGroup(group: Group, actions: DeadLetterActions): TemplateResult {
  const { name, operations } = group;
  const { canChange, onRetryAll, onShow, onShowAll } = actions;
  const message = operations[0]?.failure?.message ?? '';
  return html`
    <details open>
      <summary><strong>${visibleText(name, 200)}</strong> · ${operations.length.toLocaleString()}</summary>
      <div class="group">
        <p>${visibleText(message)}</p>
        ${canChange ? html`<button type="button" @click=${() => onRetryAll(group)}>Retry all</button>` : nothing}
        ${
          operations.length > LISTED
            ? html`<button type="button" @click=${() => onShowAll(group)}>Show all in the list</button>`
            : nothing
        }
        <ul>
          ${operations.slice(0, LISTED).map(
            ({ id, kind, entity }) =>
              html`<li>
                <button type="button" @click=${() => onShow(id)}>
                  ${visibleText(kind, 200)} <span class="quiet">${visibleText(entity ?? id, 200)}</span>
                </button>
              </li>`,
          )}
        </ul>
      </div>
    </details>
  `;
}
