import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { startStates } from '../../src-shared/contract/app.ts';
import { auditCodes, auditKinds } from '../../src-shared/contract/audit-events.ts';
import { errorCodes } from '../../src-shared/contract/errors.ts';
import { roles } from '../../src-shared/contract/permissions.ts';
import { language } from '../../src-shared/contract/primitives.ts';
import { quarantineItem, syncProblems } from '../../src-shared/contract/sync.ts';
import { refusalCodes } from '../../src-shared/fhir/refusals.ts';

const root = join(import.meta.dirname, '../../resources/translations');
const source = join(import.meta.dirname, '../../src-renderer');

/** Every text of a namespace by its dotted key. */
function textsOf(lang: string, namespace: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const walk = (node: unknown, path: string) => {
    if (typeof node === 'string') texts.set(path, node);
    else if (typeof node === 'object' && node !== null) {
      for (const [key, below] of Object.entries(node)) walk(below, path === '' ? key : `${path}.${key}`);
    } else assert.fail(`${lang}/${namespace}: ${path} is neither a text nor a group`);
  };
  walk(JSON.parse(readFileSync(join(root, lang, `${namespace}.json`), 'utf8')), '');
  return texts;
}

const namespaces = readdirSync(join(root, 'en')).map((file) => basename(file, '.json'));
const others = language.options.filter((lang) => lang !== 'en');
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
/** French and Spanish have a third plural form, which falls back to `other`: only one and other are written. */
const has = (texts: ReadonlyMap<string, string>, key: string) => texts.has(key) || texts.has(`${key}_other`);

describe('translations', () => {
  for (const lang of others) {
    it(`${lang} has every text of English, with the same placeholders, and none beside`, () => {
      assert.deepEqual(readdirSync(join(root, lang)).sort(), readdirSync(join(root, 'en')).sort());
      for (const namespace of namespaces) {
        const english = textsOf('en', namespace);
        const texts = textsOf(lang, namespace);
        assert.deepEqual([...texts.keys()].sort(), [...english.keys()].sort(), namespace);
        for (const [key, text] of texts) {
          assert.notEqual(text.trim(), '', `${namespace}:${key}`);
          assert.deepEqual(placeholders(text), placeholders(english.get(key) ?? ''), `${namespace}:${key}`);
        }
      }
    });
  }

  it('says every code of the closed lists', () => {
    const errors = textsOf('en', 'errors');
    const app = textsOf('en', 'app');
    const start = textsOf('en', 'start');
    const refusals = textsOf('en', 'refusals');
    for (const code of errorCodes) assert.ok(has(errors, code), `errors:${code}`);
    for (const code of refusalCodes) assert.ok(has(refusals, code), `refusals:${code}`);
    const sync = textsOf('en', 'sync');
    for (const problem of syncProblems) {
      for (const part of ['what', 'do']) assert.ok(sync.has(`problem.${problem}.${part}`), `${problem}.${part}`);
    }
    const workstations = textsOf('en', 'workstations');
    for (const reason of quarantineItem.shape.reason.options) {
      assert.ok(workstations.has(`quarantine.reason.${reason}`), reason);
    }
    for (const role of roles) {
      assert.ok(app.has(`role.${role}.name`), role);
      assert.ok(app.has(`role.${role}.text`), role);
    }
    for (const state of startStates) {
      if (state === 'locked' || state === 'not-set-up' || state === 'kit-unconfirmed') continue;
      for (const part of ['title', 'happened', 'safe', 'do']) {
        assert.ok(start.has(`state.${state}.${part}`), `${state}.${part}`);
      }
    }
  });

  it('says every audit event and kind', { skip: !namespaces.includes('audit') }, () => {
    const audit = textsOf('en', 'audit');
    for (const code of auditCodes) assert.ok(has(audit, `event.${code}`), `audit:event.${code}`);
    for (const kind of auditKinds) assert.ok(has(audit, `kind.${kind}`), `audit:kind.${kind}`);
  });

  it('has every key the screens name', () => {
    const known = new Map(namespaces.map((namespace) => [namespace, textsOf('en', namespace)]));
    for (const file of globSync('**/*.{ts,tsx}', { cwd: source })) {
      const code = readFileSync(join(source, file), 'utf8');
      const translators = code.matchAll(/const \{ t(?:: (\w+))?(?:, i18n)? \} = useTranslation\('(\w+)'\)/g);
      // one file may hold several components: a name means the namespaces it has anywhere in the file
      const byName = new Map<string, string[]>();
      for (const [, name = 't', namespace = 'app'] of translators) {
        byName.set(name, [...(byName.get(name) ?? []), namespace]);
      }
      for (const [name, own] of byName) {
        for (const [, key = ''] of code.matchAll(new RegExp(`(?<![\\w.])${name}\\(\\s*'([^']+)'`, 'g'))) {
          const [first = '', second] = key.split(':');
          const places = second === undefined ? own : [first];
          const found = places.some((place) => has(known.get(place) ?? new Map(), second ?? first));
          assert.ok(found, `${file}: ${places.join(' or ')}:${second ?? first}`);
        }
      }
    }
  });
});
