import { Button, Checkbox, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { backendAddress } from '../../src-shared/contract/backend.ts';
import type { Output } from '../../src-shared/contract/index.ts';
import { useAction } from '../client.ts';
import { LockSign, ManagedNote, usePolicies } from '../policies/index.ts';
import { countryName } from '../start/setup/countries.ts';
import { Chip, FormError, notifyDone } from '../ui/index.ts';
import { Fingerprint } from './Fingerprint.tsx';

type Facts = Output<'backend.probe'>;

/** Address first; then who answered there, compared with what the operator wrote; then the clinic's token. */
export function ConnectDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('workstations');
  const { t: app } = useTranslation('app');
  const [facts, setFacts] = useState<Facts | null>(null);
  const named = usePolicies()?.backendAddress ?? null;
  const [typed, setAddress] = useState('');
  const address = named === null ? typed : hostOf(named);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('connect.title')}
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': app('action.close') }}
    >
      {facts === null ? (
        <AddressStep
          locked={named !== null}
          address={address}
          onAddress={setAddress}
          onFound={setFacts}
          onClose={onClose}
        />
      ) : (
        <CompareStep facts={facts} onBack={() => setFacts(null)} onClose={onClose} />
      )}
    </Modal>
  );
}

/** As it is typed here: without the `https://` and the path that a policy may have. */
function hostOf(address: string): string {
  return address.replace(/^https:\/\//i, '').replace(/[/?#].*$/, '');
}

type AddressProps = {
  /** The one address that a policy of the machine allows. */
  readonly locked: boolean;
  readonly address: string;
  readonly onAddress: (address: string) => void;
  readonly onFound: (facts: Facts) => void;
  readonly onClose: () => void;
};

function AddressStep({ locked, address, onAddress, onFound, onClose }: AddressProps) {
  const { t } = useTranslation('workstations');
  const { t: app } = useTranslation('app');
  const [wrong, setWrong] = useState(false);
  const probe = useAction('backend.probe');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const ok = backendAddress.safeParse(address).success;
    setWrong(!ok);
    if (!ok) return;
    try {
      onFound(await probe.mutateAsync({ address }));
    } catch {
      // shown by the form: probe.error
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <p>{t('connect.text')}</p>
        <TextInput
          label={t('connect.address')}
          description={locked ? undefined : t('connect.address-hint')}
          readOnly={locked}
          rightSection={locked ? <LockSign /> : undefined}
          value={address}
          onChange={(event) => onAddress(event.currentTarget.value)}
          error={wrong ? app(address.trim() === '' ? 'field.required' : 'field.invalid') : undefined}
          maxLength={260}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        {locked && <ManagedNote why="backend" />}
        <FormError error={probe.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {app('action.cancel')}
          </Button>
          <Button type="submit" loading={probe.isPending}>
            {t('connect.ask')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type CompareProps = { readonly facts: Facts; readonly onBack: () => void; readonly onClose: () => void };

function CompareStep({ facts, onBack, onClose }: CompareProps) {
  const { t } = useTranslation('workstations');
  const { t: app } = useTranslation('app');
  const { i18n } = useTranslation();
  const [same, setSame] = useState(false);
  const [token, setToken] = useState('');
  const connect = useAction('backend.connect', { stale: ['backend', 'devices', 'sync'] });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await connect.mutateAsync({ address: facts.address, fingerprint: facts.fingerprint, token });
      notifyDone(t('connect.done'));
      onClose();
    } catch {
      // shown by the form: connect.error
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <dl className="ck-backend">
          <div>
            <dt>{t('backend.operator')}</dt>
            <dd>
              <bdi>{facts.operator}</bdi>
            </dd>
          </div>
          <div>
            <dt>{t('backend.country')}</dt>
            <dd>
              {countryName(facts.region, i18n.language)}{' '}
              <Chip tone={facts.inEu ? 'good' : 'danger'} sign={facts.inEu ? '✓' : '▲'}>
                {t(facts.inEu ? 'backend.in-eu' : 'backend.outside')}
              </Chip>
            </dd>
          </div>
          <div className="ck-backend-wide">
            <dt>{t('backend.fingerprint')}</dt>
            <dd>
              <Fingerprint of={facts.fingerprint} large />
            </dd>
          </div>
        </dl>
        {facts.inEu ? (
          <>
            <p>{t('connect.compare')}</p>
            <Checkbox
              label={t('connect.same')}
              checked={same}
              onChange={(event) => setSame(event.currentTarget.checked)}
              data-autofocus
            />
            <TextInput
              label={t('connect.token')}
              description={t('connect.token-hint')}
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
              maxLength={200}
              autoCapitalize="none"
              autoComplete="off"
              spellCheck={false}
              classNames={{ input: 'ck-mono' }}
            />
          </>
        ) : (
          <p className="ck-form-error">{t('connect.outside')}</p>
        )}
        <FormError error={connect.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onBack}>
            {app('action.back')}
          </Button>
          {facts.inEu && (
            <Button type="submit" loading={connect.isPending} disabled={!same || token.trim() === ''}>
              {t('connect.confirm')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
