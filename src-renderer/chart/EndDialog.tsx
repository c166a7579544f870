import { Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../client.ts';
import { isoToday } from '../find/today.ts';
import { DateField } from '../patient/DateField.tsx';
import { FormDialog } from '../patient/FormDialog.tsx';
import { announce } from '../ui/index.ts';
import type { Item } from './model/chart.ts';

type Props = { readonly item: Item; readonly onClose: () => void };

const kinds = { Condition: 'problem', AllergyIntolerance: 'allergy' } as const;
const kindOf = (type: string) => (type === 'Condition' || type === 'AllergyIntolerance' ? kinds[type] : 'medication');

/** A problem, allergy or medication is over, or was never so. */
export function EndDialog({ item, onClose }: Props) {
  const { t } = useTranslation('chart');
  const [as, setAs] = useState<'ended' | 'entered-in-error'>('ended');
  const [date, setDate] = useState<string | null>(isoToday);
  const [unclear, setUnclear] = useState(false);
  const end = useAction('chart.end', { stale: ['chart'] });
  const kind = kindOf(item.row.type);
  const submit = () =>
    end.mutate(
      { id: item.row.id, version: item.row.version, as, date: as === 'ended' ? date : null },
      {
        onSuccess: () => {
          announce(t('end.done'));
          onClose();
        },
      },
    );
  return (
    <FormDialog
      title={
        <>
          {t(`end.title.${kind}`)}: <bdi>{item.title}</bdi>
        </>
      }
      submitLabel={t('end.save')}
      size={480}
      dirty={false}
      busy={end.isPending}
      error={end.error}
      submitDisabled={unclear}
      onSubmit={submit}
      onClose={onClose}
    >
      <Radio.Group
        label={t('end.what')}
        value={as}
        onChange={(value) => setAs(value === 'ended' ? 'ended' : 'entered-in-error')}
      >
        <Stack gap={8} mt={6}>
          <Radio value="ended" label={t(`end.ended.${kind}`)} />
          <Radio value="entered-in-error" label={t('end.error')} description={t('end.errorText')} />
        </Stack>
      </Radio.Group>
      {as === 'ended' && <DateField label={t('end.date')} value={date} onChange={setDate} onUnclear={setUnclear} />}
    </FormDialog>
  );
}
