/**
 * Checking a hosted sparse extent: both copies of every table against one another, every grain against the file's end, the extent's own structures and the other grains;
 * what no table names is a leak. Repair takes from either copy what is sound, and moves the last grains into leaked places.
 */
import { beyondLimit, DiskError } from '../../errors.ts';
import type { Repair } from '../../format.ts';
import { readBytes, readPadded } from '../../store/store.ts';
import type { Awaitable } from '../../store/store.ts';
import { bytesOf } from './esx-extents.ts';
import { Findings } from './findings.ts';
import { GRAIN_MARKER_BYTES, GTE_ZEROED, MARKER, MarkerType, SECTOR_BYTES } from './layout.ts';
import type { SparseExtent } from './sparse-extent.ts';
import { gtSectors, tableFault } from './sparse-layout.ts';

/** Grains of a file of 2 TiB at the usual size. */
const MOST_GRAINS = 32 * 1024 * 1024;
/** Grains that one repair moves. */
const MOST_MOVES = 4 * 1024 * 1024;
/** A stretch of a file as one number that sorts by its beginning: sectors times this, and its length in sectors. */
const LENGTH_UNITS = 2 ** 18;

/** Stretches of a file that are in use, sorted. */
class UsedStretches {
  #keys = new Float64Array(1024);
  #count = 0;

