import { css } from 'lit';

/**
 * Colours and basics that every element of the page shares. `light-dark()` follows the element's own
 * `color-scheme`, so one panel can be dark beside a light one. Text on its ground has a contrast of 4.5 or more.
 */
export const sharedStyles = css`
  :host {
    --ground: light-dark(#f6f4ef, #14181a);
    --card: light-dark(#ffffff, #1d2325);
    --line: light-dark(#dedad0, #353d40);
    --field-line: light-dark(#8b8b80, #78848a);
    --text: light-dark(#1f2523, #e9ecea);
    --quiet: light-dark(#5a625e, #a5afac);
    --accent: light-dark(#1c6b54, #6cc7a8);
    --on-accent: light-dark(#ffffff, #0d231b);
    --good: light-dark(#1c6b54, #7fd1b4);
    --good-ground: light-dark(#e3f1ea, #1b3a30);
    --wait: light-dark(#7d4e00, #f0c274);
    --wait-ground: light-dark(#fbeed3, #41331a);
    --bad: light-dark(#a3261d, #ff9f96);
    --bad-ground: light-dark(#fbe5e2, #4a2320);
    color: var(--text);
    font:
      400 1rem/1.5 system-ui,
      sans-serif;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  h1,
  h2,
  h3,
  p,
  ul,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }

  ul {
    list-style: none;
  }

  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }

  .quiet {
    color: var(--quiet);
    font-size: 0.875rem;
  }
`;
