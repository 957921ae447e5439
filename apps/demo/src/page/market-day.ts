import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Notice } from '../shared/api.js';
import { PEOPLE } from '../shared/people.js';
import { PersonSession } from './person-session.js';
import { ServerFeed } from './server-feed.js';
import { sharedStyles } from './styles/shared-styles.js';

/** The page: two people side by side, and what the server passed on. */
export class MarketDay extends LitElement {
  static override readonly properties: PropertyDeclarations = { notices: { state: true } };
  static override readonly styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: 1.5rem;
        max-width: 64rem;
        margin: 0 auto;
        padding: clamp(1rem, 4vw, 2.5rem);
      }

      h1 {
        font-size: clamp(1.5rem, 1.2rem + 1.5vw, 2.1rem);
        line-height: 1.2;
      }

      .lead {
        max-width: 42rem;
        margin-top: 0.5rem;
        color: var(--quiet);
      }

      .people {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
        gap: 1.5rem;
      }

      h2 {
        margin-bottom: 0.25rem;
        font-size: 1.0625rem;
      }

      .notices {
        display: grid;
        gap: 0.25rem;
        margin-top: 0.75rem;
      }
    `,
  ];

  declare notices: readonly Notice[];
  readonly #sessions = PEOPLE.map((person) => new PersonSession(person));
  readonly #feed = new ServerFeed();

  constructor() {
    super();
    this.notices = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const session of this.#sessions) void session.start();
    this.#feed.start((news) => {
      this.notices = news.notices;
      for (const session of this.#sessions) void session.refresh();
    });
  }

  override disconnectedCallback(): void {
    this.#feed.stop();
    for (const session of this.#sessions) void session.close();
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    return html`
      <header>
        <h1>Market Day</h1>
        <p class="lead">
          Switch a network off, change some settings, reload the page, and switch the network on again.
          Nothing is lost, and the server has each change once.
        </p>
      </header>
      <main class="people">
        ${this.#sessions.map((session) => html`<market-person .session=${session}></market-person>`)}
      </main>
      <section aria-labelledby="board">
        <h2 id="board">Notice board</h2>
        <p class="quiet">What the server passed on, over a queue of its own.</p>
        <ul class="notices">
          ${repeat(
            this.notices,
            ({ id }) => id,
            ({ text }) => html`<li>${text}</li>`,
          )}
        </ul>
      </section>
    `;
  }
}
