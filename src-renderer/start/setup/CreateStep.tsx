import { Button, Group, Loader } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KitForm } from '../../../src-shared/contract/app.ts';
import type { Output } from '../../../src-shared/contract/index.ts';
import { call } from '../../client.ts';
import { isLanguage } from '../../i18n.ts';
import { FormError } from '../../ui/FormError.tsx';
import { StepHeading } from '../StepHeading.tsx';
import type { AdminAnswers } from './AdminStep.tsx';
import type { ClinicAnswers } from './ClinicStep.tsx';
import type { Kit } from './kit.ts';

type CreateStepProps = {
  readonly clinic: ClinicAnswers;
  readonly admin: AdminAnswers;
  readonly password: string;
  readonly form: KitForm;
  readonly onBack: () => void;
  readonly onCreated: (kit: Kit) => void;
  /** True when an earlier step can mend it and was shown. */
  readonly onFailed: (error: unknown) => boolean;
};

/** Can this machine keep a secret? If so, the clinic is made: keys, encrypted database, first admin. */
export function CreateStep({ clinic, admin, password, form, onBack, onCreated, onFailed }: CreateStepProps) {
  const { t, i18n } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const [keychain, setKeychain] = useState<Output<'setup.checkKeychain'> | null>(null);
  const [doing, setDoing] = useState<'checking' | 'creating' | 'none'>('checking');
  const [error, setError] = useState<unknown>(null);

  const check = useCallback(async () => {
    setDoing('checking');
    setError(null);
    try {
      setKeychain(await call('setup.checkKeychain', {}));
    } catch (thrown) {
      setError(thrown);
    } finally {
      setDoing('none');
    }
  }, []);
  useEffect(() => void check(), [check]);

  const create = async () => {
    setDoing('creating');
    setError(null);
    try {
      const kit = await call('setup.create', {
        language: isLanguage(i18n.language) ? i18n.language : 'en',
        ...clinic,
        admin: {
          userName: admin.userName,
          displayName: admin.displayName,
          roles: admin.practitioner ? ['practitioner'] : [],
        },
        password,
        kit: form,
      });
      onCreated(kit);
    } catch (thrown) {
      if (onFailed(thrown)) return;
      setError(thrown);
      setDoing('none');
    }
  };

  const ready = keychain?.state === 'ok';
  return (
    <div>
      <StepHeading>{t('setup.keychain.title')}</StepHeading>
      <p className="ck-start-text">{t('setup.keychain.text')}</p>
      <div role="status" className="ck-check" data-tone={ready ? 'good' : 'warn'}>
        {doing === 'checking' && (
          <>
            <Loader size={16} /> {t('setup.keychain.checking')}
          </>
        )}
        {doing === 'creating' && (
          <>
            <Loader size={16} /> {t('setup.keychain.creating')}
          </>
        )}
        {doing === 'none' && keychain !== null && (
          <span>
            {ready ? '✓ ' : '▲ '}
            {t(`setup.keychain.${keychain.state}`)}
          </span>
        )}
      </div>
      {ready && keychain.weak && <p className="ck-warn-text ck-start-text">▲ {t('setup.keychain.weak')}</p>}
      <FormError error={error} />
      <Group justify="space-between" mt="lg">
        <Button variant="default" onClick={onBack} disabled={doing === 'creating'}>
          {app('action.back')}
        </Button>
        {ready ? (
          <Button onClick={() => void create()} loading={doing === 'creating'}>
            {t('setup.keychain.create')}
          </Button>
        ) : (
          <Button onClick={() => void check()} loading={doing === 'checking'}>
            {app('action.retry')}
          </Button>
        )}
      </Group>
    </div>
  );
}