  add(sector: number, sectors: number): void {
    if (this.#count === MOST_GRAINS) throw beyondLimit(`more than ${MOST_GRAINS} grains are not checked`, { op: 'check' });
    if (this.#count === this.#keys.length) {
      const longer = new Float64Array(this.#count * 2);
      longer.set(this.#keys);
      this.#keys = longer;
    }
    this.#keys[this.#count++] = sector * LENGTH_UNITS + Math.min(sectors, LENGTH_UNITS - 1);
  }

  sorted(): Float64Array {
    return this.#keys.subarray(0, this.#count).sort();
  }
}

const sectorOf = (key: number): number => Math.floor(key / LENGTH_UNITS);
const endOf = (key: number): number => sectorOf(key) + (key % LENGTH_UNITS);

export async function checkSparse(extent: SparseExtent, findings: Findings, repair: Repair | undefined): Promise<void> {
  for (const problem of extent.openProblems) findings.add(problem);
  if (extent.header.uncleanShutdown !== 0) {
    const isFixed = repair === 'all' && extent.isWritable;
    findings.add({ kind: 'warning', message: `${extent.store.name} was not closed by the program that wrote it last`, offset: 72, isFixed });
    if (isFixed) await extent.beforeWrite();
  }
  const structures = structuresOf(extent);
  const isRepaired = repair === 'all' && extent.isWritable;
  const grains = await scan(extent, structures, findings, isRepaired);
  findings.total += Math.ceil(extent.size / extent.grainBytes);
  const leaked = findOverlaps(extent, structures.sorted(), grains.sorted(), findings, isRepaired);
  if (isRepaired && leaked.overlapping.size > 0) await separateGrains(extent, leaked.overlapping);
  if (extent.isCompressed) {
    await checkEndOfStream(extent, findings);
    return;
  }
  // Without its directory all that an extent holds would look lost.
  if (leaked.count > 0 && extent.openProblems.length === 0) {
    const isFixed = repair !== undefined && extent.isWritable && findings.corruptions === 0 && (await compact(extent));
    findings.add({ kind: 'leak', message: `${leaked.count} grains in ${extent.store.name} are not used, the first at ${leaked.first}`, offset: leaked.first, isFixed }, leaked.count);
  }
}

/** Header, descriptor, directories and what lies among them. */
function structuresOf(extent: SparseExtent): UsedStretches {
  const { header, directory, redundant, store } = extent;
  const used = new UsedStretches();
  const directorySectors = Math.ceil((directory.length * 4) / SECTOR_BYTES);
  const add = (start: number, length: number): void => {
    if ((start + length) * SECTOR_BYTES > Math.ceil(store.length / SECTOR_BYTES) * SECTOR_BYTES) return;
    // A stretch has no more sectors than its key can hold.
    for (let done = 0; done < length; done += LENGTH_UNITS / 2) used.add(start + done, Math.min(LENGTH_UNITS / 2, length - done));
  };
  add(0, Math.max(1, header.descriptorOffset === 0 ? 0 : Math.min(header.descriptorOffset + header.descriptorSize, 1024)));
  if (!extent.isCompressed && header.overHead * SECTOR_BYTES <= store.length) add(0, header.overHead);
  add(Number(header.gdOffset), directorySectors);
  if (redundant !== undefined) add(Number(header.rgdOffset), directorySectors);
  return used;
}

/** Goes through all tables, repairs them, and gives the grains that are sound. */
async function scan(extent: SparseExtent, structures: UsedStretches, findings: Findings, isRepaired: boolean): Promise<UsedStretches> {
  const { directory, redundant, store, entriesPerTable, grainSectors } = extent;
  const grains = new UsedStretches();
  const tableSectors = gtSectors(entriesPerTable);
  const seen = new Set<number>();
  let last = 0;
  for (let index = 0; index < directory.length; index++) {
    const primaryAt = directory[index]!;
    const otherAt = redundant?.[index] ?? 0;
    if (primaryAt === 0 && otherAt === 0) continue;
    const primaryProblem = primaryAt === 0 ? undefined : seen.has(primaryAt) ? SHARED_TABLE : tableFault(extent, primaryAt);
    const otherProblem = otherAt === 0 ? undefined : seen.has(otherAt) ? SHARED_TABLE : tableFault(extent, otherAt);
    for (const [at, problem] of [[primaryAt, primaryProblem], [otherAt, otherProblem]] as const) {
      if (at === 0) continue;
      if (problem !== undefined) findings.add({ kind: 'corruption', message: `${store.name}: ${problem}`, offset: at * SECTOR_BYTES, isFixed: isRepaired });
      else structures.add(at, tableSectors);
      seen.add(at);
    }
    const primary = primaryAt === 0 || primaryProblem !== undefined ? undefined : await extent.readTableAt(primaryAt);
    const other = otherAt === 0 || otherProblem !== undefined ? undefined : await extent.readTableAt(otherAt);
    const table = primary ?? other ?? new Uint32Array(entriesPerTable);
    let isChanged = false;
    if (redundant !== undefined && ((primaryAt === 0) !== (otherAt === 0))) {
      findings.add({ kind: 'corruption', message: `only one of the two directories of ${store.name} has grain table ${index}`, offset: (primaryAt === 0 ? otherAt : primaryAt) * SECTOR_BYTES, isFixed: isRepaired });
      isChanged = true;
    }
    for (let slot = 0; slot < entriesPerTable; slot++) {
      const a = table[slot]!;
      const b = other === undefined || other === table ? a : other[slot]!;
      if (a === 0 && b === 0) continue;
      const grainStart = (index * entriesPerTable + slot) * extent.grainBytes;
      const asked = grainProblem(extent, a, grainStart);
      const problem = asked instanceof Promise ? await asked : asked;
      if (a !== b) isChanged = true;
      if (problem !== undefined) {
        isChanged = true;
        const isOtherSound = a !== b && (await grainProblem(extent, b, grainStart)) === undefined;
        table[slot] = isOtherSound ? b : 0;
        findings.add({
          kind: 'corruption', message: isRepaired ? `${problem.message}; ${isOtherSound ? 'the other copy of the table was right' : 'it is lost'}` : problem.message, isFixed: isRepaired,
          ...(problem.context.offset === undefined ? {} : { offset: problem.context.offset }),
        });
      } else if (a !== b) {
        const isLoss = a > GTE_ZEROED && b > GTE_ZEROED && !(await isSameGrain(extent, a, b, grainStart));
        findings.add({
          kind: isLoss ? 'corruption' : 'warning', message: `the two tables of ${store.name} differ about the grain of the disk's byte ${grainStart}`, offset: (otherAt * SECTOR_BYTES) + slot * 4, isFixed: isRepaired,
        });
      }
      const entry = table[slot]!;
      if (entry <= GTE_ZEROED) continue;
      grains.add(entry, extent.isCompressed ? await sectorsOf(extent, entry, grainStart) : grainSectors);
      findings.allocated++;
      if (extent.isCompressed) findings.compressed++;
      else if (last !== 0 && entry !== last + grainSectors) findings.fragmented++;
      last = entry;
    }
    if (isRepaired && (isChanged || primaryProblem !== undefined || otherProblem !== undefined)) await writeTables(extent, index, table, primary === undefined, redundant !== undefined && other === undefined);
  }
  return grains;
}

const SHARED_TABLE = 'a grain table is named by two directory entries';

/** At once for grains that are as they are, of which there may be millions. */
function grainProblem(extent: SparseExtent, sector: number, grainStart: number): Awaitable<DiskError | undefined> {
  if (sector <= GTE_ZEROED) return undefined;
  const end = sector * SECTOR_BYTES + Math.min(extent.grainBytes, extent.size - grainStart);
  if (!extent.isCompressed && sector >= extent.lowestGrain && end <= extent.store.length) return undefined;
  return problemOf(async () => (extent.isCompressed ? extent.packedGrain(sector, grainStart) : extent.mustBeGrain(sector, end, grainStart)));
}

async function problemOf(action: () => Promise<unknown>): Promise<DiskError | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof DiskError) return error;
    throw error;
  }
}

