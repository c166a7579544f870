import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { keepScreen, type Question } from '../../../src-main/window/screen.ts';
import { shellWords } from '../../../src-main/window/words.ts';

/** As much of a window as the screen looks at. */
class Window extends EventEmitter {
  readonly webContents = new EventEmitter();
  destroyed = false;
  getNormalBounds = () => ({ x: 1, y: 2, width: 3, height: 4 });
  isMaximized = () => false;
  isFullScreen = () => false;
  destroy = () => {
    this.destroyed = true;
  };
}

function stage() {
  const windows: Window[] = [];
  const noted: string[] = [];
  const questions: { question: Question; answer: (button: number | null) => void; signal: AbortSignal }[] = [];
  const state = { now: 0, quits: 0 };
  const screen = keepScreen({
    words: shellWords(['de-AT']),
    make: () => {
      const window = new Window();
      windows.push(window);
      // A stand-in has no more of a window than the screen looks at
      return window as never;
    },
    load: async () => undefined,
    ask: (_window, question, signal) =>
      new Promise((answer) => {
        questions.push({ question, answer, signal });
        signal.addEventListener('abort', () => answer(0));
      }),
    quit: () => {
      state.quits += 1;
    },
    note: (event, reason) => void noted.push(`${event} ${reason}`.trim()),
    now: () => state.now,
  });
  screen.replace();
  const last = (): Window => {
    const window = windows.at(-1);
    assert.ok(window);
    return window;
  };
  const crash = (): void => void last().webContents.emit('render-process-gone', {}, { reason: 'crashed' });
  return { screen, windows, noted, questions, state, last, crash };
}

describe('the screen', () => {
  it('is made anew when its process dies, three times in ten seconds at most; then it asks', async () => {
    const { windows, questions, crash, noted } = stage();
    crash();
    crash();
    assert.equal(windows.length, 3);
    assert.equal(questions.length, 0);
    crash();
    assert.equal(windows.length, 3);
    assert.match(questions[0]?.question.message ?? '', /Bildschirm/);
    assert.deepEqual(noted, ['screen-gone crashed', 'screen-gone crashed', 'screen-gone crashed']);
    questions[0]?.answer(0);
    await turn();
    assert.equal(windows.length, 4);
    crash();
    assert.equal(windows.length, 5);
  });
  it('closes Carekeep where that is chosen', async () => {
    const { windows, questions, crash, state } = stage();
    for (let times = 0; times < 3; times += 1) crash();
    questions[0]?.answer(1);
    await turn();
    assert.equal(state.quits, 1);
    assert.equal(windows.length, 3);
  });
  it('forgets crashes that lie apart', () => {
    const { windows, questions, crash, state } = stage();
    for (let times = 0; times < 6; times += 1) {
      crash();
      state.now += 6_000;
    }
    assert.equal(windows.length, 7);
    assert.equal(questions.length, 0);
  });
  it('hears nothing of a window that it has replaced', () => {
    const { screen, windows } = stage();
    screen.replace();
    assert.ok(windows[0]?.destroyed);
    windows[0]?.webContents.emit('render-process-gone', {}, { reason: 'killed' });
    assert.equal(windows.length, 2);
  });
  it('asks once when it does not answer, and takes the question away when it does', async () => {
    const { windows, questions, last } = stage();
    last().emit('unresponsive');
    last().emit('unresponsive');
    assert.equal(questions.length, 1);
    last().emit('responsive');
    await turn();
    assert.ok(questions[0]?.signal.aborted);
    assert.equal(windows.length, 1);
    last().emit('unresponsive');
    questions[1]?.answer(1);
    await turn();
    assert.equal(windows.length, 2);
    last().emit('unresponsive');
    questions[2]?.answer(0);
    await turn();
    assert.equal(windows.length, 2);
  });
  it('takes a question away with the window it was about', async () => {
    const { screen, questions, last, windows } = stage();
    last().emit('unresponsive');
    screen.replace();
    await turn();
    assert.ok(questions[0]?.signal.aborted);
    assert.equal(windows.length, 2);
  });
});
