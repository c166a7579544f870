import { Button, Drawer } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../app/session.tsx';
import { useFormat } from '../ui/index.ts';
import classes from './chart.module.css';
import { EndDialog } from './EndDialog.tsx';
import { type Chart, type Item, isOver } from './model/chart.ts';
import { detailsOf, narrativeOf } from './model/details.ts';
import { Narrative } from './Narrative.tsx';
import { SourceLine } from './SourceLine.tsx';
import { StoredView } from './StoredView.tsx';

type Props = { readonly item: Item | null; readonly chart: Chart; readonly onClose: () => void };

/** Everything one record says, where it came from, and what may be done with it. */
export function ItemDrawer({ item, chart, onClose }: Props) {
  const { t } = useTranslation('chart');
  return (
    <Drawer
      opened={item !== null}
      onClose={onClose}
      position="right"
      size={480}
      title={item === null ? '' : t(`type.${item.row.type}`, { defaultValue: item.row.type })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {item !== null && <Content key={item.row.id} item={item} chart={chart} />}
    </Drawer>
  );
}

const endable: ReadonlySet<string> = new Set([
  'Condition',
  'AllergyIntolerance',
  'MedicationStatement',
  'MedicationRequest',
]);

function Content({ item, chart }: { readonly item: Item; readonly chart: Chart }) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  const can = useCan();
  const [ending, setEnding] = useState(false);
  const [stored, setStored] = useState(false);
  const narrative = narrativeOf(item.json);
  const words = (name: string, text: string) =>
    name === 'status' || name === 'criticality' ? t(`${name}.${text}`, { defaultValue: text }) : text;
  return (
    <div className={classes.drawer}>
      <h2 className={classes.drawerTitle}>
        <bdi>{item.title}</bdi>
      </h2>
      <p className={classes.sourceBox}>
        <SourceLine source={item.row.source} />
      </p>
      <dl className={classes.details}>
        {detailsOf(item, chart).map(({ name, text, isDate }) => (
          <div key={name}>
            <dt>{t(`detail.${name}`)}</dt>
            <dd dir="auto">{isDate ? format.date(text) : words(name, text)}</dd>
          </div>
        ))}
      </dl>
      {narrative !== undefined && (
        <section aria-label={t('narrative')} className={classes.drawerPart}>
          <h3>{t('narrative')}</h3>
          <Narrative xhtml={narrative} />
        </section>
      )}
      <div className={classes.drawerActions}>
        {can('chart:write') && endable.has(item.row.type) && !isOver(item) && (
          <Button variant="default" onClick={() => setEnding(true)}>
            {t('end.button')}
          </Button>
        )}
        <Button variant="default" aria-expanded={stored} onClick={() => setStored(!stored)}>
          {t(stored ? 'hideStored' : 'showStored')}
        </Button>
      </div>
      {stored && <StoredView item={item} />}
      {ending && <EndDialog item={item} onClose={() => setEnding(false)} />}
    </div>
  );
}
