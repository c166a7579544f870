import { Button, Group, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { errorValueOf, useAction, useProcedure } from '../client.ts';
import { FormError, useErrorText } from '../ui/index.ts';
import { Authorities } from './Authorities.tsx';

type Props = {
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (text: string) => void;
};

/** The certificate of the server's authority, pasted or from a file, and what it says. */
export function AuthoritiesField({ value, error, onChange }: Props) {
  const { t } = useTranslation('logserver');
  const errorText = useErrorText();
  const whole = value.includes('-----END CERTIFICATE-----');
  const read = useProcedure('logServer.readAuthorities', { text: value }, { enabled: whole });
  const choose = useAction('logServer.readAuthorities');
  const chosenNothing = choose.error !== null && errorValueOf(choose.error).code === 'nothing-chosen';
  const pick = () => choose.mutate({ text: null }, { onSuccess: ({ authorities }) => onChange(authorities) });
  const unreadable = whole && read.error !== null ? errorText(read.error) : null;
  return (
    <div className="ck-log-server-certificate">
      <Textarea
        label={t('authority.title')}
        description={t('authority.text')}
        placeholder="-----BEGIN CERTIFICATE-----"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={unreadable ?? error}
        rows={4}
        maxLength={65_536}
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: 'ck-mono' }}
      />
      <Group gap={10}>
        <Button variant="default" size="xs" loading={choose.isPending} onClick={pick}>
          {t('authority.choose')}
        </Button>
      </Group>
      {!chosenNothing && choose.error !== null && <FormError error={choose.error} />}
      {whole && read.data !== undefined && <Authorities known={read.data.known} />}
    </div>
  );
}
