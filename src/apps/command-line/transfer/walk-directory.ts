/** The files of a directory, before anything is sent: a progress bar needs to know how much there is. */
import type { WalkedFile } from '../../../runtime/real/index.ts';

export interface Scan {
  readonly files: readonly WalkedFile[];
  readonly sizeBytes: number;
  /** Symbolic links, which are not followed: a link to a directory above would never end. */
  readonly links: number;
  /** Sockets, pipes and devices. */
  readonly specials: number;
}

/** Sorted by path, so that two runs go the same way. @throws QuorateError `file-not-found`, `file-not-readable`. */
export async function scanDirectory(directory: string): Promise<Scan> {
  const { walk } = await import('../../../runtime/real/index.ts');
  const files: WalkedFile[] = [];
  let sizeBytes = 0;
  let links = 0;
  let specials = 0;
  const skipped = (_path: string, kind: 'symbolic-link' | 'special'): void => {
    if (kind === 'symbolic-link') links += 1;
    else specials += 1;
  };
  for await (const file of walk(directory, skipped)) {
    files.push(file);
    sizeBytes += file.sizeBytes;
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, sizeBytes, links, specials };
}
