import { html, type TemplateResult } from 'lit';
import type { DeviceId } from '../device/devices.js';
import { Market } from '../market.js';
import { PlainElement } from './plain-element.js';

/** The page: a device on either side, the network and the server between them. */
export class MarketDay extends PlainElement {
  readonly #market = new Market();

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#market.start();
  }

  protected override render(): TemplateResult {
    const market = this.#market;
    return html`
      <header class="masthead">
        <div>
          <h1>Market Day</h1>
          <p>Two stalls, one server, a bad network. Nothing is lost, and nothing happens twice.</p>
        </div>
        <div class="fields">
          <button type="button" @click=${() => void this.#inspect('a')}>Inspect left queue</button>
          <button type="button" @click=${() => void this.#inspect('b')}>Inspect right queue</button>
        </div>
      </header>
      <market-tour .market=${market}></market-tour>
      <main>
        <market-device .session=${market.a}></market-device>
        <market-server .market=${market}></market-server>
        <market-device .session=${market.b}></market-device>
      </main>
      <market-faults .market=${market}></market-faults>
    `;
  }

  /** The inspector is loaded when somebody wants to see it. */
  async #inspect(device: DeviceId): Promise<void> {
    const { openInspector, queueSource } = await import('@cpc/devtools');
    const { queue, worker } = this.#market[device].sync;
    await openInspector(queueSource(queue, worker));
  }
}
