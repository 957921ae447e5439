import type { AttemptRecord } from '@cpc/sync-core';
import { html, nothing, type TemplateResult } from 'lit';
import { durationText } from '../text/duration.js';
import { visibleText } from '../text/visible-text.js';

/** Attempts in their order: when, how long, with what outcome, and the wait that followed. */
export function attemptTimeline(history: readonly AttemptRecord[]): TemplateResult {
  if (history.length === 0) return html`<p class="quiet">None yet.</p>`;
  const longestMs = Math.max(1, ...history.map(({ durationMs }) => durationMs));
  return html`<ol>
    ${history.map((attempt) => attemptItem(attempt, longestMs))}
  </ol>`;
}

function attemptItem(attempt: AttemptRecord, longestMs: number): TemplateResult {
  const { startedAt, durationMs, outcome, code, message, status, delayMs } = attempt;
  const share = Math.max(2, (durationMs / longestMs) * 100);
  const what = [outcome, status, code].filter((part) => part !== undefined).join(' · ');
  return html`
    <li data-outcome=${outcome}>
      <strong>${visibleText(what, 200)}</strong>
      <span class="quiet">
        at <time datetime=${timeText(startedAt)}>${clockText(startedAt)}</time>, took
        ${durationText(durationMs)}
      </span>
      <div class="bar" aria-hidden="true" .style=${`width: ${share}%`}></div>
      ${message === undefined ? nothing : html`<p>${visibleText(message)}</p>`}
      ${delayMs === undefined ? nothing : html`<p class="quiet">then waited ${durationText(delayMs)}</p>`}
    </li>
  `;
}

/** A moment of the day, for people. */
export const clockText = (ms: number): string =>
  isMoment(ms) ? new Date(ms).toLocaleTimeString() : String(ms);

/** A moment in ISO 8601; a number that is no moment, as some device may have sent, as it is. */
export const timeText = (ms: number): string => (isMoment(ms) ? new Date(ms).toISOString() : String(ms));

const isMoment = (ms: number): boolean => Math.abs(ms) <= 8.64e15;
