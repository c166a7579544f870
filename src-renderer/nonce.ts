import { setNonce } from 'get-nonce';

/** This load's nonce, put into the page by the `app:` handler; styles made at run time carry it. */
export const styleNonce = document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '';
setNonce(styleNonce);
