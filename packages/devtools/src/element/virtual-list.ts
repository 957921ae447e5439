import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { themeStyles } from './theme-styles.js';

/** Rows drawn above and below what is seen, so that a fast wheel meets no gap. */
const SPARE_ROWS = 6;

/**
 * A list of any length that draws only the rows in view, each of the same height. It is one stop of the Tab key; the
 * arrows, Page Up and Down, Home and End move the active row, Enter or a click chooses it.
 *
 * Fires `row-chosen` with the row's index as its detail.
 */
export class VirtualList extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    items: { attribute: false },
    renderRow: { attribute: false },
    rowHeight: { attribute: false },
    label: { attribute: false },
    chosen: { attribute: false },
    active: { state: true },
    first: { state: true },
  };
  static override readonly styles = [
    themeStyles,
    css`
      :host {
        display: block;
        overflow: hidden;
        min-height: 0;
      }

      .scroller {
        height: 100%;
        overflow: auto;
        contain: strict;
        overscroll-behavior: contain;
      }

      .all {
        position: relative;
      }

      .seen {
        position: absolute;
        inset: 0 0 auto;
        will-change: transform;
      }

      [role='option'] {
        display: grid;
        align-items: center;
        padding: 0 0.75rem;
        border-bottom: 1px solid var(--line);
        overflow: hidden;
        cursor: pointer;
      }

      [role='option']:hover {
        background: color-mix(in srgb, var(--accent) 6%, transparent);
      }

      [aria-selected='true'] {
        background: color-mix(in srgb, var(--accent) 12%, transparent);
      }

      .scroller:focus-visible {
        outline-offset: -2px;
      }

      .scroller:focus-visible [data-active] {
        box-shadow: inset 3px 0 0 var(--accent);
      }

      .line {
        display: flex;
        gap: 0.5rem;
        align-items: baseline;
        min-width: 0;
        white-space: nowrap;
      }

      .grows {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
      }

      .chips {
        display: flex;
        gap: 3px;
      }

      .chip {
        width: 0.75rem;
        height: 0.75rem;
        border: 1.5px solid var(--tone);
        border-radius: 0.2rem;
        background: color-mix(in srgb, var(--tone) 25%, transparent);
      }

      .chip[data-state='deadLetter'],
      .chip[data-state='leased'] {
        background: var(--tone);
      }
    `,
  ];

  declare items: readonly unknown[];
  declare renderRow: (item: never, index: number) => TemplateResult;
  /** In pixels. */
  declare rowHeight: number;
  declare label: string;
  /** The row that is shown as chosen; -1 for none. */
  declare chosen: number;
  declare active: number;
  declare first: number;
  readonly #resize = new ResizeObserver(() => this.requestUpdate());

  constructor() {
    super();
    this.items = [];
    this.renderRow = () => html``;
    this.rowHeight = 56;
    this.label = '';
    this.chosen = -1;
    this.active = 0;
    this.first = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
  }

  override disconnectedCallback(): void {
    this.#resize.disconnect();
    super.disconnectedCallback();
  }

  /** The list is one stop of the Tab key: the focus goes to its rows. */
  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>('.scroller')?.focus(options);
  }

  protected override render(): TemplateResult {
    const count = this.items.length;
    const active = Math.min(this.active, count - 1);
    const seen = Math.ceil(this.clientHeight / this.rowHeight) + 1;
    const from = Math.max(0, Math.min(this.first, count - seen) - SPARE_ROWS);
    const to = Math.min(count, from + seen + 2 * SPARE_ROWS);
    const rows = this.items.slice(from, to);
    // The active row must be there for as long as the list names it.
    const names = active >= from && active < to ? `row-${active}` : '';
    return html`
      <div
        class="scroller"
        tabindex="0"
        role="listbox"
        aria-label=${this.label}
        aria-activedescendant=${names}
        @scroll=${this.#onScroll}
        @keydown=${this.#onKey}
      >
        <div class="all" role="presentation" .style=${`height: ${count * this.rowHeight}px`}>
          <div class="seen" role="presentation" .style=${`transform: translateY(${from * this.rowHeight}px)`}>
            ${rows.map((item, at) => this.#row(item, from + at, active))}
          </div>
        </div>
      </div>
    `;
  }

  #row(item: unknown, index: number, active: number): TemplateResult {
    return html`
      <div
        role="option"
        id=${`row-${index}`}
        aria-setsize=${this.items.length}
        aria-posinset=${index + 1}
        aria-selected=${index === this.chosen ? 'true' : 'false'}
        ?data-active=${index === active}
        .style=${`height: ${this.rowHeight}px`}
        @click=${() => this.#choose(index)}
      >
        ${this.renderRow(item as never, index)}
      </div>
    `;
  }

  #onScroll(event: Event): void {
    this.first = Math.floor((event.currentTarget as HTMLElement).scrollTop / this.rowHeight);
  }

  #onKey(event: KeyboardEvent): void {
    const target = this.#target(event.key);
    if (target !== undefined) this.#moveTo(target);
    else if (event.key === 'Enter' || event.key === ' ') this.#choose(this.active);
    else return;
    event.preventDefault();
  }

  #target(key: string): number | undefined {
    const page = Math.max(1, Math.floor(this.clientHeight / this.rowHeight) - 1);
    switch (key) {
      case 'ArrowDown':
        return this.active + 1;
      case 'ArrowUp':
        return this.active - 1;
      case 'PageDown':
        return this.active + page;
      case 'PageUp':
        return this.active - page;
      case 'Home':
        return 0;
      case 'End':
        return this.items.length - 1;
      default:
        return undefined;
    }
  }

  #moveTo(index: number): void {
    this.active = Math.max(0, Math.min(this.items.length - 1, index));
    const scroller = this.renderRoot.querySelector('.scroller');
    if (scroller === null) return;
    const top = this.active * this.rowHeight;
    const bottom = top + this.rowHeight - scroller.clientHeight;
    if (scroller.scrollTop > top) scroller.scrollTop = top;
    else if (scroller.scrollTop < bottom) scroller.scrollTop = bottom;
  }

  #choose(index: number): void {
    if (index < 0 || index >= this.items.length) return;
    this.active = index;
    this.dispatchEvent(new CustomEvent('row-chosen', { detail: index }));
  }
}
