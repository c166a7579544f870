/** What the kit is good for while the clinic is open: the drill, another form, and access for who forgot a password. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { wipe } from '../crypto/wipe.ts';
import { type DrillAnswer, type DrillCheck, drillPassed, drillPlaces, newDrillCheck } from './drill.ts';
import type { KeyFilePayload } from './key-file-payload.ts';
import { type KitAnswer, provedKit, provedSecret } from './kit.ts';
import { demandAdmin, replaced, userOf } from './people.ts';
import { recoveredUser } from './recover.ts';
import { unwrapClinicIdentity, wipeRecoveryKeys } from './recovery-kit.ts';
import { demandAgreed, rosterStateOf, signersNeeded } from './requests-office.ts';
import type { VaultRoom } from './room.ts';
import { nextEntry, signerWith } from './roster.ts';
import { checkRoster } from './roster-check.ts';
import type { SignedRequest } from './roster-entry.ts';
import { activeAdmins } from './roster-state.ts';
import type { VaultSession } from './session.ts';
import type { Kit } from './set-up.ts';
import { aboutUser, demandStrength } from './views.ts';
import { askedBack, type KitForm, pack, secretOfWords, type WordPlace, written } from './written-kit.ts';
