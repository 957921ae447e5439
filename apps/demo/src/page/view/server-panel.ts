import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { LedgerEntry } from '../../shared/api.js';
import { PEOPLE } from '../../shared/people.js';
import type { DrainReport } from '../device/drain-meter.js';
import { DEVICES } from '../device/devices.js';
import type { Exchange } from '../device/exchange-log.js';
import { LOAD, type Market } from '../market.js';
import { PlainElement } from './plain-element.js';

const WORDS: Readonly<Record<string, string>> = {
  'orders.place': 'order taken',
  'orders.change': 'order changed',
  'payments.take': 'payment',
  'preferences.setCurrency': 'currency',
  'visits.count': 'visit',
};

/** The network and the server: what was sent, and what had an effect. */
export class ServerPanel extends PlainElement {
  static override readonly properties: PropertyDeclarations = { market: { attribute: false } };

  declare market: Market;
  #stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = this.market.onChange(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    const { news, log, a, b, isServerThere, drain } = this.market;
    return html`
      <section class="server" aria-labelledby="server-name">
        <div class="cables" aria-hidden="true">
          <span class="cable" ?data-cut=${!a.network.cable.isOn}></span>
          <span class="cable" ?data-cut=${!b.network.cable.isOn}></span>
        </div>
        <h2 id="server-name">Server</h2>
        <p class="figures">
          <span><strong data-effects>${news.effects.toLocaleString('en')}</strong> effects</span>
          <span><strong data-requests>${log.count.toLocaleString('en')}</strong> requests</span>
        </p>
        ${isServerThere ? nothing : html`<p class="quiet">Nothing heard from the server at the moment.</p>`}
        <h3>On the wire</h3>
        ${log.latest.length === 0 ? html`<p class="quiet">Nothing yet.</p>` : nothing}
        <ol class="wire">
          ${repeat(log.latest, ({ number }) => number, exchangeItem)}
        </ol>
        <h3>Ledger</h3>
        ${news.ledger.length === 0 ? html`<p class="quiet">No effects yet.</p>` : nothing}
        <ol class="ledger">
          ${repeat(news.ledger, ({ sequence }) => sequence, ledgerItem)}
        </ol>
        <h3>Load</h3>
        <button type="button" data-load ?disabled=${drain === 'running'} @click=${() => this.market.load()}>
          Load ${LOAD.toLocaleString('en')} visits on the left
        </button>
        ${drainText(drain, a.total)}
      </section>
    `;
  }
}

function exchangeItem({ device, operations, key, outcome, status }: Exchange): TemplateResult {
  const what = operations === 1 ? '1 operation' : `${operations} operations`;
  return html`<li data-outcome=${outcome} data-side=${device}>
    <span class="quiet"
      >${device === 'a' ? '→' : '←'} <span class="hidden">${DEVICES[device].name}</span></span
    >
    <span class="grows">${what} <code>${key.slice(-6)}</code></span>
    <span class="outcome">${status ?? outcome}</span>
  </li>`;
}

function ledgerItem({ key, kind, person }: LedgerEntry): TemplateResult {
  return html`<li>
    <span class="grows">${PEOPLE[person]}: ${WORDS[kind] ?? kind}</span><code>${key.slice(-6)}</code>
  </li>`;
}

function drainText(
  drain: DrainReport | 'running' | undefined,
  left: number,
): TemplateResult | typeof nothing {
  if (drain === undefined) return nothing;
  if (drain === 'running') {
    return html`<p>
      <progress max=${LOAD} .value=${Math.max(0, LOAD - left)} aria-label="Visits drained"></progress>
      ${left.toLocaleString('en')} left
    </p>`;
  }
  const { operations, perSecond, framesPerSecond, ms } = drain;
  return html`<p
    class="drained"
    data-per-second=${Math.round(perSecond)}
    data-frames=${Math.round(framesPerSecond)}
  >
    ${operations.toLocaleString('en')} in ${(ms / 1000).toFixed(1)} s:
    <strong>${Math.round(perSecond).toLocaleString('en')} a second</strong>, at ${Math.round(framesPerSecond)}
    frames a second
  </p>`;
}
