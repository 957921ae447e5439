import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { PREFERENCES, wordsFor } from '../shared/preferences.js';
import type { ChangeRow } from './person-view.js';

const PLACES: Readonly<Record<ChangeRow['place'], string>> = {
  waiting: 'On this device',
  sending: 'Being sent',
  refused: 'Refused',
  server: 'On the server',
};

/** Every change with the place where it is, newest first. */
export function changeList(rows: readonly ChangeRow[]): TemplateResult {
  if (rows.length === 0) return html`<p class="quiet">None yet. Change a setting above.</p>`;
  return html`<ul class="changes">
    ${repeat(rows, ({ id }) => id, changeRow)}
  </ul>`;
}

function changeRow({ id, field, value, at, place, reason }: ChangeRow): TemplateResult {
  return html`
    <li data-id=${id} data-field=${field} data-place=${place}>
      <span class="what">
        ${PREFERENCES[field].label}: ${wordsFor(field, value)}
        <time class="when quiet" datetime=${new Date(at).toISOString()}>${TIME.format(at)}</time>
      </span>
      <span class="badge" data-place=${place}>${PLACES[place]}</span>
      ${reason === undefined ? nothing : html`<span class="why quiet">${reason}</span>`}
    </li>
  `;
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
