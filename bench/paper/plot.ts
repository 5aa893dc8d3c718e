/** Plots as SVG documents, one for a light page and one for a dark one. */
import { parse, View } from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';

export const THEMES = ['light', 'dark'] as const;

type Theme = (typeof THEMES)[number];

interface Colours {
  readonly page: string;
  readonly ink: string;
  readonly soft: string;
  readonly grid: string;
  readonly series: readonly string[];
}

/** Series that also those can tell apart who do not see red and green as two colours (after Okabe and Ito, 2002). */
const COLOURS: Readonly<Record<Theme, Colours>> = {
  light: {
    page: '#ffffff',
    ink: '#1d2430',
    soft: '#667085',
    grid: '#e4e6ea',
    series: ['#0072b2', '#d55e00', '#009e73', '#aa4499', '#8a6d00'],
  },
  dark: {
    page: '#0f1319',
    ink: '#e6e9ef',
    soft: '#98a2b3',
    grid: '#2a313c',
    series: ['#56b4e9', '#f28e4b', '#2fd1a4', '#dd88cc', '#f0e442'],
  },
};

/** @returns an SVG document. */
export function draw(spec: TopLevelSpec, theme: Theme): Promise<string> {
  const config = configOf(COLOURS[theme]);
  return new View(parse(compile({ ...spec, config }).spec), { renderer: 'none' }).toSVG();
}

function configOf({ page, ink, soft, grid, series }: Colours): Config {
  return {
    background: page,
    font: 'system-ui, sans-serif',
    padding: 12,
    title: { color: ink },
    axis: { labelColor: soft, titleColor: ink, gridColor: grid, domainColor: soft, tickColor: soft, titleFontWeight: 'normal' },
    header: { labelColor: ink, titleColor: ink },
    legend: { labelColor: ink, titleColor: ink, orient: 'bottom' },
    view: { stroke: grid },
    range: { category: [...series] },
    text: { color: ink },
    rule: { color: soft },
  };
}
