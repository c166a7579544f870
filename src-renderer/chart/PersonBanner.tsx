import { AccessReportButton } from '../access-report/index.ts';
import { useCan } from '../app/session.tsx';
import { useProcedure } from '../client.ts';
import { Banner, headOfDemographics } from './Banner.tsx';

/** The banner without the chart: who the patient is, and nothing clinical. */
export function PersonBanner({ patientId }: { readonly patientId: string }) {
  const { data } = useProcedure('patients.demographics', { patientId });
  const can = useCan();
  const head = data === undefined ? null : headOfDemographics(data.demographics);
  return (
    <Banner
      head={head}
      masked={data?.masked ?? []}
      allergies={null}
      onAllergy={() => undefined}
      // Who sees the whole log may tell the patient, though the chart is closed to them.
      actions={head !== null && can('audit:read') && <AccessReportButton patientId={patientId} />}
    />
  );
}
