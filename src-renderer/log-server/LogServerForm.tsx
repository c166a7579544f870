import { Button, Group, NumberInput, Radio, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { defaultPort, logServerFrom, logServerTarget } from '../../src-shared/contract/log-server.ts';
import { useAction } from '../client.ts';
import { FormError, notifyDone, useSchemaValidation } from '../ui/index.ts';
import { AuthoritiesField } from './AuthoritiesField.tsx';
import { TestResult } from './TestResult.tsx';

type Props = { readonly before: Output<'logServer.get'>; readonly onClose: () => void };

const choices = ['position', 'now', 'beginning'] as const;

/** Address, certificate, and from where on. The test makes one connection and sends nothing. */
export function LogServerForm({ before, onClose }: Props) {
  const { t } = useTranslation('logserver');
  const { t: app } = useTranslation('app');
  const validation = useSchemaValidation();
  const [host, setHost] = useState(before.target?.host ?? '');
  const [port, setPort] = useState<number | string>(before.target?.port ?? defaultPort);
  const [serverName, setServerName] = useState(before.target?.serverName ?? '');
  const [authorities, setAuthorities] = useState(before.target?.authorities ?? '');
  const [from, setFrom] = useState<(typeof choices)[number]>(before.hasPosition ? 'position' : 'now');
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const save = useAction('logServer.set', { stale: ['logServer'] });
  const test = useAction('logServer.test');

  /** What was typed, or nothing where a field says what is wrong. */
  const target = () => {
    const typed = {
      host,
      port: typeof port === 'number' ? port : Number.NaN,
      serverName: serverName.trim() === '' ? null : serverName,
      authorities,
    };
    const wrong = validation(logServerTarget)(typed);
    setErrors(wrong);
    return Object.keys(wrong).length === 0 ? typed : null;
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = target();
    if (given === null) return;
    try {
      await save.mutateAsync({ ...given, from });
      notifyDone(t('is-on'));
      onClose();
    } catch {
      // shown by the form: save.error
    }
  };
  const tryIt = () => {
    save.reset();
    test.reset();
    const given = target();
    if (given !== null) test.mutate(given);
  };
  /** A result is about what was typed when it was asked for. */
  const typing = <T,>(set: (value: T) => void) => {
    return (value: T) => {
      test.reset();
      set(value);
    };
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <Group gap={12} align="flex-start" wrap="nowrap">
          <TextInput
            className="ck-log-server-host"
            label={t('host')}
            value={host}
            onChange={(event) => typing(setHost)(event.currentTarget.value)}
            error={errors['host']}
            maxLength={253}
            spellCheck={false}
            autoComplete="off"
            data-autofocus
          />
          <NumberInput
            className="ck-log-server-port"
            label={t('port')}
            value={port}
            onChange={typing(setPort)}
            error={errors['port']}
            min={1}
            max={65_535}
            allowDecimal={false}
            clampBehavior="none"
            hideControls
          />
        </Group>
        <TextInput
          label={t('server-name')}
          description={t('server-name-text')}
          value={serverName}
          onChange={(event) => typing(setServerName)(event.currentTarget.value)}
          error={errors['serverName']}
          maxLength={253}
          spellCheck={false}
          autoComplete="off"
        />
        <AuthoritiesField value={authorities} error={errors['authorities'] ?? null} onChange={typing(setAuthorities)} />
        <Radio.Group
          label={t('from.label')}
          value={from}
          onChange={(value) => setFrom(logServerFrom.options.find((known) => known === value) ?? 'now')}
        >
          <Stack gap={8} mt={6}>
            {choices
              .filter((choice) => choice !== 'position' || before.hasPosition)
              .map((choice) => (
                <Radio key={choice} value={choice} label={t(`from.${choice}`)} />
              ))}
          </Stack>
        </Radio.Group>
        <div role="status">{test.data !== undefined && <TestResult {...test.data} />}</div>
        <FormError error={save.error ?? test.error} />
        <Group gap={10}>
          <Button type="submit" loading={save.isPending}>
            {t('save')}
          </Button>
          <Button variant="default" loading={test.isPending} onClick={tryIt}>
            {t('test')}
          </Button>
          <Button variant="subtle" onClick={onClose}>
            {app('action.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
