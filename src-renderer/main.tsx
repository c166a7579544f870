import './trusted-types.ts';
import './zod-config.ts';

// Apart from the rest: a bundler may put shared modules in front of an entry's own, and the policy must come first.
void import('./application.tsx');
