/** The kit's pages as a PDF, where the user says. The words were proved before: nobody gets a page of ours with others. */
import type { HandlerInput } from '../../../src-shared/contract/index.ts';
import type { PublicTaskContext } from '../call.ts';
import { wipe } from '../crypto/wipe.ts';
import { saveFile } from '../exchange/save-file.ts';

/** @returns false when the dialog was dismissed */
export async function saveKit(
  { core, connection, now }: PublicTaskContext,
  input: HandlerInput<'setup.saveKit'>,
): Promise<boolean> {
  const { buildKitPdf } = await import('../exchange/write/kit-pdf.ts');
  const bytes = await buildKitPdf({
    words: input.words,
    clinicName: core.vault.displayDirectory()?.clinicName ?? '',
    createdAt: now,
    language: input.language,
  });
  try {
    return await saveFile(core, connection, {
      path: input.path,
      title: 'Carekeep',
      defaultName: 'carekeep-recovery-kit.pdf',
      filters: [{ name: 'PDF', extensions: ['pdf'] }],
      bytes,
    });
  } finally {
    wipe(bytes);
  }
}