async function sectorsOf(extent: SparseExtent, sector: number, grainStart: number): Promise<number> {
  if (extent.compression !== 'markers') return 1;
  return Math.ceil((GRAIN_MARKER_BYTES + (await extent.packedGrain(sector, grainStart)).packedLength) / SECTOR_BYTES);
}

async function isSameGrain(extent: SparseExtent, a: number, b: number, grainStart: number): Promise<boolean> {
  const length = Math.min(extent.grainBytes, extent.size - grainStart);
  if ((await grainProblem(extent, b, grainStart)) !== undefined) return true;
  return Buffer.compare(await readBytes(extent.store, a * SECTOR_BYTES, length), await readBytes(extent.store, b * SECTOR_BYTES, length)) === 0;
}

/** Both copies, at a new place where the old one cannot be. */
async function writeTables(extent: SparseExtent, index: number, table: Uint32Array, isMoved: boolean, isOtherMoved: boolean): Promise<void> {
  const { store, header } = extent;
  await extent.beforeWrite();
  // What they point to comes before them.
  await store.flush();
  for (const [directory, offset, moves] of [[extent.redundant, header.rgdOffset, isOtherMoved], [extent.directory, header.gdOffset, isMoved]] as const) {
    if (directory === undefined) continue;
    if (moves) directory[index] = Math.ceil(store.length / extent.grainBytes) * extent.grainSectors;
    const bytes = new Uint8Array(gtSectors(extent.entriesPerTable) * SECTOR_BYTES);
    bytes.set(bytesOf(table));
    await store.write(directory[index]! * SECTOR_BYTES, bytes);
    await store.flush();
    if (moves) await store.write(Number(offset) * SECTOR_BYTES + index * 4, bytesOf(directory.subarray(index, index + 1)));
  }
  await store.flush();
  extent.forgetTables();
}

interface Layout {
  /** Grains of which no table knows: how many, where the first one is in bytes, and the sectors of as many as one repair moves. */
  count: number;
  first: number;
  readonly sectors: number[];
  /** Sectors of grains that are over something else; how often each may be named all the same. */
  readonly overlapping: Map<number, number>;
}

/** Grains over one another and over structures are told; what lies between them is leaked. */
function findOverlaps(extent: SparseExtent, structures: Float64Array, grains: Float64Array, findings: Findings, isRepaired: boolean): Layout {
  const { grainSectors, store } = extent;
  const leaked: Layout = { count: 0, first: 0, sectors: [], overlapping: new Map() };
  let end = 0;
  let endIsGrain = false;
  let structureEnd = 0;
  let lastGrain = -1;
  const gap = (start: number, stop: number): void => {
    if (extent.isCompressed) return;
    const first = Math.ceil(start / grainSectors) * grainSectors;
    const count = Math.max(0, Math.floor((stop - first) / grainSectors));
    if (leaked.count === 0) leaked.first = first * SECTOR_BYTES;
    leaked.count += count;
    for (let i = 0; i < count && leaked.sectors.length < MOST_MOVES; i++) leaked.sectors.push(first + i * grainSectors);
  };
  for (let s = 0, g = 0; s < structures.length || g < grains.length;) {
    const isGrain = s >= structures.length || (g < grains.length && grains[g]! < structures[s]!);
    const key = isGrain ? grains[g++]! : structures[s++]!;
    const sector = sectorOf(key);
    // A structure within the room that is set aside for them is no overlap; a grain that begins or ends within one is.
    if (isGrain ? sector < end : sector < end && endIsGrain) {
      const overlapping = isGrain ? sector : lastGrain;
      if (leaked.overlapping.size < MOST_MOVES) leaked.overlapping.set(overlapping, isGrain && sector === lastGrain && sector >= structureEnd ? 1 : 0);
      const what = isGrain && sector < structureEnd ? 'a grain overlaps the structures' : isGrain ? 'two grains are at the same place' : 'a grain overlaps the structures';
      findings.add({ kind: 'corruption', message: `${what} of ${store.name}`, offset: sector * SECTOR_BYTES, isFixed: isRepaired });
    } else if (sector > end) {
      gap(end, sector);
    }
    if (isGrain) lastGrain = sector;
    else structureEnd = Math.max(structureEnd, endOf(key));
    if (endOf(key) > end) {
      end = endOf(key);
      endIsGrain = isGrain;
    }
  }
  gap(end, Math.floor(store.length / SECTOR_BYTES));
  findings.endOffset = Math.max(findings.endOffset, end * SECTOR_BYTES);
  return leaked;
}

