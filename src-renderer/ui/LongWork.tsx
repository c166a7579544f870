/** Work that takes its time, on a dialog: how far it has come, and a way to stop it. */
import { Button, Group, Modal, Progress } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCoreEvent } from '../client.ts';

export type Moved = { readonly done: number; readonly total: number };
const nothingYet: Moved = { done: 0, total: 0 };

/** How far the work that core calls `task` has come; total 0 while nothing is known. */
export function useMoved(task: string): { readonly moved: Moved; readonly restart: () => void } {
  const [moved, setMoved] = useState(nothingYet);
  useCoreEvent('progress', ({ task: of, state, done, total }) => {
    if (of === task && state === 'running') setMoved({ done, total });
  });
  return { moved, restart: () => setMoved(nothingYet) };
}

type WorkProgressProps = { readonly label: string; readonly text: string; readonly moved: Moved };

export function WorkProgress({ label, text, moved: { done, total } }: WorkProgressProps) {
  return (
    <div role="status">
      <p className="ck-dim">{text}</p>
      <Progress
        value={total === 0 ? 100 : Math.min(100, (done / total) * 100)}
        animated={total === 0}
        aria-label={label}
      />
    </div>
  );
}

type WorkModalProps = {
  readonly opened?: boolean;
  readonly title: string;
  readonly size?: number | string;
  /** While it runs, nothing closes it. */
  readonly pending: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

export function WorkModal({ opened = true, title, size = 'md', pending, onClose, children }: WorkModalProps) {
  const { t } = useTranslation('app');
  return (
    <Modal
      opened={opened}
      onClose={() => {
        if (!pending) onClose();
      }}
      title={title}
      size={size}
      closeOnClickOutside={!pending}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {children}
    </Modal>
  );
}

type StopOrStartProps = {
  readonly pending: boolean;
  readonly stopLabel: string;
  readonly onStop: () => void;
  readonly onClose: () => void;
  /** The button that starts it. */
  readonly children: ReactNode;
};

export function StopOrStart({ pending, stopLabel, onStop, onClose, children }: StopOrStartProps) {
  const { t } = useTranslation('app');
  return (
    <Group justify="flex-end">
      {pending ? (
        <Button variant="default" onClick={onStop}>
          {stopLabel}
        </Button>
      ) : (
        <>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          {children}
        </>
      )}
    </Group>
  );
}
