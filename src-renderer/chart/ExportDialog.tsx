import { NativeSelect, Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../app/session.tsx';
import { call, errorValueOf } from '../client.ts';
import { isLanguage, languageNames, languages } from '../i18n.ts';
import { FormDialog } from '../patient/FormDialog.tsx';
import { notifyDone } from '../ui/index.ts';

type What = 'pdf' | 'summary' | 'bundle';
type Props = { readonly patientId: string; readonly onClose: () => void };

/** Takes a patient's record out: where to is asked by the system's own dialog. */
export function ExportDialog({ patientId, onClose }: Props) {
  const { t } = useTranslation('chart');
  const { can, preferences } = useSession();
  const offered: readonly What[] = [
    ...(can('patient:print') ? (['pdf'] as const) : []),
    ...(can('patient:export') ? (['summary', 'bundle'] as const) : []),
  ];
  const [what, setWhat] = useState<What>(offered[0] ?? 'pdf');
  const [language, setLanguage] = useState(preferences.language);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async () => {
    setBusy(true);
    setError(null);
    try {
      const { saved } =
        what === 'bundle'
          ? await call('exports.bundle', { patientId })
          : await call(what === 'pdf' ? 'exports.pdf' : 'exports.summary', { patientId, language });
      if (saved) notifyDone(t('export.done'));
      if (saved) onClose();
    } catch (thrown) {
      // closing the system's dialog without a choice is no error
      if (errorValueOf(thrown).code !== 'nothing-chosen') setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <FormDialog
      title={t('export.title')}
      submitLabel={t('export.save')}
      size={480}
      dirty={false}
      busy={busy}
      error={error}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <Radio.Group
        label={t('export.what')}
        value={what}
        onChange={(value) => setWhat(offered.find((each) => each === value) ?? what)}
      >
        <Stack gap={10} mt={6}>
          {offered.map((each) => (
            <Radio key={each} value={each} label={t(`export.${each}`)} description={t(`export.${each}Text`)} />
          ))}
        </Stack>
      </Radio.Group>
      {what !== 'bundle' && (
        <NativeSelect
          label={t('export.language')}
          value={language}
          onChange={(event) => {
            if (isLanguage(event.currentTarget.value)) setLanguage(event.currentTarget.value);
          }}
          data={languages.map((value) => ({ value, label: languageNames[value] }))}
        />
      )}
    </FormDialog>
  );
}
