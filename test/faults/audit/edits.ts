/** The twelve kinds of edits of the issue, in its order. */
import type { Edit } from './attempt.ts';
import { cutHead, cutTail, dropCheckpoint, fork, rebuild, replay } from './large-edits.ts';
import { backDate, edit, insert, remove, swap, transplant } from './small-edits.ts';

export const edits: readonly { readonly name: string; readonly play: Edit }[] = [
  { name: 'edit a field', play: edit },
  { name: 'delete', play: remove },
  { name: 'insert', play: insert },
  { name: 'swap', play: swap },
  { name: 'cut the head', play: cutHead },
  { name: 'cut the tail', play: cutTail },
  { name: 'rebuild and sign', play: rebuild },
  { name: 'fork', play: fork },
  { name: 'replay an old one', play: replay },
  { name: 'drop a checkpoint', play: dropCheckpoint },
  { name: 'back-date', play: backDate },
  { name: 'transplant', play: transplant },
];
