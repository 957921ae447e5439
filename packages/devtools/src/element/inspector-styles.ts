import { css } from 'lit';

export const inspectorStyles = css`
  :host {
    display: grid;
    grid-template: auto auto auto minmax(0, 1fr) / minmax(0, 1fr);
    container: inspector / inline-size;
    height: 32rem;
    overflow: hidden;
    border: 1px solid var(--line);
    border-radius: 0.75rem;
    background: var(--ground);
  }

  .top,
  .filters {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    align-items: center;
    padding: 0.5rem 0.75rem;
    border-bottom: 1px solid var(--line);
    background: var(--raised);
  }

  .tabs {
    display: flex;
    flex: 1 1 auto;
    flex-wrap: wrap;
    gap: 0.25rem;
  }

  [role='tab'] {
    border-color: transparent;
    background: none;
    color: var(--quiet);
    white-space: nowrap;
  }

  [role='tab'][aria-selected='true'] {
    background: color-mix(in srgb, var(--accent) 12%, transparent);
    color: var(--ink);
    font-weight: 600;
  }

  .states {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem;
    align-items: center;
  }

  .states button {
    min-height: 1.75rem;
    padding: 0 0.625rem;
    border-radius: 1rem;
    color: var(--tone);
    font-size: 0.8125rem;
  }

  .states button[aria-pressed='true'] {
    border-color: var(--tone);
    background: color-mix(in srgb, var(--tone) 14%, transparent);
    font-weight: 600;
  }

  input[type='search'] {
    flex: 1 1 10rem;
    min-width: 0;
  }

  .body {
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    min-height: 0;
  }

  .body.split {
    grid-template-columns: minmax(0, 1fr) minmax(18rem, 42%);
  }

  .chosen {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
    min-height: 0;
    background: var(--raised);
  }

  .split > .chosen {
    border-left: 1px solid var(--line);
  }

  .close {
    justify-self: end;
    margin: 0.5rem 0.75rem 0;
  }

  .empty,
  .problem {
    align-self: start;
    margin: 0;
    padding: 2rem 1rem;
    text-align: center;
    color: var(--quiet);
  }

  .problem {
    padding: 0.5rem 1rem;
    color: var(--dead);
  }

  .dead {
    overflow: auto;
    padding: 0.75rem;
  }

  details {
    border: 1px solid var(--line);
    border-radius: 0.5rem;
    background: var(--raised);
  }

  details + details {
    margin-top: 0.5rem;
  }

  summary {
    padding: 0.5rem 0.75rem;
    cursor: pointer;
    overflow-wrap: anywhere;
  }

  .group {
    padding: 0 0.75rem 0.75rem;
  }

  .group ul {
    display: grid;
    gap: 0.25rem;
    margin: 0.5rem 0 0;
    padding: 0;
    list-style: none;
  }

  .group li button {
    width: 100%;
    overflow-wrap: anywhere;
    text-align: left;
  }

  @container inspector (width < 44rem) {
    .filters:has(~ .split) {
      display: none;
    }

    .body.split {
      grid-template-columns: minmax(0, 1fr);
    }

    .split > :not(.chosen) {
      display: none;
    }

    .split > .chosen {
      border-left: 0;
    }
  }
`;
