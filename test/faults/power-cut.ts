/**
 * What may be on a disk after a power cut. Only what was synced is sure: the bytes of a file by a sync of the file, its
 * name by a sync of its folder. Of the rest, names come and go in their order and the last of them may be missing;
 * written bytes may be missing, whole, cut off anywhere, or zeros from anywhere on (a file at its new length whose last
 * blocks were never written). Files do not wait for each other: one may be lost that was written long before another.
 */
import { basename, dirname } from 'node:path';
import type { DiskStep } from './recorded-writes.ts';

/** Files by absolute path, and the folders. */
export interface Image {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly folders: ReadonlySet<string>;
  /** For a message: what of the unsynced had come through. */
  readonly what: string;
}

export interface ImageOptions {
  /** Bytes between two places where a write is cut off; 1 is everywhere. */
  readonly stride: number;
}

interface Inode {
  synced: Buffer;
  current: Buffer;
}

type NameChange =
  | { readonly kind: 'file'; readonly path: string; readonly inode: Inode }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'gone'; readonly path: string };

/** Bytes between two cuts for which the other files are tried as they are synced, too. */
const ROUGH_STRIDE = 97;

/** A disk as the running machine sees it, and as it lasts. */
export class Disk {
  readonly #current = new Map<string, Inode>();
  readonly #lasting = new Map<string, Inode>();
  readonly #folders = new Set<string>();
  #pending: NameChange[] = [];
  #touched: Inode | null = null;

  constructor(root: string) {
    this.#folders.add(root);
  }

  take(step: DiskStep): void {
    this.#touched = null;
    switch (step.op) {
      case 'create':
        this.#name({ kind: 'file', path: step.path, inode: emptyInode() });
        break;
      case 'mkdir':
        this.#name({ kind: 'folder', path: step.path });
        break;
      case 'write':
        this.#change(step.path, (old) => Buffer.concat([old, decoded(step.bytes)]));
        break;
      case 'foreign':
        if (!this.#current.has(step.path))
          this.#name({ kind: 'file', path: step.path, inode: emptyInode() });
        this.#change(step.path, () => decoded(step.bytes));
        break;
      case 'truncate':
        this.#change(step.path, (old) => old.subarray(0, step.size));
        break;
      case 'sync':
        this.#sync(step.path);
        break;
      case 'remove':
        this.#name({ kind: 'gone', path: step.path });
        break;
      case 'link':
        this.#name({ kind: 'file', path: step.to, inode: this.#inode(step.path) });
        break;
      case 'rename':
        this.#touched = this.#inode(step.path);
        this.#name({ kind: 'file', path: step.to, inode: this.#touched });
        this.#name({ kind: 'gone', path: step.path });
    }
  }

  /** All that there may be now, but for what was there after an earlier step already. */
  *images({ stride }: ImageOptions): Generator<Image> {
    const changes = this.#pending.length;
    for (const done of new Set([0, changes - 1, changes].filter((count) => count >= 0))) {
      const names = `${done} of ${changes} names`;
      yield this.#image(done, (inode) => inode.synced, `${names}, no bytes`);
      yield this.#image(done, (inode) => inode.current, `${names}, all bytes`);
    }
    yield* this.#lostOnes();
    const victim = this.#touched;
    if (!victim || victim.current === victim.synced) return;
    for (const { bytes, how, at } of tornForms(victim, stride)) {
      // What the others are like has little to do with the byte.
      const isRough = at % ROUGH_STRIDE === 0 || stride > ROUGH_STRIDE;
      for (const others of isRough ? (['current', 'synced'] as const) : (['current'] as const)) {
        const content = (inode: Inode) => (inode === victim ? bytes : inode[others]);
        yield this.#image(changes, content, `all names, ${how}, others ${others}`);
      }
    }
  }

  /** One that was written before is lost, all or half of it, and everything else is there. */
  *#lostOnes(): Generator<Image> {
    for (const [path, lost] of this.#current) {
      if (lost === this.#touched || lost.current === lost.synced) continue;
      const half = lost.current.subarray(0, (unsyncedFrom(lost) + lost.current.length) >> 1);
      for (const bytes of new Set([lost.synced, half])) {
        const content = (inode: Inode) => (inode === lost ? bytes : inode.current);
        const what = `all but ${basename(path)}, of which ${bytes.length} bytes are left`;
        yield this.#image(this.#pending.length, content, what);
      }
    }
  }

  #image(done: number, content: (inode: Inode) => Buffer, what: string): Image {
    const names = new Map(this.#lasting);
    const folders = new Set(this.#folders);
    for (const change of this.#pending.slice(0, done)) {
      if (change.kind === 'folder') folders.add(change.path);
      else if (change.kind === 'gone') names.delete(change.path);
      else names.set(change.path, change.inode);
    }
    const files = new Map<string, Buffer>();
    for (const [path, inode] of names) {
      // A name in a folder that is not there is nowhere.
      if (folders.has(dirname(path))) files.set(path, content(inode));
    }
    return { files, folders, what };
  }

  #name(change: NameChange): void {
    this.#pending.push(change);
    if (change.kind === 'file') this.#current.set(change.path, change.inode);
    else if (change.kind === 'gone') this.#current.delete(change.path);
  }

  #change(path: string, change: (old: Buffer) => Buffer): void {
    const inode = this.#inode(path);
    inode.current = change(inode.current);
    this.#touched = inode;
  }

  #sync(path: string): void {
    const inode = this.#current.get(path);
    if (inode) inode.synced = inode.current;
    const isHere = (change: NameChange) => !inode && dirname(change.path) === path;
    for (const change of this.#pending.filter(isHere)) this.#settle(change);
    this.#pending = this.#pending.filter((change) => !isHere(change));
  }

  #settle(change: NameChange): void {
    if (change.kind === 'folder') this.#folders.add(change.path);
    else if (change.kind === 'gone') this.#lasting.delete(change.path);
    else this.#lasting.set(change.path, change.inode);
  }

  #inode(path: string): Inode {
    const inode = this.#current.get(path);
    if (!inode) throw new Error(`The recorded steps write to ${path}, which was never made.`);
    return inode;
  }
}

function* tornForms(
  { synced, current }: Inode,
  stride: number,
): Generator<{ bytes: Buffer; how: string; at: number }> {
  const start = unsyncedFrom({ synced, current });
  for (const at of cuts(start, current.length, stride)) {
    yield { at, bytes: current.subarray(0, at), how: `cut off at byte ${at} of ${current.length}` };
    const zeros = Buffer.from(current).fill(0, at);
    yield { at, bytes: zeros, how: `zeros from byte ${at} of ${current.length}` };
    // Blocks are written in any order: the last one first.
    const hole = Buffer.from(current).fill(0, start, at);
    yield { at, bytes: hole, how: `zeros up to byte ${at} of ${current.length}` };
  }
}

function unsyncedFrom({ synced, current }: Inode): number {
  return current.subarray(0, synced.length).equals(synced) ? synced.length : 0;
}

/** Where a write may be cut off; its beginning and its last bytes always. */
function cuts(start: number, end: number, stride: number): Set<number> {
  const all = new Set([start + 1, end - 2, end - 1].filter((at) => at > start && at < end));
  for (let at = start + 1; at < end; at += stride) all.add(at);
  return all;
}

function emptyInode(): Inode {
  const none = Buffer.alloc(0);
  return { synced: none, current: none };
}

function decoded(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}
