import { css } from 'lit';

export const settingStyles = css`
  .setting {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: baseline;
    gap: 0.35rem 0.75rem;
    padding: 0.75rem 0;
    border-bottom: 1px solid var(--line);
  }

  .setting:first-of-type {
    padding-top: 0;
  }

  .label {
    padding: 0;
    font-weight: 600;
  }

  .setting select,
  .choices,
  .remark {
    grid-column: 1 / -1;
  }

  select {
    width: 100%;
    min-height: 2.75rem;
    padding: 0 0.75rem;
    font: inherit;
    color: inherit;
    appearance: none;
    background:
      linear-gradient(45deg, transparent 50%, currentcolor 50%) right 1.3rem center / 0.4rem 0.4rem no-repeat,
      linear-gradient(-45deg, transparent 50%, currentcolor 50%) right 0.9rem center / 0.4rem 0.4rem no-repeat,
      var(--card);
    border: 1px solid var(--field-line);
    border-radius: 0.5rem;
  }

  option {
    color: var(--text);
    background: var(--card);
  }

  .choices {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    border: 1px solid var(--field-line);
    border-radius: 0.5rem;
  }

  .choices label {
    position: relative;
    display: grid;
    place-items: center;
    min-height: 2.75rem;
    cursor: pointer;
  }

  .choices label + label {
    border-left: 1px solid var(--line);
  }

  .choices input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }

  .choices label:has(:checked) {
    font-weight: 600;
    color: var(--on-accent);
    background: var(--accent);
  }

  .choices label:first-child {
    border-radius: 0.4rem 0 0 0.4rem;
  }

  .choices label:last-child {
    border-radius: 0 0.4rem 0.4rem 0;
  }

  .choices label:has(:focus-visible) {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
    z-index: 1;
  }
`;
