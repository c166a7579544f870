/** What reaches the log when something breaks: never a message, never a folder. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportError } from '../../../src-main/core/report.ts';

function reported(error: unknown): string {
  const lines: string[] = [];
  const { error: original } = console;
  console.error = (line: string) => lines.push(line);
  try {
    reportError('core', error);
  } finally {
    console.error = original;
  }
  return lines.join('\n');
}

function parseFailure(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

test("a parser's message, which quotes over several lines what it read, is not repeated", () => {
  const line = reported(parseFailure('Ana\nRuiz 1971-03-14 at record.ts:1:1'));
  assert.match(line, /"name":"SyntaxError"/);
  assert.doesNotMatch(line, /Ana|Ruiz|1971/);
  assert.doesNotMatch(reported(new Error('Ana\n    Ruiz 1971\n{')), /Ana|Ruiz|1971/);
});

test('the place is a file and a line without its folder, the code is there', () => {
  const error = Object.assign(new Error('x'), { code: 'SQLITE_FULL' });
  assert.match(reported(error), /"code":"SQLITE_FULL","at":"report\.test\.ts:\d+:\d+"/);
  assert.match(reported('a string'), /"name":"unknown","code":"","at":""/);
});
