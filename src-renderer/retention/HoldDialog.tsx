import { Button, Group, Modal, Radio, Stack, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../app/session.tsx';
import { useAction } from '../client.ts';
import { FormError, notifyDone } from '../ui/index.ts';
import { type Person, PersonSearch } from './PersonSearch.tsx';

/** Places a hold on the whole log or on one patient's entries. */
export function HoldDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('retention');
  const { t: app } = useTranslation('app');
  const mayFind = useCan()('patient:read');
  const [of, setOf] = useState<'whole' | 'patient'>('whole');
  const [patient, setPatient] = useState<Person | null>(null);
  const [reason, setReason] = useState('');
  const place = useAction('retention.hold', { stale: ['retention'] });
  const ready = /[\p{L}\p{N}]/u.test(reason) && (of === 'whole' || patient !== null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    try {
      await place.mutateAsync({ patientId: of === 'whole' ? null : (patient?.id ?? null), reason });
      notifyDone(t('holds.done'));
      onClose();
    } catch {
      // shown by the form: place.error
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('holds.title-new')}
      size="md"
      closeButtonProps={{ 'aria-label': app('action.close') }}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap={14}>
          {mayFind && (
            <Radio.Group
              label={t('holds.of')}
              value={of}
              onChange={(value) => setOf(value === 'patient' ? 'patient' : 'whole')}
            >
              <Stack gap={8} mt={6}>
                <Radio value="whole" label={t('holds.whole')} />
                <Radio value="patient" label={t('holds.patient')} />
              </Stack>
            </Radio.Group>
          )}
          {of === 'patient' && <PersonSearch person={patient} onChange={setPatient} />}
          <Textarea
            label={t('holds.reason')}
            description={t('holds.reason-hint')}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={1000}
            autosize
            minRows={2}
            maxRows={6}
            required
          />
          <FormError error={place.error} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              {app('action.cancel')}
            </Button>
            <Button type="submit" loading={place.isPending} disabled={!ready}>
              {t('holds.submit')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
