import { css } from 'lit';

export const listStyles = css`
  .changes {
    display: grid;
    gap: 0.5rem;
  }

  .changes li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    gap: 0 0.75rem;
  }

  .what {
    overflow-wrap: anywhere;
  }

  .when {
    display: block;
    font-variant-numeric: tabular-nums;
  }

  .why {
    grid-column: 1 / -1;
  }
`;