/** Gives a place of its own to every grain that is over another, with what is there now: which of the two it belongs to nobody can tell. */
async function separateGrains(extent: SparseExtent, overlapping: ReadonlyMap<number, number>): Promise<void> {
  const { store, grainBytes } = extent;
  const left = new Map(overlapping);
  await extent.beforeWrite();
  for (let index = 0; index < extent.directory.length; index++) {
    if (extent.directory[index] === 0) continue;
    const table = await extent.readTableAt(extent.directory[index]!);
    let isChanged = false;
    for (let slot = 0; slot < table.length; slot++) {
      const keep = left.get(table[slot]!);
      if (keep === undefined) continue;
      if (keep > 0) {
        left.set(table[slot]!, keep - 1);
        continue;
      }
      const bytes = await readPadded(store, table[slot]! * SECTOR_BYTES, grainBytes);
      table[slot] = Math.ceil(store.length / grainBytes) * extent.grainSectors;
      await store.write(table[slot]! * SECTOR_BYTES, bytes);
      isChanged = true;
    }
    if (isChanged) await writeTables(extent, index, table, false, false);
  }
}

/**
 * Moves the last grains into places that nothing uses, and cuts the file behind what is left. The extent has been checked: it has no corruption.
 * A power cut leaves both places with the same contents, or a leak.
 * @returns false, and nothing is done, where it has corruption after all
 */
export async function compact(extent: SparseExtent): Promise<boolean> {
  const { store, grainSectors, grainBytes } = extent;
  await extent.beforeWrite();
  await extent.flush();
  extent.forgetTables();
  const silent = new Findings();
  const structures = structuresOf(extent);
  const grains = (await scan(extent, structures, silent, false)).sorted();
  const sortedStructures = structures.sorted();
  const { sectors } = findOverlaps(extent, sortedStructures, grains, silent, false);
  if (silent.corruptions > 0) return false;
  const moves = new Map<number, number>();
  let source = grains.length - 1;
  for (const target of sectors) {
    if (source < 0 || sectorOf(grains[source]!) <= target) break;
    const sector = sectorOf(grains[source]!);
    if (sector * SECTOR_BYTES + grainBytes > store.length) break;
    await store.write(target * SECTOR_BYTES, await readBytes(store, sector * SECTOR_BYTES, grainBytes));
    moves.set(sector, target);
    source--;
  }
  await store.flush();
  if (moves.size > 0) await renameGrains(extent, moves);
  let end = grains.length === 0 ? 0 : source < 0 ? 0 : sectorOf(grains[source]!) + grainSectors;
  for (const key of sortedStructures) end = Math.max(end, endOf(key));
  for (const target of moves.values()) end = Math.max(end, target + grainSectors);
  await store.resize(Math.min(store.length, Math.ceil(end / grainSectors) * grainBytes));
  await store.flush();
  extent.forgetTables();
  return true;
}

async function renameGrains(extent: SparseExtent, moves: ReadonlyMap<number, number>): Promise<void> {
  const { store, directory, redundant } = extent;
  for (let index = 0; index < directory.length; index++) {
    if (directory[index] === 0) continue;
    const table = await extent.readTableAt(directory[index]!);
    let isChanged = false;
    for (let slot = 0; slot < table.length; slot++) {
      const target = moves.get(table[slot]!);
      if (target === undefined) continue;
      table[slot] = target;
      isChanged = true;
    }
    if (!isChanged) continue;
    for (const sector of [redundant?.[index], directory[index]]) {
      if (sector !== undefined && sector !== 0) await store.write(sector * SECTOR_BYTES, bytesOf(table));
    }
  }
  await store.flush();
}

/** A stream ends with its footer and one sector of zeros, the end-of-stream marker; ESXi refuses what has none, or more. */
async function checkEndOfStream(extent: SparseExtent, findings: Findings): Promise<void> {
  const { store, header } = extent;
  if (extent.compression !== 'markers' || !extent.hasFooter) return;
  const at = store.length - 3 * SECTOR_BYTES;
  const tail = at < 0 ? new Uint8Array(3 * SECTOR_BYTES) : await readBytes(store, at, 3 * SECTOR_BYTES);
  const marker = MARKER.read(tail);
  const isRight = store.length % SECTOR_BYTES === 0 && marker.type === MarkerType.footer && marker.size === 0 && tail.subarray(2 * SECTOR_BYTES).every((byte) => byte === 0);
  if (!isRight) findings.add({ kind: 'warning', message: `${store.name} does not end with its footer and one end-of-stream sector, which ESXi wants`, offset: Number(header.gdOffset) * SECTOR_BYTES });
}
