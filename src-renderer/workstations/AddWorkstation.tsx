import { Button, Group, Modal, Stack } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction, useProcedure } from '../client.ts';
import { Countdown, FormError, SixWords } from '../ui/index.ts';

/** How often is asked whether somebody came with the code, milliseconds. */
const every = 1500;

/** A one-time code for ten minutes, six words compared on both screens, and the new workstation is in. */
export function AddWorkstation({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('workstations');
  const { t: app } = useTranslation('app');
  const [differed, setDiffered] = useState(false);
  const open = useAction('enrolment.open', { stale: ['enrolment'] });
  const admit = useAction('enrolment.admit', { stale: ['enrolment', 'devices', 'roster'] });
  const cancel = useAction('enrolment.cancel', { stale: ['enrolment'] });
  const watching = open.isSuccess && !differed;
  const standing = useProcedure(
    'enrolment.standing',
    {},
    { enabled: watching, refetchInterval: admit.isSuccess ? false : every },
  );
  const state = watching ? (standing.data?.state ?? 'waiting') : 'none';
  const running = state === 'waiting' || state === 'asked';
  const asked = standing.data?.state === 'asked' ? standing.data : null;

  const leave = () => {
    // the code is void with the dialog: nobody is let in behind a closed one
    if (running) cancel.mutate({});
    onClose();
  };
  const begin = () => {
    setDiffered(false);
    open.mutate({});
  };
  const differ = () => {
    setDiffered(true);
    cancel.mutate({});
  };
  const again = (
    <Button onClick={begin} loading={open.isPending}>
      {t('add.again')}
    </Button>
  );

  return (
    <Modal
      opened
      onClose={leave}
      title={t('add.title')}
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': app('action.close') }}
    >
      {differed ? (
        <Step key="differed" heading={t('add.differed.title')}>
          <p>{t('add.differed.text')}</p>
          <FormError error={open.error ?? cancel.error} />
          <Foot onClose={leave}>{again}</Foot>
        </Step>
      ) : state === 'none' || open.data === undefined ? (
        <Step key="none" heading={t('add.before.title')}>
          <p>{t('add.before.text')}</p>
          <FormError error={open.error} />
          <Foot onClose={leave}>
            <Button onClick={begin} loading={open.isPending} data-autofocus>
              {t('add.begin')}
            </Button>
          </Foot>
        </Step>
      ) : state === 'expired' ? (
        <Step key="expired" heading={t('add.expired.title')}>
          <p>{t('add.expired.text')}</p>
          <FormError error={open.error} />
          <Foot onClose={leave}>{again}</Foot>
        </Step>
      ) : standing.data?.state === 'admitted' ? (
        <Step key="admitted" heading={t('add.admitted.title', { name: standing.data.name })}>
          <p>{t('add.admitted.text')}</p>
          <Group justify="flex-end">
            <Button onClick={onClose}>{app('action.close')}</Button>
          </Group>
        </Step>
      ) : asked !== null ? (
        <Step key="asked" heading={t('add.asked.title', { name: asked.name })}>
          <p>{t('add.asked.text')}</p>
          <SixWords words={asked.words} label={t('add.asked.words')} />
          <p className="ck-dim">
            {t('add.left')} <Countdown until={asked.expiresAt} />
          </p>
          <FormError error={admit.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={differ} disabled={admit.isPending}>
              {t('add.asked.differ')}
            </Button>
            <Button loading={admit.isPending} onClick={() => admit.mutate({ words: asked.words })}>
              {t('add.asked.same')}
            </Button>
          </Group>
        </Step>
      ) : (
        <Step key="waiting" heading={t('add.waiting.title')}>
          <p>{t('add.waiting.text')}</p>
          <dl className="ck-enrol">
            <dt>{t('add.waiting.address')}</dt>
            <dd className="ck-enrol-address">{open.data.address}</dd>
            <dt>{t('add.waiting.code')}</dt>
            <dd>
              <ul className="ck-enrol-code" translate="no" lang="en">
                {open.data.code.split(/[\s-]+/).map((word, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a word may stand twice
                  <li key={at}>{word}</li>
                ))}
              </ul>
            </dd>
          </dl>
          <p className="ck-dim">
            {t('add.left')} <Countdown until={open.data.expiresAt} />
          </p>
          <FormError error={standing.error} />
          <Foot onClose={leave}>{standing.error === null ? null : again}</Foot>
        </Step>
      )}
    </Modal>
  );
}

function Foot({ onClose, children }: { readonly onClose: () => void; readonly children?: ReactNode }) {
  const { t } = useTranslation('app');
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onClose}>
        {t('action.cancel')}
      </Button>
      {children}
    </Group>
  );
}

/** One step of the way; its heading takes the focus, so that what changed by itself is read. */
function Step({ heading, children }: { readonly heading: string; readonly children: ReactNode }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <Stack gap={14}>
      <h3 ref={title} tabIndex={-1} className="ck-enrol-heading">
        {heading}
      </h3>
      {children}
    </Stack>
  );
}
