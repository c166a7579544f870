import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayOpenExternally, openHelp, openHelpCalmly } from '../../../src-main/window/external.ts';

const allowed = ['https://help.clinic.example/start', 'https://intranet:8443/'];

describe('an address opened outside', () => {
  it('is one whose origin the policy names', () => {
    for (const url of [
      'https://help.clinic.example/start',
      'https://help.clinic.example/a?b#c',
      'HTTPS://Help.Clinic.Example/',
    ]) {
      assert.ok(mayOpenExternally(url, allowed), url);
    }
    assert.ok(mayOpenExternally('https://intranet:8443/x', allowed));
  });
  it('is nothing else, however it is spelled', () => {
    for (const url of [
      'http://help.clinic.example/',
      'https://help.clinic.example.evil.example/',
      'https://user@help.clinic.example/',
      'https://help.clinic.example@evil.example/',
      'https://help.clinic.example:444/',
      'https://help.clinic.example:443/',
      'https://help.clinic.example./',
      'https://help%2eclinic.example/',
      'https://help.clinic。example/',
      'https:\\\\help.clinic.example/',
      'https:help.clinic.example/',
      ' https://help.clinic.example/',
      'https://help.clinic.example/\u202etxt.exe',
      'file:///etc/passwd',
      'javascript:alert(1)',
      '',
      `https://help.clinic.example/${'a'.repeat(2048)}`,
      undefined,
      ['https://help.clinic.example/'],
    ]) {
      assert.equal(mayOpenExternally(url, allowed), false, String(url).slice(0, 80));
    }
    assert.equal(mayOpenExternally('https://help.clinic.example/', []), false);
    assert.equal(mayOpenExternally('https://help.clinic.example/', ['not an address']), false);
  });
  it('opens once in three seconds, however often a page asks', async () => {
    let [opened, at] = [0, 0];
    const help = openHelpCalmly(
      'https://help.clinic.example/',
      async () => {
        opened += 1;
      },
      () => at,
    );
    assert.equal(await help(), true);
    for (; at < 3000; at += 10) assert.equal(await help(), false);
    assert.equal(await help(), true);
    assert.equal(opened, 2);
  });
  it('is the help page alone, in the spelling of the parser', async () => {
    const opened: string[] = [];
    const open = async (url: string) => void opened.push(url);
    assert.equal(await openHelp('https://hilfe.müller.example/übersicht', open), true);
    assert.equal(await openHelp(undefined, open), false);
    assert.equal(await openHelp('http://help.clinic.example/', open), false);
    assert.equal(await openHelp('https://a:b@help.clinic.example/', open), false);
    assert.deepEqual(opened, ['https://hilfe.xn--mller-kva.example/%C3%BCbersicht']);
  });
});
