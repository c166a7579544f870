/** The application before anyone signs in: its start-up state, set-up, recovery. */
import { z } from 'zod';
import { preferences } from './people.ts';
import {
  country,
  empty,
  instant,
  language,
  ok,
  password,
  requiredLine,
  rolesHeld,
  userId,
  userName,
} from './primitives.ts';
import { command, query, task } from './procedure.ts';
import { stops } from './stops.ts';

/** The named start-up states of the design ("Opening the database"), as far as they show before a password. */
export const startStates = [
  'not-set-up',
  'kit-unconfirmed', // set up, but nobody has shown yet that the recovery kit was written down
  'locked',
  'key-file-missing', // database but no key
  'database-missing', // key but no database
  'device-removed', // an admin took this workstation out of the clinic: its keys are gone
  'device-secret-missing', // keychain works but forgot our item, or belongs to someone else
  'keychain-locked',
  'keychain-absent',
  'key-file-damaged',
  'key-file-rolled-back', // older than the keychain remembers: put back from somewhere
  'database-damaged',
  'database-foreign',
  'database-newer',
  'database-rolled-back',
  'not-writable',
] as const;
export const startState = z.enum(startStates);
export type StartState = z.infer<typeof startState>;

export const app = {
  status: query({
    summary: 'Start-up state and what a locked screen may show.',
    input: empty,
    output: z.strictObject({
      state: startState,
      signedIn: z.boolean(),
      version: z.string(),
      clinicName: z.string().nullable(),
      workstationName: z.string().nullable(),
      language: language.nullable(),
      /** The clinic has a help page of its own: `app.openHelp`. */
      help: z.boolean(),
      /** A keyring of the profile's own, weaker than the desktop's (development and servers without a desktop). */
      weakKeychain: z.boolean(),
      /** A session waits for its PIN: whose it is, nobody is told. */
      veiled: z
        .strictObject({
          /** Milliseconds until it locks. */
          remaining: z.number().int().nonnegative(),
          triesLeft: z.number().int().nonnegative(),
          preferences,
        })
        .nullable(),
    }),
    needs: 'public',
    audits: { none: 'shown before sign-in, names no person and no record' },
  }),
  openHelp: task({
    summary: "Open the clinic's own help page in the browser, where a policy of this machine names one.",
    input: empty,
    output: ok,
    needs: 'public',
    audits: { none: 'a page of the clinic, nothing about people' },
  }),
  // A task: IT staff copy codes too, and open no database.
  copied: task({
    summary: 'An identifier or a code was copied on purpose: the clipboard is emptied soon, if it is still there.',
    input: empty,
    output: ok,
    needs: 'session',
    channels: ['screen'],
    whileOwing: ['own-password', 'second-factor'],
    audits: { none: 'what was copied had been shown, which is the entry; what it was is not told here' },
  }),
  retry: task({
    summary: 'Look at keychain and files again.',
    input: empty,
    output: z.strictObject({ state: startState }),
    needs: 'public',
    audits: { none: 'reads only the start-up state' },
  }),
  ...stops,
};

/** The words of a recovery kit as typed: 24 of the one code, or two sheets of 29 one after the other. */
export const kitWords = z.string().max(800);
export const kitForm = z.enum(['code', 'shares']);
export type KitForm = z.infer<typeof kitForm>;
/** All words of a kit in order: the code's 24, or three sheets of 29. */
const writtenWords = z
  .array(z.string().max(12))
  .max(87)
  .refine(({ length }) => length === 24 || length === 87);
/** Counted through all sheets. */
const wordNumber = z.number().int().min(1).max(87);
export const kit = z.strictObject({
  form: kitForm,
  words: writtenWords,
  /** Positions (from 1, counted through) of the two words asked back. */
  ask: z.array(wordNumber).length(2),
  createdAt: z.number().int(),
});
export type Kit = z.infer<typeof kit>;
const wordsBack = z.array(z.strictObject({ position: wordNumber, word: z.string().max(20) })).length(2);
/** Sheet 0 is the one code; the words of each sheet count from 1. */
const wordPlace = z.strictObject({
  sheet: z.number().int().min(0).max(3),
  position: z.number().int().min(1).max(29),
});
const kitFile = {
  words: writtenWords,
  language,
  /** Only the command line may name a path; the screen is asked by a dialog. */
  path: z.string().max(4096).optional(),
};

