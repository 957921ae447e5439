import { css } from 'lit';

/** Where a change is. The words say it; colour and mark repeat it. */
export const badgeStyles = css`
  .badge {
    display: inline-flex;
    align-items: center;
    gap: 0.4em;
    padding: 0.1em 0.65em;
    border-radius: 1em;
    font-size: 0.8125rem;
    white-space: nowrap;
    color: var(--quiet);
    background: var(--ground);
  }

  .badge::before {
    content: '';
    width: 0.55em;
    height: 0.55em;
    border: 2px solid currentcolor;
    border-radius: 50%;
  }

  .badge[data-place='waiting'],
  .badge[data-place='sending'] {
    color: var(--wait);
    background: var(--wait-ground);
  }

  .badge[data-place='server'] {
    color: var(--good);
    background: var(--good-ground);
  }

  .badge[data-place='server']::before {
    background: currentcolor;
  }

  .badge[data-place='refused'] {
    color: var(--bad);
    background: var(--bad-ground);
  }

  .badge[data-place='refused']::before {
    border-radius: 0;
  }
`;
