/** Who may open one patient's chart. */
import type { Handlers } from '../call.ts';
import { breakGlassHandlers } from './break-glass.ts';
import { restrictionHandlers } from './restriction.ts';

export const accessHandlers: Handlers<'access'> = { ...restrictionHandlers, ...breakGlassHandlers };