export const setup = {
  checkPassword: query({
    summary: 'Strength of a password against an offline list of common ones.',
    input: z.strictObject({ password: z.string().max(512), personal: z.array(z.string().max(200)).max(8) }),
    output: z.strictObject({
      /** 0 very weak … 4 very strong. */
      score: z.number().int().min(0).max(4),
      acceptable: z.boolean(),
      problem: z.enum(['password-too-short', 'password-too-common', 'password-too-long']).nullable(),
    }),
    needs: 'public',
    audits: { none: 'the password is not stored and belongs to nobody yet' },
  }),
  checkKeychain: task({
    summary: 'Can this machine keep a secret: writes, reads back and removes a probe item.',
    input: empty,
    output: z.strictObject({ state: z.enum(['ok', 'locked', 'absent']), weak: z.boolean() }),
    needs: 'public',
    audits: { none: 'before the log exists' },
  }),
  create: task({
    summary: 'Make the clinic: keys, encrypted database, first admin. Answers the recovery words once.',
    input: z.strictObject({
      language,
      clinicName: requiredLine(120),
      country,
      workstationName: requiredLine(60),
      admin: z.strictObject({
        userName,
        displayName: requiredLine(120),
        /** Roles beside admin. */
        roles: rolesHeld.or(z.array(z.never()).length(0)),
      }),
      password,
      /** One sheet, or three of which two suffice. */
      kit: kitForm.default('code'),
    }),
    output: kit,
    needs: 'public',
    audits: 'setup.completed',
  }),
  newKit: task({
    summary: 'Show the kit again while it was never confirmed; needs the admin password.',
    input: z.strictObject({ userName, password }),
    output: kit,
    needs: 'public',
    audits: 'setup.completed',
  }),
  saveKit: task({
    summary: 'Write the recovery kit as a PDF where the user chooses.',
    input: z.strictObject(kitFile),
    output: z.strictObject({ saved: z.boolean() }),
    needs: 'public',
    audits: { none: 'part of set-up, before the first sign-in' },
    takesOut: false, // words of a kit, nothing about patients
  }),
  confirmKit: task({
    summary: 'Two words of the kit, typed back.',
    input: z.strictObject({ words: wordsBack }),
    output: ok,
    needs: 'public',
    audits: 'recovery.kit-confirmed',
  }),
};

