import { css, html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { themeStyles } from '../element/theme-styles.js';
import type { InspectorSource } from '../source/inspector-source.js';
import type { Mask } from '../text/mask.js';

/** The inspector in a dialog over the page. It looks at the queue only while it is open. */
export class InspectorDialog extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    source: { attribute: false },
    mask: { attribute: false },
    isOpen: { state: true },
  };
  static override readonly styles = [
    themeStyles,
    css`
      dialog {
        width: min(72rem, 100vw - 1rem);
        height: min(52rem, 100dvh - 1rem);
        max-width: none;
        max-height: none;
        padding: 0;
        border: 0;
        border-radius: 0.75rem;
        background: var(--ground);
        color: var(--ink);
        box-shadow: 0 1rem 4rem rgb(0 0 0 / 35%);
      }

      dialog[open] {
        display: grid;
        grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
      }

      dialog::backdrop {
        background: rgb(10 14 16 / 45%);
      }

      header {
        display: flex;
        justify-content: space-between;
        align-items: center;
        padding: 0.5rem 0.75rem;
        background: var(--raised);
      }

      h1 {
        margin: 0;
        font-size: 1rem;
      }

      cpc-inspector {
        height: auto;
        border-width: 1px 0 0;
        border-radius: 0;
      }
    `,
  ];

  declare source: InspectorSource | undefined;
  declare mask: Mask | undefined;
  declare isOpen: boolean;

  constructor() {
    super();
    this.isOpen = false;
  }

  async open(): Promise<void> {
    this.isOpen = true;
    await this.updateComplete;
    const dialog = this.#dialog();
    if (dialog?.open === false) dialog.showModal();
  }

  close(): void {
    this.#dialog()?.close();
  }

  protected override render(): TemplateResult {
    const mask = this.mask;
    return html`
      <dialog aria-labelledby="title" @close=${() => (this.isOpen = false)}>
        <header>
          <h1 id="title">Queue inspector</h1>
          <button type="button" @click=${() => this.close()}>Close</button>
        </header>
        ${
          !this.isOpen
            ? nothing
            : mask === undefined
              ? html`<cpc-inspector .source=${this.source}></cpc-inspector>`
              : html`<cpc-inspector .source=${this.source} .mask=${mask}></cpc-inspector>`
        }
      </dialog>
    `;
  }

  #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }
}
