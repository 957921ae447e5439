import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import {
  CURRENCY_NAMES,
  GOODS,
  isCurrency,
  isItem,
  isQuantity,
  ITEMS,
  MAX_QUANTITY,
} from '../../shared/goods.js';
import { MAX_NOTE } from '../../shared/operations.js';
import { isPersonId, PEOPLE } from '../../shared/people.js';
import { DEVICES } from '../device/devices.js';
import type { DeviceSession } from '../device/device-session.js';
import { statusOf } from './device-status.js';
import { badge, orderCard, type OrderActions } from './order-card.js';
import { PlainElement } from './plain-element.js';

/** The most orders that a panel shows. */
const SHOWN = 12;

/** One device: who is signed in, its cable, what it knows of the market, and where each change is. */
export class DevicePanel extends PlainElement {
  static override readonly properties: PropertyDeclarations = { session: { attribute: false } };

  declare session: DeviceSession;
  #stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = this.session.onChange(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    const { id, view } = this.session;
    const { orders, currency } = view;
    return html`
      <article class="device" data-device=${id} aria-labelledby=${`name-${id}`}>
        ${this.#header()} ${this.#status()} ${this.#newOrder()}
        <div class="currency">
          <label
            >Currency
            <select data-currency .value=${currency.value} @change=${this.#chooseCurrency}>
              ${CURRENCY_NAMES.map((name) => html`<option value=${name} ?selected=${name === currency.value}>${name}</option>`)}
            </select>
          </label>
          ${badge(currency.place)}
        </div>
        <h3 class="count">Orders <span class="quiet">${orders.length}</span></h3>
        ${orders.length === 0 ? html`<p class="quiet empty">None yet. Take one above.</p>` : nothing}
        <ul class="orders">
          ${repeat(
            orders.slice(0, SHOWN),
            ({ order }) => order,
            (order) => orderCard(order, currency.value, this.#actions),
          )}
        </ul>
        ${orders.length > SHOWN ? html`<p class="quiet">and ${orders.length - SHOWN} older</p>` : nothing}
      </article>
    `;
  }

  #header(): TemplateResult {
    const { id, person, network } = this.session;
    const { people, name } = DEVICES[id];
    const { isOn } = network.cable;
    return html`
      <header>
        <div class="name">
          <h2 id=${`name-${id}`}>${name}</h2>
          ${
            people.length === 1
              ? html`<span class="quiet">${PEOPLE[person]}</span>`
              : html`<select data-person aria-label="Signed in" .value=${person} @change=${this.#signIn}>
                  ${people.map((other) => html`<option value=${other} ?selected=${other === person}>${PEOPLE[other]}</option>`)}
                </select>`
          }
        </div>
        <button
          class="switch"
          type="button"
          role="switch"
          aria-checked=${isOn ? 'true' : 'false'}
          @click=${() => this.session.connect(!isOn)}
        >
          Network <span class="track" aria-hidden="true"></span>
        </button>
      </header>
    `;
  }

  #status(): TemplateResult {
    const { id, status: state, view, total, ofOthers, problem, person } = this.session;
    const other = DEVICES[id].people.find((one) => one !== person) ?? person;
    const facts = {
      state,
      waiting: view.waiting,
      open: view.open,
      total,
      ofOthers,
      otherName: PEOPLE[other],
      problem,
    };
    const { tone, text } = statusOf(facts);
    return html`<p class="status" role="status" data-tone=${tone}>${text}</p>`;
  }

  #newOrder(): TemplateResult {
    return html`
      <form class="fields new" aria-label="New order" @submit=${this.#place}>
        <label
          >Goods
          <select name="item">
            ${ITEMS.map((item) => html`<option value=${item}>${GOODS[item].label}</option>`)}
          </select>
        </label>
        <label
          >Quantity <input name="quantity" type="number" min="1" max=${MAX_QUANTITY} value="1" required
        /></label>
        <label class="grows"
          >Note <input name="note" type="text" maxlength=${MAX_NOTE} placeholder="optional"
        /></label>
        <button type="submit" class="primary">Take order</button>
      </form>
    `;
  }

  readonly #actions: OrderActions = {
    onChange: (order, change) => void this.session.change(order, change),
    onPay: (order) => void this.session.pay(order),
    onDecide: (clash, quantity) => void this.session.decide(clash, quantity),
    onCorrect: ({ operation }, order) => void this.session.correct(operation, order),
    onDiscard: (operation) => void this.session.discard(operation),
  };

  readonly #place = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const item = data.get('item');
    const quantity = Number(data.get('quantity'));
    const note = data.get('note');
    if (!isItem(item) || !isQuantity(quantity) || typeof note !== 'string') return;
    void this.session.place(item, quantity, note);
    form.reset();
  };

  readonly #chooseCurrency = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    if (isCurrency(value)) void this.session.choose(value);
  };

  readonly #signIn = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    if (isPersonId(value)) this.session.signIn(value);
  };
}
