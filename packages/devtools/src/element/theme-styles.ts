import { css } from 'lit';

/** Colours, type and controls that all parts share. An app overrides the custom properties on the element. */
export const themeStyles = css`
  :host {
    --ground: var(--cpc-ground, light-dark(#fbfaf8, #15191b));
    --raised: var(--cpc-raised, light-dark(#ffffff, #1d2326));
    --line: var(--cpc-line, light-dark(#dedad2, #343c40));
    --ink: var(--cpc-ink, light-dark(#1f2426, #e7eaea));
    --quiet: var(--cpc-quiet, light-dark(#5d6468, #a3adb1));
    --accent: var(--cpc-accent, light-dark(#0b6b62, #5fc9bb));
    --on-accent: light-dark(#ffffff, #0d1b19);
    --waiting: light-dark(#7a5200, #e6b455);
    --sending: light-dark(#135fa8, #7fb8f0);
    --held: light-dark(#6a3fa0, #c3a2f0);
    --dead: light-dark(#b3261e, #f2958d);
    --mono: ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, monospace;

    color: var(--ink);
    font:
      0.875rem/1.45 system-ui,
      sans-serif;
  }

  * {
    box-sizing: border-box;
  }

  button,
  input,
  select,
  textarea {
    min-height: 2rem;
    padding: 0.25rem 0.625rem;
    border: 1px solid var(--line);
    border-radius: 0.4rem;
    background: var(--raised);
    color: inherit;
    font: inherit;
  }

  button {
    cursor: pointer;
  }

  button:hover:not(:disabled) {
    border-color: var(--quiet);
  }

  button:disabled {
    opacity: 0.5;
    cursor: default;
  }

  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }

  .quiet {
    color: var(--quiet);
  }

  .mono {
    font-family: var(--mono);
    font-size: 0.8125rem;
  }

  .state {
    display: inline-block;
    padding: 0 0.5rem;
    border-radius: 1rem;
    background: color-mix(in srgb, var(--tone) 14%, transparent);
    color: var(--tone);
    font-size: 0.75rem;
    line-height: 1.375rem;
    white-space: nowrap;
  }

  [data-state] {
    --tone: var(--quiet);
  }

  [data-state='waiting'],
  [data-state='scheduled'] {
    --tone: var(--waiting);
  }

  [data-state='leased'] {
    --tone: var(--sending);
  }

  [data-state='parked'] {
    --tone: var(--held);
  }

  [data-state='deadLetter'] {
    --tone: var(--dead);
  }
`;
