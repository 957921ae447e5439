import { css } from 'lit';

export const detailStyles = css`
  :host {
    display: block;
    overflow: auto;
    min-height: 0;
    padding: 0.75rem 1rem 1.5rem;
    background: var(--raised);
  }

  h2,
  h3 {
    margin: 0;
    font-size: 1rem;
    overflow-wrap: anywhere;
  }

  h3 {
    margin: 1.25rem 0 0.375rem;
    font-size: 0.8125rem;
    color: var(--quiet);
    font-weight: 600;
  }

  header {
    display: grid;
    gap: 0.375rem;
    justify-items: start;
  }

  p {
    margin: 0;
    overflow-wrap: anywhere;
  }

  dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.125rem 0.875rem;
    margin: 0;
  }

  dt {
    color: var(--quiet);
  }

  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-top: 0.75rem;
  }

  .why,
  .problem {
    padding: 0.5rem 0.75rem;
    border-left: 3px solid var(--accent);
    background: color-mix(in srgb, var(--accent) 7%, transparent);
  }

  .why {
    margin-top: 0.75rem;
  }

  .problem {
    --accent: var(--dead);

    margin-top: 0.5rem;
  }

  .payload {
    overflow: auto;
    max-height: 24rem;
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--line);
    border-radius: 0.4rem;
    background: var(--ground);
  }

  .payload div {
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  .payload button {
    min-height: 1.375rem;
    padding: 0 0.375rem;
    font-size: 0.75rem;
  }

  .key {
    color: var(--sending);
  }

  textarea {
    width: 100%;
    min-height: 12rem;
    font-family: var(--mono);
    resize: vertical;
  }

  ol {
    display: grid;
    gap: 0.5rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }

  li {
    --tone: var(--dead);

    padding-left: 0.75rem;
    border-left: 3px solid var(--tone);
  }

  li[data-outcome='acknowledged'] {
    --tone: var(--accent);
  }

  .bar {
    height: 0.25rem;
    margin: 0.1875rem 0;
    border-radius: 0.125rem;
    background: var(--tone);
    opacity: 0.55;
  }
`;
