import { Button, Group, Stack, Tabs, TextInput } from '@mantine/core';
import { type KeyboardEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type DiagnosticPart, diagnosticParts } from '../../src-shared/contract/diagnostics.ts';
import type { Output } from '../../src-shared/contract/index.ts';
import { useCan } from '../app/session.tsx';
import { errorValueOf, useAction } from '../client.ts';
import { FormError, useFormat } from '../ui/index.ts';
import { findInParts } from './find-in-parts.ts';
import { PartText } from './PartText.tsx';

type ReadThroughProps = {
  readonly preview: Output<'diagnostics.preview'>;
  readonly onAgain: () => void;
  readonly onClose: () => void;
};

const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** Part by part, searchable; its hash; and only then a file. */
export function ReadThrough({ preview, onAgain, onClose }: ReadThroughProps) {
  const { t } = useTranslation('diagnostics');
  const { t: app } = useTranslation('app');
  const format = useFormat();
  const can = useCan();
  const { parts, sha256, size } = preview;
  const [shown, setShown] = useState<DiagnosticPart | null>(parts[0]?.part ?? null);
  const [typed, setTyped] = useState('');
  const [step, setStep] = useState<number | null>(null);
  const save = useAction('diagnostics.save');
  const hits = useMemo(() => findInParts(parts, typed), [parts, typed]);
  const sizes = useMemo(() => parts.map(({ text }) => bytes(text)), [parts]);
  const current = step === null ? undefined : hits[step];

  const search = (text: string) => {
    setTyped(text);
    setStep(null);
  };
  const go = (by: 1 | -1) => {
    if (hits.length === 0) return;
    const next = step === null ? (by === 1 ? 0 : hits.length - 1) : (step + by + hits.length) % hits.length;
    setStep(next);
    const part = parts[hits[next]?.part ?? 0];
    if (part !== undefined) setShown(part.part);
  };
  const walk = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    go(event.shiftKey ? -1 : 1);
  };
  const failure = save.error === null ? null : errorValueOf(save.error).code;
  return (
    <Stack gap={12}>
      <p>{t('read')}</p>
      <Group gap={10} align="flex-end">
        <TextInput
          label={t('search')}
          className="ck-diagnostics-search"
          value={typed}
          onChange={(event) => search(event.currentTarget.value)}
          onKeyDown={walk}
          maxLength={200}
          spellCheck={false}
          autoComplete="off"
          autoFocus
        />
        <Button variant="default" onClick={() => go(1)} disabled={hits.length === 0}>
          {t('next')}
        </Button>
        <span className="ck-dim ck-diagnostics-hits" role="status">
          {typed === ''
            ? ''
            : step === null
              ? t('hits', { count: hits.length, number: format.number(hits.length) })
              : t('hit', { at: format.number(step + 1), of: format.number(hits.length) })}
        </span>
      </Group>
      <Tabs
        orientation="vertical"
        className="ck-diagnostics"
        value={shown}
        onChange={(value) => setShown(diagnosticParts.find((part) => part === value) ?? shown)}
        keepMounted={false}
      >
        <Tabs.List aria-label={t('parts')}>
          {parts.map(({ part }, index) => {
            const found = hits.filter((hit) => hit.part === index).length;
            return (
              <Tabs.Tab key={part} value={part}>
                <span className="ck-diagnostics-part">
                  <span>{t(`part.${part}`)}</span>
                  <span className="ck-diagnostics-size">
                    {typed === '' ? format.bytes(sizes[index] ?? 0) : format.number(found)}
                  </span>
                </span>
              </Tabs.Tab>
            );
          })}
        </Tabs.List>
        {parts.map(({ part, text }, index) => (
          <Tabs.Panel key={part} value={part}>
            <PartText
              label={t(`part.${part}`)}
              text={text}
              starts={hits.flatMap((hit) => (hit.part === index ? [hit.at] : []))}
              length={typed.length}
              current={current?.part === index ? current.at : null}
            />
          </Tabs.Panel>
        ))}
      </Tabs>
      <p className="ck-dim ck-diagnostics-hash">
        {t('whole', { size: format.bytes(size) })} · SHA-256{' '}
        <span className="ck-mono" translate="no">
          {sha256}
        </span>
      </p>
      {save.data?.saved === true && (
        <p role="status" className="ck-good-text">
          ✓ {t('saved')}
        </p>
      )}
      {/* closing the system's dialog without a choice is no error */}
      {failure !== 'nothing-chosen' && <FormError error={save.error} />}
      {!can('device:write') && <p className="ck-dim">{t('it-saves')}</p>}
      <Group justify="flex-end">
        <Button variant="default" onClick={onAgain} disabled={save.isPending}>
          {t('again')}
        </Button>
        <Button variant="default" onClick={onClose}>
          {app('action.close')}
        </Button>
        {can('device:write') && (
          <Button loading={save.isPending} onClick={() => save.mutate({ sha256 })}>
            {t('save')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
