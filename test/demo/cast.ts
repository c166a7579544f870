/** The made-up people of the demonstration. */

export type Person = {
  readonly name: string;
  readonly userName: string;
  readonly password: string;
  readonly role: 'practitioner' | 'assistant' | 'reception' | 'admin' | 'auditor' | 'IT';
};

export const clinic = { name: 'Praxis am Hafen', country: 'Germany', workstation: 'Consulting room 2' };

export const lena: Person = {
  name: 'Lena Hof',
  userName: 'lena.hof',
  password: 'harbour lantern seven',
  role: 'admin',
};
export const ana: Person = {
  name: 'Dr. Ana Ruiz',
  userName: 'ana.ruiz',
  password: 'copper meadow evening',
  role: 'practitioner',
};
export const jonas: Person = {
  name: 'Jonas Weber',
  userName: 'jonas.weber',
  password: 'quiet saddle winter',
  role: 'assistant',
};
export const mia: Person = {
  name: 'Mia Brandt',
  userName: 'mia.brandt',
  password: 'violet bridge morning',
  role: 'reception',
};
export const karim: Person = {
  name: 'Karim Aziz',
  userName: 'karim.aziz',
  password: 'lemon gravel orchestra',
  role: 'auditor',
};
export const tom: Person = {
  name: 'Tom Lund',
  userName: 'tom.lund',
  password: 'window thistle kettle',
  role: 'IT',
};

/** Whom the admin adds. */
export const staff: readonly Person[] = [ana, jonas, mia, karim, tom];

/** The patient that the day adds and writes about. */
export const marta = {
  family: 'Müller',
  given: 'Marta Elena',
  heading: 'Müller, Marta Elena',
  birthDate: '14.3.1971',
  former: 'Keller',
  phone: '+49 40 123456',
  numberKind: 'SIP',
  number: '4471 0098 21',
};
