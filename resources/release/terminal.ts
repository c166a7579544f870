/** The signer's own terminal. */
import { createInterface } from 'node:readline/promises';
import { randomBytes } from '../../src-main/core/crypto/random.ts';
import { wipe } from '../../src-main/core/crypto/wipe.ts';
import type { Desk } from './desk.ts';
import { realDisk } from './disk.ts';
import { ReleaseError } from './failure.ts';

const limit = 1024;

function needTerminal(option: string): void {
  if (!process.stdin.isTTY) throw new ReleaseError(`There is no terminal to ask at: use ${option}.`);
}

/** Reads a line without echo, as bytes: it never becomes a string, which could not be wiped. */
function readSecret(question: string): Promise<Buffer> {
  needTerminal('--passphrase-file');
  const { stdin, stderr } = process;
  const typed = Buffer.alloc(limit);
  let length = 0;
  return new Promise((resolve, reject) => {
    const end = (): void => {
      stdin.off('data', on);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
    };
    const done = (): void => {
      end();
      const secret = Buffer.from(typed.subarray(0, length));
      wipe(typed);
      resolve(secret);
    };
    const stop = (why: string): void => {
      end();
      wipe(typed);
      reject(new ReleaseError(why));
    };
    const on = (chunk: Buffer): void => {
      for (const byte of chunk) {
        if (byte === 0x0d || byte === 0x0a) {
          done();
          break;
        }
        if (byte === 0x03 || byte === 0x04) {
          stop('Stopped. Nothing was changed.');
          break;
        }
        if (byte === 0x7f || byte === 0x08) {
          // One character back: the continuing bytes of UTF-8, then the first.
          while (length > 0 && ((typed[length - 1] ?? 0) & 0xc0) === 0x80) length -= 1;
          if (length > 0) length -= 1;
        } else if (length === limit) {
          stop('That is too long.');
          break;
        } else {
          typed[length] = byte;
          length += 1;
        }
      }
      wipe(chunk);
    };
    // Before the question: who types fast is not echoed either.
    stdin.setRawMode(true);
    stderr.write(question);
    stdin.resume();
    stdin.on('data', on);
  });
}

async function readLine(question: string): Promise<string> {
  needTerminal('--yes');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

export const terminal: Desk = {
  say: (...lines) => process.stdout.write(`${lines.join('\n')}\n`),
  ask: readLine,
  askSecret: readSecret,
  now: Date.now,
  random: randomBytes,
  disk: realDisk,
  // npm runs scripts in the package's folder; paths are meant from where they were typed.
  from: process.env['INIT_CWD'] ?? process.cwd(),
};
