import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import uPlot from 'uplot';
import type { Sample } from '../model/metrics.js';
import { durationText } from '../text/duration.js';
import { clockText } from './attempt-timeline.js';
import { themeStyles } from './theme-styles.js';
import { uplotStyles } from './uplot-styles.js';

/** A line of a plot: where its numbers come from, and the custom property that colours it. */
interface Line {
  readonly label: string;
  readonly colour: string;
  readonly value: (sample: Sample) => number | null;
}

interface Plot {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly text: (value: number) => string;
}

const seconds = (value: number): string => durationText(value);
const count = (value: number): string => value.toLocaleString();

const PLOTS: readonly Plot[] = [
  {
    title: 'Depth',
    text: count,
    lines: [{ label: 'operations in the queue', colour: '--accent', value: ({ depth }) => depth }],
  },
  {
    title: 'Delivery latency',
    text: seconds,
    lines: [
      { label: 'p50', colour: '--sending', value: ({ p50Ms }) => p50Ms ?? null },
      { label: 'p95', colour: '--dead', value: ({ p95Ms }) => p95Ms ?? null },
    ],
  },
  {
    title: 'Backoff',
    text: seconds,
    lines: [{ label: 'longest new wait', colour: '--waiting', value: ({ backoffMs }) => backoffMs }],
  },
];

const HEIGHT = 150;
/** How much time a plot shows. */
const WINDOW_S = 300;

/** Depth, latency and backoff over the last minutes; the latest values also as text. */
export class InspectorCharts extends LitElement {
  static override readonly properties: PropertyDeclarations = { samples: { attribute: false } };
  static override readonly styles = [
    themeStyles,
    uplotStyles,
    css`
      :host {
        display: grid;
        gap: 0.75rem;
        align-content: start;
        overflow: auto;
        padding: 0.75rem;
      }

      figure {
        min-width: 0;
        margin: 0;
        padding: 0.75rem;
        border: 1px solid var(--line);
        border-radius: 0.6rem;
        background: var(--raised);
      }

      figcaption {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        margin-bottom: 0.25rem;
      }

      .plot {
        height: 150px;
        overflow: hidden;
      }

      .key::before {
        content: '';
        display: inline-block;
        width: 0.75rem;
        height: 0.1875rem;
        margin-right: 0.375rem;
        vertical-align: middle;
        background: var(--tone);
      }
    `,
  ];

  declare samples: readonly Sample[];
  #plots: readonly uPlot[] = [];
  readonly #resize = new ResizeObserver(() => this.#fit());
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    super();
    this.samples = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
    this.#scheme.addEventListener('change', this.#redraw);
    if (this.hasUpdated) this.#build();
  }

  override disconnectedCallback(): void {
    this.#resize.disconnect();
    this.#scheme.removeEventListener('change', this.#redraw);
    this.#destroy();
    super.disconnectedCallback();
  }

  protected override firstUpdated(): void {
    this.#build();
  }

  protected override updated(): void {
    this.#plots.forEach((plot, at) => plot.setData(dataOf(PLOTS[at]?.lines ?? [], this.samples)));
  }

  protected override render(): TemplateResult {
    return html`${PLOTS.map((plot) => this.#figure(plot))}`;
  }

  #figure({ title, lines, text }: Plot): TemplateResult {
    return html`
      <figure>
        <figcaption>
          <strong>${title}</strong>
          ${lines.map(
            (line) => html`
              <span class="key" .style=${`--tone: var(${line.colour})`}>
                ${line.label}: ${latest(line, this.samples, text)}
              </span>
            `,
          )}
        </figcaption>
        <div class="plot" aria-hidden="true"></div>
      </figure>
    `;
  }

  #build(): void {
    this.#destroy();
    const targets = [...this.renderRoot.querySelectorAll<HTMLElement>('.plot')];
    this.#plots = PLOTS.flatMap((plot, at) => {
      const target = targets[at];
      return target === undefined ? [] : [this.#draw(plot, target)];
    });
  }

  #draw({ lines, text }: Plot, target: HTMLElement): uPlot {
    // Read at each drawing, so that the colours follow the page's scheme.
    const colour = (name: string) => (): string => this.#colour(name);
    const axis = {
      stroke: colour('--quiet'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
    };
    const options: uPlot.Options = {
      width: target.clientWidth || 300,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      select: { show: false, left: 0, top: 0, width: 0, height: 0 },
      scales: {
        x: { range: (_plot, _min, max) => [max - WINDOW_S, max] },
        y: { range: (_plot, _min, max) => [0, Math.max(10, max * 1.1)] },
      },
      axes: [
        { ...axis, size: 28, space: 90, values: (_plot, values) => values.map((at) => clockText(at * 1000)) },
        { ...axis, size: 64, space: 40, values: (_plot, values) => values.map((value) => text(value)) },
      ],
      series: [
        {},
        ...lines.map((line) => ({ stroke: colour(line.colour), width: 1.5, points: { show: false } })),
      ],
    };
    return new uPlot(options, dataOf(lines, this.samples), target);
  }

  /** A canvas knows no custom properties and no `light-dark`: an element tells what they come to. */
  #colour(name: string): string {
    const probe = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (probe === null) return 'gray';
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  }

  #fit(): void {
    for (const plot of this.#plots) {
      const width = plot.root.parentElement?.clientWidth ?? 0;
      if (width > 0 && width !== plot.width) plot.setSize({ width, height: HEIGHT });
    }
  }

  readonly #redraw = (): void => {
    for (const plot of this.#plots) plot.redraw();
  };

  #destroy(): void {
    for (const plot of this.#plots) plot.destroy();
    this.#plots = [];
  }
}

function dataOf(lines: readonly Line[], samples: readonly Sample[]): uPlot.AlignedData {
  return [samples.map(({ at }) => at / 1000), ...lines.map(({ value }) => samples.map(value))];
}

function latest({ value }: Line, samples: readonly Sample[], text: (value: number) => string): string {
  const found = samples.map(value).findLast((number): number is number => number !== null);
  return found === undefined ? '–' : text(found);
}
