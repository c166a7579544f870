import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { FromValidator, ToValidator } from '../../../../src-main/core/exchange/read/messages.ts';
import {
  shellValidators,
  type ValidatorPort,
  type ValidatorWish,
} from '../../../../src-main/core/exchange/read/shell-validators.ts';

class Port implements ValidatorPort {
  readonly posted: ToValidator[] = [];
  started = false;
  closed = false;
  listener: ((message: { data: FromValidator }) => void) | undefined;
  on(_event: 'message', listener: (message: { data: FromValidator }) => void): void {
    this.listener = listener;
  }
  postMessage(message: ToValidator): void {
    this.posted.push(message);
  }
  start(): void {
    this.started = true;
  }
  close(): void {
    this.closed = true;
  }
}

const done: FromValidator = { kind: 'done', outcome: 'finished' };
let wishes: ValidatorWish[] = [];
let heard: FromValidator[] = [];
let lost = 0;
let validators = shellValidators((wish) => wishes.push(wish));
const start = () =>
  validators.start(
    '/ignored',
    (message) => heard.push(message),
    () => {
      lost += 1;
    },
  );

beforeEach(() => {
  wishes = [];
  heard = [];
  lost = 0;
  validators = shellValidators((wish) => wishes.push(wish));
});

test('what is asked before the port has come reaches the child in order', () => {
  const child = start();
  child.send({ kind: 'judge', texts: ['{}'] });
  child.send({ kind: 'ack' });
  const port = new Port();
  validators.arrived(1, port);
  child.send({ kind: 'cancel' });
  assert.deepEqual(
    port.posted.map(({ kind }) => kind),
    ['judge', 'ack', 'cancel'],
  );
  assert.equal(port.started, true);
  port.listener?.({ data: done });
  assert.deepEqual(heard, [done]);
});

test('the shell hears numbers, never what is asked', () => {
  start().send({ kind: 'preview', files: [{ index: 0, path: '/home/ana/Muller.json' }] });
  start().kill();
  assert.deepEqual(wishes, [
    { kind: 'validator-start', child: 1 },
    { kind: 'validator-start', child: 2 },
    { kind: 'validator-stop', child: 2 },
  ]);
});

test('a killed child is asked for once, is not heard again and not lost', () => {
  const child = start();
  const port = new Port();
  validators.arrived(1, port);
  child.kill();
  child.kill();
  child.send({ kind: 'ack' });
  port.listener?.({ data: done });
  validators.gone(1);
  assert.deepEqual([heard, lost, port.posted, port.closed], [[], 0, [], true]);
  assert.equal(wishes.filter(({ kind }) => kind === 'validator-stop').length, 1);
});

test('a port that comes for a child already killed is closed', () => {
  start().kill();
  const port = new Port();
  validators.arrived(1, port);
  assert.deepEqual([port.closed, port.started], [true, false]);
});

test('a child that ends by itself, or never came up, is lost once', () => {
  start();
  validators.gone(1);
  validators.gone(1);
  validators.gone(7);
  assert.equal(lost, 1);
});
