import { useCan } from '../app/session.tsx';
import { FullChart } from './FullChart.tsx';
import { PersonPage } from './PersonPage.tsx';

type Props = { readonly patientId: string; readonly tab: string | null };

/** A patient's page: the chart, or, for who may not read charts, who the person is. */
export function ChartPage({ patientId, tab }: Props) {
  const can = useCan();
  return can('chart:read') ? <FullChart patientId={patientId} tab={tab} /> : <PersonPage patientId={patientId} />;
}
