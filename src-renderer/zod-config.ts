import { config } from 'zod';

// zod would try `new Function` once, which the content security policy refuses and reports
config({ jitless: true });
