/** What a signer is told: in a signer's words, without a stack. Everything else that is thrown is a fault of ours. */
export class ReleaseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ReleaseError';
  }
}
