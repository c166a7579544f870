/** The chart's code: fetched when it is first needed, or ahead of that. */
import { type ComponentProps, type ComponentType, lazy } from 'react';

type ChartPage = ComponentType<ComponentProps<typeof import('../chart/index.ts').ChartPage>>;
let fetched: ChartPage | undefined;

async function fetchChartPage(): Promise<{ readonly default: ChartPage }> {
  const { ChartPage } = await import('../chart/index.ts');
  fetched = ChartPage;
  return { default: ChartPage };
}
const lazyChartPage = lazy(fetchChartPage);

/** Once its code is there it is drawn without `lazy`, which would show its placeholder for 300 ms even then. */
export function chartPage(): ChartPage {
  return fetched ?? lazyChartPage;
}

/** Fetches the code ahead: the next thing done is often to open a chart. */
export function preloadChart(): void {
  fetchChartPage().catch(() => undefined); // the route asks again and shows what went wrong
}
