/** The words of a report on accesses, from resources/translations/<language>/accessReport.json. */
import de from '../../../../resources/translations/de/accessReport.json' with { type: 'json' };
import en from '../../../../resources/translations/en/accessReport.json' with { type: 'json' };
import es from '../../../../resources/translations/es/accessReport.json' with { type: 'json' };
import fr from '../../../../resources/translations/fr/accessReport.json' with { type: 'json' };
import type { Activity, DataCategory } from '../../../../src-shared/contract/access-report.ts';
import type { AuditCode } from '../../../../src-shared/contract/audit-events.ts';
import type { Language } from '../../../../src-shared/contract/primitives.ts';

/** All languages have every key of English: a missing one does not compile. */
export type ReportWords = typeof en;

const byLanguage: Readonly<Record<Language, ReportWords>> = { en, es, de, fr };

export const reportWords = (language: Language): ReportWords => byLanguage[language];

const own = (words: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(words, key) ? words[key] : undefined;

/** Words for a code of the log; undefined where it has none of its own. */
export function eventWords(words: ReportWords, code: AuditCode): string | undefined {
  const [group = '', name = ''] = code.split(/\.(.*)/s);
  const found = own(words.event, group);
  const text = typeof found === 'object' && found !== null ? own({ ...found }, name) : undefined;
  return typeof text === 'string' ? text : undefined;
}

export const activityWords = (words: ReportWords, activity: Activity): string => words.activity[activity];
export const categoryWords = (words: ReportWords, category: DataCategory): string => words.category[category];

/** What was done, in words; a code without its own is told by its kind. */
export const doneWords = (words: ReportWords, code: AuditCode, activity: Activity): string =>
  eventWords(words, code) ?? activityWords(words, activity);

/** A purpose of use; a code without words still says something. */
export function purposeWords(words: ReportWords, code: string): string {
  const text = own(words.purpose, code);
  return typeof text === 'string' ? text : code;
}

/** Built-in roles in words, the clinic's own by the name it gave them, nobody as the program itself. */
export function roleWords(words: ReportWords, roles: readonly string[]): string {
  if (roles.length === 0) return words.role.none;
  return roles
    .map((role) => {
      const text = own(words.role, role);
      return typeof text === 'string' ? text : role;
    })
    .join(', ');
}
