import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import {
  FAULT_NAMES,
  FAULTS,
  type FaultName,
  isCalm,
  MAX_SEED,
  NO_FAULTS,
  type Pattern,
  PATTERN_NAMES,
  PATTERNS,
  type Place,
  PLACE_NAMES,
  type PlaceFaults,
  PLACES,
} from '../../shared/fault-settings.js';
import type { Market } from '../market.js';
import { PlainElement } from '../view/plain-element.js';

/** What goes wrong, where and how often; the same seed goes wrong in the same way. */
export class FaultPanel extends PlainElement {
  static override readonly properties: PropertyDeclarations = { market: { attribute: false } };

  declare market: Market;

  protected override render(): TemplateResult {
    const { seed, places } = this.market.faults;
    const isQuiet = PLACE_NAMES.every((place) => isCalm(places[place]));
    return html`
      <details class="faults" ?open=${!isQuiet}>
        <summary>
          <h2>Faults</h2>
          <span class="quiet"
            >${isQuiet ? 'none planned' : 'planned; the address of this page holds them'}</span
          >
        </summary>
        <div class="seed fields">
          <label
            >Seed
            <input type="number" min="0" max=${MAX_SEED} .value=${String(seed)} @change=${this.#onSeed} />
          </label>
          <button type="button" @click=${() => this.#plan(NO_FAULTS.places)}>Take all away</button>
          <a class="quiet" href=${location.href}>Link to this run</a>
        </div>
        <div class="places">${PLACE_NAMES.map((place) => this.#place(place, places[place]))}</div>
      </details>
    `;
  }

  #place(place: Place, settings: PlaceFaults): TemplateResult {
    const { pattern, percent, latencyMs, faults } = settings;
    const set = (change: Partial<PlaceFaults>): void => {
      this.#plan({ ...this.market.faults.places, [place]: { ...settings, ...change } });
    };
    const numberOf = (event: Event): number => (event.target as HTMLInputElement).valueAsNumber || 0;
    const toggle = (name: FaultName): void => {
      const next = faults.includes(name) ? faults.filter((other) => other !== name) : [...faults, name];
      if (next.length > 0) set({ faults: next });
    };
    return html`
      <fieldset data-place=${place}>
        <legend>${PLACES[place]}</legend>
        <div class="fields">
          <label
            >When
            <select
              @change=${(event: Event) => set({ pattern: (event.target as HTMLSelectElement).value as Pattern })}
            >
              ${PATTERN_NAMES.map((name) => html`<option value=${name} ?selected=${name === pattern}>${PATTERNS[name]}</option>`)}
            </select>
          </label>
          ${
            pattern === 'random'
              ? html`<label
                  >Percent
                  <input
                    type="number"
                    min="0"
                    max="100"
                    .value=${String(percent)}
                    @change=${(event: Event) => set({ percent: numberOf(event) })}
                  />
                </label>`
              : nothing
          }
          <label
            >Latency, ms
            <input
              type="number"
              min="0"
              max="5000"
              step="50"
              .value=${String(latencyMs)}
              @change=${(event: Event) => set({ latencyMs: numberOf(event) })}
            />
          </label>
        </div>
        ${
          pattern === 'flapping' || pattern === 'outage'
            ? html`<p class="quiet hint">Of these, the first that is ticked.</p>`
            : nothing
        }
        <div class="kinds">
          ${FAULT_NAMES.map(
            (name) =>
              html`<label class="kind">
                <input
                  type="checkbox"
                  .checked=${faults.includes(name)}
                  ?disabled=${pattern === 'none'}
                  @change=${() => toggle(name)}
                />
                ${FAULTS[name][0]}
              </label>`,
          )}
        </div>
      </fieldset>
    `;
  }

  #plan(places: Market['faults']['places']): void {
    this.market.plan({ ...this.market.faults, places });
    this.requestUpdate();
  }

  readonly #onSeed = (event: Event): void => {
    const seed = Math.trunc((event.target as HTMLInputElement).valueAsNumber);
    if (seed >= 0 && seed <= MAX_SEED) this.market.plan({ ...this.market.faults, seed });
    this.requestUpdate();
  };
}
