import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { conceptText } from '../../src-shared/fhir/display.ts';
import { listAt, member, textAt } from '../../src-shared/fhir/json.ts';
import { Card, Chip, EmptyState, useFormat } from '../ui/index.ts';
import classes from './chart.module.css';
import { type Chart, entered, type Item } from './model/chart.ts';
import { narrativeOf } from './model/details.ts';
import { Narrative } from './Narrative.tsx';
import { ReportResults } from './ReportResults.tsx';
import { SourceLine } from './SourceLine.tsx';

/** Letters, reports and documents that came in; notes signed here stand under Notes. */
export function documentsOf(chart: Chart): readonly Item[] {
  return chart.items.filter(
    (item) =>
      ['DocumentReference', 'DiagnosticReport', 'Composition'].includes(item.row.type) &&
      !item.row.signed &&
      entered(item),
  );
}

type Props = { readonly chart: Chart; readonly documents: readonly Item[]; readonly onOpen: (item: Item) => void };

export function DocumentsTab({ chart, documents, onOpen }: Props) {
  const { t } = useTranslation('chart');
  const [opened, setOpened] = useState<string | null>(documents.length === 1 ? (documents[0]?.row.id ?? null) : null);
  if (documents.length === 0) {
    return (
      <Card label={t('tab.documents')}>
        <EmptyState title={t('none.documents')} text={t('none.documentsText')} />
      </Card>
    );
  }
  return (
    <div className={classes.stack}>
      {documents.map((item) => (
        <Document
          key={item.row.id}
          item={item}
          chart={chart}
          opened={opened === item.row.id}
          onToggle={() => setOpened(opened === item.row.id ? null : item.row.id)}
          onOpen={onOpen}
        />
      ))}
    </div>
  );
}

type DocumentProps = {
  readonly item: Item;
  readonly chart: Chart;
  readonly opened: boolean;
  readonly onToggle: () => void;
  readonly onOpen: (item: Item) => void;
};

function Document({ item, chart, opened, onToggle, onOpen }: DocumentProps) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  return (
    <article className={classes.document}>
      <h3>
        <button type="button" className={classes.documentHead} aria-expanded={opened} onClick={onToggle}>
          <span aria-hidden>{opened ? '▾' : '▸'}</span>
          <span className={classes.documentTitle}>
            <bdi>{item.title}</bdi>
            <SourceLine source={item.row.source} />
          </span>
          <Chip>{t(`type.${item.row.type}`, { defaultValue: item.row.type })}</Chip>
          <span className={classes.small}>
            {item.facts.dateText === undefined ? '' : format.date(item.facts.dateText)}
          </span>
        </button>
      </h3>
      {opened && <Inside item={item} chart={chart} onOpen={onOpen} />}
    </article>
  );
}

/** What stands in a document: its own narrative, its sections', or what its attachments are called. */
function Inside({ item, chart, onOpen }: Pick<DocumentProps, 'item' | 'chart' | 'onOpen'>) {
  const { t } = useTranslation('chart');
  const own = narrativeOf(item.json);
  const sections = listAt(item.json, 'section');
  const attachments = [
    ...listAt(item.json, 'content').map((content) => member(content, 'attachment')),
    ...listAt(item.json, 'presentedForm'),
  ];
  const conclusion = textAt(item.json, 'conclusion');
  return (
    <div className={classes.documentBody}>
      {own !== undefined && <Narrative xhtml={own} />}
      {conclusion !== undefined && <p dir="auto">{conclusion}</p>}
      {sections.map((section, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a document's sections never move
        <section key={index} className={classes.documentPart}>
          <h4>
            <bdi>{textAt(section, 'title') ?? conceptText(member(section, 'code')) ?? ''}</bdi>
          </h4>
          <Narrative xhtml={textAt(member(section, 'text'), 'div') ?? ''} />
        </section>
      ))}
      {attachments.length > 0 && (
        <ul className={classes.attachments}>
          {attachments.map((attachment, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: attachments have no identity but their place
            <li key={index}>
              <bdi>{textAt(attachment, 'title') ?? t('attachment', { n: index + 1 })}</bdi>{' '}
              <span className={classes.small}>{textAt(attachment, 'contentType') ?? ''}</span>
            </li>
          ))}
        </ul>
      )}
      {own === undefined && sections.length === 0 && attachments.length === 0 && conclusion === undefined && (
        <p className={classes.quiet}>{t('none.inside')}</p>
      )}
      {item.row.type === 'DiagnosticReport' && <ReportResults item={item} chart={chart} onOpen={onOpen} />}
      <Button variant="subtle" size="compact-sm" onClick={() => onOpen(item)}>
        {t('details')}
      </Button>
    </div>
  );
}
