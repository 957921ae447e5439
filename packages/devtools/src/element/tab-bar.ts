import { html, type TemplateResult } from 'lit';

export const TABS = {
  operations: 'Operations',
  lanes: 'Lanes',
  deadLetters: 'Dead letters',
  charts: 'Charts',
} as const;

export type Tab = keyof typeof TABS;

const NAMES = Object.keys(TABS) as readonly Tab[];

/** The views as tabs: one stop of the Tab key, the arrows go from one to the next. */
export function tabBar(current: Tab, onTab: (tab: Tab) => void): TemplateResult {
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = NAMES[(NAMES.indexOf(current) + step + NAMES.length) % NAMES.length] ?? current;
    onTab(next);
    const bar = event.currentTarget as HTMLElement;
    bar.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return html`
    <div class="tabs" role="tablist" aria-label="View" @keydown=${onKey}>
      ${NAMES.map(
        (tab) => html`
          <button
            type="button"
            role="tab"
            id=${`tab-${tab}`}
            aria-controls="view"
            aria-selected=${tab === current ? 'true' : 'false'}
            tabindex=${tab === current ? 0 : -1}
            @click=${() => onTab(tab)}
          >
            ${TABS[tab]}
          </button>
        `,
      )}
    </div>
  `;
}