export const recovery = {
  restore: task({
    summary: 'Give this workstation its keys back with the recovery kit. Everybody signs in with their own password.',
    input: z.strictObject({
      words: kitWords,
      /** On another machine: the recovery file of the old one, asked for by a dialog. */
      fromFile: z.boolean().default(false),
      /** Only the command line may name it. */
      path: z.string().max(4096).optional(),
      /** Where nobody can sign in any more: who gets a new password. Other admins are told. */
      admin: z.strictObject({ userName, password }).optional(),
    }),
    output: z.strictObject({ restored: z.boolean() }),
    needs: 'public',
    audits: 'recovery.used',
  }),
  startEmpty: task({
    summary: 'Key but no database: begin a new empty database under the same keys, after the kit proved who asks.',
    input: z.strictObject({ words: kitWords }),
    output: ok,
    needs: 'public',
    audits: 'recovery.used',
  }),
  setAside: task({
    summary: 'Move a damaged or foreign database into quarantine (never deleted), after the kit proved who asks.',
    input: z.strictObject({ words: kitWords }),
    output: ok,
    needs: 'public',
    audits: 'recovery.used',
  }),
  acknowledgeRollback: task({
    summary: 'Go on with a database that is behind its own audit head; leaves an entry that says so.',
    input: z.strictObject({ words: kitWords }),
    output: ok,
    needs: 'public',
    audits: 'recovery.used',
  }),
  kit: query({
    summary: 'Form and age of the recovery kit, and when it was last shown to be there.',
    input: empty,
    output: z.strictObject({
      form: kitForm,
      createdAt: instant,
      lastDrill: z.strictObject({ at: instant, by: z.string(), passed: z.boolean() }).nullable(),
      /** Nobody has shown for a year that it is there, or the last try failed. */
      drillDue: z.boolean(),
    }),
    needs: 'key:rotate',
    audits: { none: 'age and form of the kit, nothing about people' },
  }),
  startDrill: task({
    summary: 'The yearly drill: which three words of the kit are asked.',
    input: empty,
    output: z.strictObject({ ask: z.array(wordPlace).length(3) }),
    needs: 'key:rotate',
    audits: { none: 'the answer is the entry' },
  }),
  answerDrill: task({
    summary: 'The three words asked, or the whole kit: passed or failed.',
    input: z.union([
      z.strictObject({ words: z.array(wordPlace.extend({ word: z.string().max(20) })).length(3) }),
      z.strictObject({ kit: kitWords }),
    ]),
    output: z.strictObject({ passed: z.boolean() }),
    needs: 'key:rotate',
    audits: 'recovery.drilled',
  }),
  remake: task({
    summary: 'The same kit in another form: three sheets from the one code, the code from two sheets, or new sheets.',
    input: z.strictObject({ words: kitWords, form: kitForm }),
    output: kit,
    needs: 'key:rotate',
    audits: { none: 'nothing has changed before it is confirmed' },
  }),
  saveRemade: task({
    summary: 'Write the remade kit as a PDF where the user chooses.',
    input: z.strictObject(kitFile),
    output: z.strictObject({ saved: z.boolean() }),
    needs: 'key:rotate',
    audits: { none: 'part of making the kit anew, whose confirmation is the entry' },
    takesOut: false,
  }),
  confirmRemade: task({
    summary: 'Two words of the remade kit, typed back: from now on the kit is in the new form.',
    input: z.strictObject({ words: wordsBack }),
    output: ok,
    needs: 'key:rotate',
    audits: 'recovery.kit-remade',
  }),
  restoreAccess: task({
    summary: 'A new password for somebody who forgot theirs, with the kit and what a second admin agreed to.',
    input: z.strictObject({
      userId,
      /** The agreed request; null only where nobody else could agree. */
      requestId: z.uuid().nullable(),
      words: kitWords,
      password,
    }),
    output: ok,
    needs: 'request:sign',
    audits: 'recovery.used',
  }),
};

export const settings = {
  get: query({
    summary: 'Clinic settings.',
    input: empty,
    output: z.strictObject({
      clinicName: z.string(),
      country,
      workstationName: z.string(),
      idleMinutes: z.number().int(),
      /** May users set a PIN that brings a veiled session back? */
      pinAllowed: z.boolean(),
      veilMinutes: z.number().int(),
      /** So many days without contact with the backend, then only admins sign in here. */
      unseenDays: z.number().int(),
      /** Must admins sign in with a second factor? Set by `users.setPolicy`. */
      adminSecondFactor: z.boolean(),
      /** Set by a policy of this machine: `settings.set` of it is refused. */
      managed: z.array(z.enum(['idleMinutes', 'pinAllowed'])),
    }),
    needs: 'session',
    audits: { none: 'settings hold nothing about people' },
  }),
  set: command({
    summary:
      'Change when a workstation locks by itself, whether a PIN brings a session back, and how long it may go unseen. What is left out stays.',
    input: z.strictObject({
      idleMinutes: z.number().int().min(1).max(60).exactOptional(),
      pinAllowed: z.boolean().exactOptional(),
      veilMinutes: z.number().int().min(1).max(15).exactOptional(),
      unseenDays: z.number().int().min(7).max(365).exactOptional(),
    }),
    output: ok,
    needs: 'settings:write',
    audits: 'settings.changed',
  }),
};
