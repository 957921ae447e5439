import { css } from 'lit';

export const panelStyles = css`
  :host {
    display: block;
    color-scheme: light dark;
  }

  :host([theme='light']) {
    color-scheme: light;
  }

  :host([theme='dark']) {
    color-scheme: dark;
  }

  article {
    display: grid;
    gap: 1.25rem;
    height: 100%;
    align-content: start;
    padding: clamp(1rem, 4vw, 1.5rem);
    color: var(--text);
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 1rem;
  }

  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.75rem;
  }

  .initial {
    display: grid;
    place-items: center;
    width: 2.5rem;
    height: 2.5rem;
    border-radius: 50%;
    font-weight: 600;
    color: var(--on-accent);
    background: var(--accent);
  }

  h2 {
    flex: 1;
    font-size: 1.25rem;
    line-height: 1.2;
  }

  h3 {
    margin-bottom: 0.5rem;
    font-size: 0.9375rem;
  }

  .status {
    padding: 0.6rem 0.8rem;
    border-radius: 0.6rem;
    color: var(--good);
    background: var(--good-ground);
  }

  .status[data-tone='wait'] {
    color: var(--wait);
    background: var(--wait-ground);
  }

  .status[data-tone='bad'] {
    color: var(--bad);
    background: var(--bad-ground);
  }

  .switch {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
    min-height: 2.75rem;
    padding: 0 0.25rem;
    font: inherit;
    font-size: 0.9375rem;
    color: inherit;
    background: none;
    border: 0;
    border-radius: 0.5rem;
    cursor: pointer;
  }

  .track {
    position: relative;
    width: 2.75rem;
    height: 1.5rem;
    border: 2px solid var(--field-line);
    border-radius: 1rem;
    background: var(--ground);
  }

  .track::after {
    content: '';
    position: absolute;
    inset: 2px auto 2px 2px;
    aspect-ratio: 1;
    border-radius: 50%;
    background: var(--field-line);
    transition: translate 0.15s;
  }

  .switch[aria-checked='true'] .track {
    border-color: var(--accent);
    background: var(--accent);
  }

  .switch[aria-checked='true'] .track::after {
    background: var(--on-accent);
    translate: 1.25rem;
  }

  .sample {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 1rem;
    padding-bottom: 1rem;
    border-bottom: 1px solid var(--line);
  }

  .price {
    font-variant-numeric: tabular-nums;
    font-weight: 600;
  }

  @media (prefers-reduced-motion: reduce) {
    .track::after {
      transition: none;
    }
  }
`;
