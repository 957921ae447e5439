import { html, nothing, type TemplateResult } from 'lit';
import {
  type Currency,
  GOODS,
  isItem,
  isQuantity,
  type Item,
  ITEMS,
  MAX_QUANTITY,
  priceText,
} from '../../shared/goods.js';
import { MAX_NOTE, type Order } from '../../shared/operations.js';
import { PEOPLE } from '../../shared/people.js';
import type { Clash, OrderView, Place, Refusal } from '../device/device-view.js';

/** What can be done with an order. */
export interface OrderActions {
  readonly onChange: (order: OrderView, change: Partial<Order>) => void;
  readonly onPay: (order: OrderView) => void;
  readonly onDecide: (clash: Clash, quantity: number) => void;
  readonly onCorrect: (refusal: Refusal, order: Order) => void;
  readonly onDiscard: (operation: string) => void;
}

const PLACES: Readonly<Record<Place, string>> = {
  device: 'On this device',
  sending: 'Being sent',
  server: 'On the server',
  refused: 'Refused',
  decide: 'Your decision',
};

export const badge = (place: Place): TemplateResult =>
  html`<span class="badge" data-place=${place}>${PLACES[place]}</span>`;

/** An order with the place where its newest word is, and whatever a person must say about it. */
export function orderCard(order: OrderView, currency: Currency, actions: OrderActions): TemplateResult {
  const { item, quantity, note, paid, place, clash, refusal, changedBy } = order;
  return html`
    <li class="order" data-order=${order.order} data-place=${place} data-item=${item}>
      <div class="order-line">
        <span class="goods" data-item=${item} aria-hidden="true"></span>
        <span class="what"
          ><strong>${quantity} × ${GOODS[item].label}</strong>
          <span class="quiet"
            >${priceText(item, quantity, currency)}${paid ? ' · paid' : ''} · ${PEOPLE[changedBy]}</span
          ></span
        >
        ${badge(place)}
      </div>
      ${note === '' ? nothing : html`<p class="note">${note}</p>`}
      ${clash === undefined ? nothing : clashCard(clash, actions)}
      ${refusal === undefined ? nothing : refusalCard(refusal, order, actions)}
      ${clash === undefined && refusal === undefined ? orderTools(order, actions) : nothing}
    </li>
  `;
}

function orderTools(order: OrderView, { onChange, onPay }: OrderActions): TemplateResult {
  const { quantity, note, paid, item } = order;
  const label = `${quantity} ${GOODS[item].label}`;
  const changeQuantity = (event: Event): void => {
    const value = Number((event.target as HTMLInputElement).value);
    if (isQuantity(value) && value !== quantity) onChange(order, { quantity: value });
  };
  const changeNote = (event: Event): void => {
    const { value } = event.target as HTMLInputElement;
    if (value !== note) onChange(order, { note: value });
  };
  return html`
    <details class="tools">
      <summary>Change${paid ? '' : ' or pay'}</summary>
      <div class="fields">
        <label
          >Quantity
          <input
            type="number"
            min="1"
            max=${MAX_QUANTITY}
            .value=${String(quantity)}
            @change=${changeQuantity}
          />
        </label>
        <label class="grows"
          >Note
          <input type="text" maxlength=${MAX_NOTE} .value=${note} @change=${changeNote} />
        </label>
        <button
          type="button"
          ?disabled=${paid}
          aria-label=${`Take payment for ${label}`}
          @click=${() => onPay(order)}
        >
          ${paid ? 'Paid' : 'Take payment'}
        </button>
      </div>
    </details>
  `;
}

/** Both values, the one they started from, and the person's choice. */
function clashCard(clash: Clash, { onDecide }: OrderActions): TemplateResult {
  const { mine, theirs, base } = clash;
  const own = (event: SubmitEvent): void => {
    event.preventDefault();
    const value = Number(new FormData(event.target as HTMLFormElement).get('quantity'));
    if (isQuantity(value)) onDecide(clash, value);
  };
  return html`
    <div class="card clash" role="group" aria-label="Two quantities for one order">
      <p>Two people set another quantity. Which one stands?</p>
      <dl>
        <div>
          <dt>Here</dt>
          <dd>${mine.quantity}</dd>
        </div>
        <div>
          <dt>On the server</dt>
          <dd>${theirs.quantity}</dd>
        </div>
        <div>
          <dt>Before</dt>
          <dd>${base?.quantity ?? 'unknown'}</dd>
        </div>
      </dl>
      <form class="fields" @submit=${own}>
        <button type="button" data-choice="mine" @click=${() => onDecide(clash, mine.quantity)}>
          Keep ${mine.quantity}
        </button>
        <button type="button" data-choice="theirs" @click=${() => onDecide(clash, theirs.quantity)}>
          Take ${theirs.quantity}
        </button>
        <label
          >or
          <input
            name="quantity"
            type="number"
            min="1"
            max=${MAX_QUANTITY}
            .value=${String(mine.quantity)}
            aria-label="Another quantity"
        /></label>
        <button type="submit">Set</button>
      </form>
    </div>
  `;
}

/** The server's reason, and what can be done about it. */
function refusalCard(refusal: Refusal, order: OrderView, actions: OrderActions): TemplateResult {
  const correct = (event: SubmitEvent): void => {
    event.preventDefault();
    const item = new FormData(event.target as HTMLFormElement).get('item');
    if (isItem(item)) actions.onCorrect(refusal, { ...order, item });
  };
  const allowed: readonly Item[] = ITEMS.filter((item) => item !== order.item);
  return html`
    <div class="card refusal" role="group" aria-label="Refused by the server">
      <p><strong>${refusal.code}</strong> ${refusal.message}</p>
      <form class="fields" @submit=${correct}>
        <label
          >Make it
          <select name="item">
            ${allowed.map((item) => html`<option value=${item}>${GOODS[item].label}</option>`)}
          </select>
        </label>
        <button type="submit">Send again</button>
        <button type="button" @click=${() => actions.onDiscard(refusal.operation)}>Discard</button>
      </form>
    </div>
  `;
}
