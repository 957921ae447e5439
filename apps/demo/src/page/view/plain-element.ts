import { LitElement } from 'lit';

/** An element that the page's own stylesheet reaches: parts of one page need no walls between them. */
export class PlainElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
