import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { PREFERENCES, wordsFor, type Field } from '../shared/preferences.js';
import { changeList } from './change-list.js';
import type { PersonSession } from './person-session.js';
import type { SettingView } from './person-view.js';
import { sampleOf } from './sample.js';
import { statusOf } from './status.js';
import { badgeStyles } from './styles/badge-styles.js';
import { listStyles } from './styles/list-styles.js';
import { panelStyles } from './styles/panel-styles.js';
import { settingStyles } from './styles/setting-styles.js';
import { sharedStyles } from './styles/shared-styles.js';

/** One person: the network switch, the settings, and where each change is. It follows the person's own theme. */
export class PersonPanel extends LitElement {
  static override readonly styles = [sharedStyles, panelStyles, settingStyles, badgeStyles, listStyles];
  static override readonly properties: PropertyDeclarations = { session: { attribute: false } };

  declare session: PersonSession;
  #unsubscribe: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unsubscribe = this.session.onChange(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.#unsubscribe?.();
    super.disconnectedCallback();
  }

  protected override updated(): void {
    this.setAttribute('theme', this.session.view.preferences.theme);
  }

  protected override render(): TemplateResult {
    const { person, view, problem } = this.session;
    const status = statusOf(view, this.session.network, problem);
    const sample = sampleOf(view.preferences);
    return html`
      <article aria-labelledby="name">
        <header>
          <span class="initial" aria-hidden="true">${person.name.slice(0, 1)}</span>
          <h2 id="name">${person.name}</h2>
          ${this.#networkSwitch()}
        </header>
        <p class="status" role="status" data-tone=${status.tone}>${status.text}</p>
        <p class="sample" lang=${view.preferences.language}>
          <span>${sample.day}</span><span class="price">${sample.price}</span>
        </p>
        <section>
          <h3>Settings</h3>
          ${view.settings.map((setting) => this.#setting(setting))}
        </section>
        <section>
          <h3>Changes</h3>
          ${changeList(view.rows)}
        </section>
      </article>
    `;
  }

  #networkSwitch(): TemplateResult {
    const isOn = this.session.isConnected;
    return html`
      <button
        class="switch"
        type="button"
        role="switch"
        aria-checked=${isOn ? 'true' : 'false'}
        @click=${() => this.session.connect(!isOn)}
      >
        Network <span class="track" aria-hidden="true"></span>
      </button>
    `;
  }

  #setting(setting: SettingView): TemplateResult {
    const { field, value, onServer } = setting;
    const control = field === 'theme' ? this.#choices(setting) : this.#select(setting);
    const remark =
      onServer === undefined || onServer === value
        ? nothing
        : html`<p class="remark quiet">The server still has ${wordsFor(field, onServer)}.</p>`;
    return html`
      <div class="setting" data-field=${field}>
        <label class="label" for=${field} id=${`${field}-label`}>${PREFERENCES[field].label}</label>
        ${settingBadge(setting)} ${control} ${remark}
      </div>
    `;
  }

  #select({ field, value }: SettingView): TemplateResult {
    return html`
      <select id=${field} .value=${value} @change=${(event: Event) => this.#changed(field, event)}>
        ${choicesOf(field).map(
          ([choice, words]) => html`<option value=${choice} ?selected=${choice === value}>${words}</option>`,
        )}
      </select>
    `;
  }

  #choices({ field, value }: SettingView): TemplateResult {
    return html`
      <fieldset
        class="choices"
        role="radiogroup"
        aria-labelledby=${`${field}-label`}
        @change=${(event: Event) => this.#changed(field, event)}
      >
        ${choicesOf(field).map(
          ([choice, words]) => html`
            <label>
              <input type="radio" name=${field} value=${choice} .checked=${choice === value} />${words}
            </label>
          `,
        )}
      </fieldset>
    `;
  }

  #changed(field: Field, event: Event): void {
    const { value } = event.target as HTMLSelectElement | HTMLInputElement;
    void this.session.change(field, value);
  }
}

const choicesOf = (field: Field): readonly [string, string][] => Object.entries(PREFERENCES[field].choices);

function settingBadge({ isWaiting, onServer }: SettingView): TemplateResult {
  if (isWaiting) return html`<span class="badge" data-place="waiting">On this device</span>`;
  if (onServer === undefined) return html`<span class="badge">Server not asked yet</span>`;
  return html`<span class="badge" data-place="server">On the server</span>`;
}
