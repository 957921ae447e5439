import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { Market } from '../market.js';
import { PlainElement } from '../view/plain-element.js';
import { Tour } from './tour.js';
import { TOUR } from './tour-steps.js';

/** The sixty seconds: one stop at a time, by hand or by itself. */
export class TourBar extends PlainElement {
  static override readonly properties: PropertyDeclarations = { market: { attribute: false } };

  declare market: Market;
  #tour: Tour | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#tour = new Tour(this.market, () => this.requestUpdate());
    void this.#tour.resume();
  }

  protected override render(): TemplateResult {
    const tour = this.#tour;
    if (tour === undefined) return html``;
    const { step, at, isBusy, isPlaying } = tour;
    return html`
      <section class="tour" aria-label="Guided tour" data-step=${step?.id ?? 'end'} ?data-busy=${isBusy}>
        <div class="words" role="status">
          <p class="progress">
            <span
              >${step === undefined ? 'Sixty seconds, over' : `Sixty seconds: ${at + 1} of ${TOUR.length}`}</span
            >
            <progress max=${TOUR.length} .value=${at} aria-label="Progress of the tour"></progress>
          </p>
          <h2>${step?.title ?? 'That was it'}</h2>
          <p>
            ${step?.text ?? 'Nothing was lost, nothing happened twice. Plan faults below and try to break it.'}
          </p>
        </div>
        <div class="buttons">
          ${
            step === undefined
              ? html`<button type="button" class="primary" @click=${() => tour.restart()}>Once more</button>`
              : html`
                  <button
                    type="button"
                    class="primary"
                    data-next
                    ?disabled=${isBusy || isPlaying}
                    @click=${() => tour.next()}
                  >
                    ${step.action}
                  </button>
                  <button type="button" @click=${() => (isPlaying ? tour.pause() : void tour.play())}>
                    ${isPlaying ? 'Stop' : 'Play it all'}
                  </button>
                `
          }
        </div>
      </section>
    `;
  }
}
