import { Popover, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SyncDetails } from './SyncDetails.tsx';
import { useCatchUp, useRecordFollow, useSyncWatch } from './use-sync.ts';
import { useSyncWords } from './words.ts';
import './sync.css';

/** Quiet, at the foot of the rail: how the exchange stands. Never loud when offline, for work goes on. */
export function SyncSign() {
  const { t } = useTranslation('sync');
  const [opened, setOpened] = useState(false);
  const standing = useSyncWatch();
  useRecordFollow();
  const catchUp = useCatchUp(standing);
  const words = useSyncWords();
  if (standing === null) return null;
  const { state, problem } = standing;
  const text = words(standing, catchUp);
  return (
    <div className="ck-sync-foot">
      <Popover
        opened={opened}
        onChange={setOpened}
        position="right-end"
        width={364}
        trapFocus
        returnFocus
        shadow="md"
        withArrow={false}
      >
        <Popover.Target>
          <UnstyledButton className="ck-rail-item ck-sync" data-state={state} onClick={() => setOpened(!opened)}>
            <span className="ck-sync-sign" aria-hidden="true">
              {state === 'attention' ? '▲' : ''}
            </span>
            <span className="ck-hidden">{t('label')} </span>
            <span>{text}</span>
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown aria-label={t('title')}>
          <SyncDetails standing={standing} text={text} onLeave={() => setOpened(false)} />
        </Popover.Dropdown>
      </Popover>
      {/* said when it needs somebody, or when the connection goes: not each time a number changes */}
      <span role="status" className="ck-hidden">
        {state === 'attention'
          ? t(problem === null ? 'state.attention' : `problem.${problem}.what`)
          : state === 'offline'
            ? t('said.offline')
            : ''}
      </span>
    </div>
  );
}
