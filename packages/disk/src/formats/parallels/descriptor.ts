/** DiskDescriptor.xml of a bundle (Parallels; as libparallels and QEMU's docs/interop/prl-xml.txt describe it): storages by sectors, images of each by snapshot. */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import type { DiskErrorContext } from '../../errors.ts';
import { childNamed, childrenNamed, parseXml } from '../../xml.ts';
import type { XmlElement } from '../../xml.ts';

export interface DescribedImage {
  readonly guid: string;
  /** `Compressed` is an expanding image, and nothing is compressed. */
  readonly type: 'Plain' | 'Compressed';
  readonly file: string;
}

interface DescribedStorage {
  /** In sectors. */
  readonly start: number;
  readonly end: number;
  readonly images: readonly DescribedImage[];
}

interface Shot {
  readonly guid: string;
  readonly parent: string | undefined;
}

export interface DiskDescriptor {
  readonly sectors: number;
  readonly sectorBytes: number;
  /** In order and without gaps. */
  readonly storages: readonly DescribedStorage[];
  readonly shots: readonly Shot[];
  readonly topGuid: string;
}

export const MOST_DESCRIPTOR_BYTES = 4 * 1024 * 1024;
const MOST_STORAGES = 4096;
const MOST_SHOTS = 1024;
const NIL_GUID = '{00000000-0000-0000-0000-000000000000}';
const ROOT = 'Parallels_disk_image';

export const isDescriptor = (head: Uint8Array): boolean => {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 4096)).toString('latin1');
  return /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|!|P)/.test(text) && text.includes(`<${ROOT}`);
};

export function parseDescriptor(source: string, where: DiskErrorContext): DiskDescriptor {
  const root = parseXml(source, where);
  if (root.name !== ROOT) throw corrupt(`its XML begins with <${root.name}>`, where);
  const at = (field: string): DiskErrorContext => ({ ...where, field });
  const number = (element: XmlElement | undefined, name: string): number => {
    const value = Number(childNamed(element, name)?.text);
    if (!Number.isSafeInteger(value) || value < 0 || value > 2 ** 44) throw corrupt(`${name} is ${JSON.stringify(childNamed(element, name)?.text)}`, at(name));
    return value;
  };
  const parameters = childNamed(root, 'Disk_Parameters');
  const engine = childNamed(childNamed(parameters, 'Encryption'), 'Engine')?.text.toLowerCase() ?? NIL_GUID;
  if (engine !== NIL_GUID && engine !== '') throw unsupported(`its disk is encrypted by ${engine}`, at('Encryption'));
  const sectors = number(parameters, 'Disk_size');
  const elements = childrenNamed(childNamed(root, 'StorageData'), 'Storage');
  if (elements.length === 0) throw corrupt('it has no storage', at('StorageData'));
  if (elements.length > MOST_STORAGES) throw beyondLimit(`it has ${elements.length} storages`, at('StorageData'));
  const storages = elements.map((element) => ({ start: number(element, 'Start'), end: number(element, 'End'), images: childrenNamed(element, 'Image').map((image) => describeImage(image, at)) }));
  storages.sort((a, b) => a.start - b.start);
  let end = 0;
  for (const storage of storages) {
    if (storage.start !== end || storage.end <= storage.start) throw corrupt(`a storage goes from sector ${storage.start} to ${storage.end}, and the one before ends at ${end}`, at('Storage'));
    end = storage.end;
  }
  if (end < sectors) throw corrupt(`its storages end at sector ${end}, and the disk has ${sectors}`, at('Disk_size'));
  const snapshots = childNamed(root, 'Snapshots');
  const shots = childrenNamed(snapshots, 'Shot').map((shot) => {
    const parent = childNamed(shot, 'ParentGUID')?.text.toLowerCase();
    return { guid: childNamed(shot, 'GUID')?.text.toLowerCase() ?? '', parent: parent === NIL_GUID || parent === '' ? undefined : parent };
  });
  if (shots.length > MOST_SHOTS) throw beyondLimit(`it has ${shots.length} snapshots`, at('Snapshots'));
  return { sectors, sectorBytes: childNamed(parameters, 'LogicSectorSize')?.text === '4096' ? 4096 : 512, storages, shots, topGuid: topOf(snapshots, shots, storages) };
}

function describeImage(element: XmlElement, at: (field: string) => DiskErrorContext): DescribedImage {
  const type = childNamed(element, 'Type')?.text ?? '';
  if (type !== 'Plain' && type !== 'Compressed') throw unsupported(`an image has the type ${JSON.stringify(type)}`, at('Type'));
  return { guid: childNamed(element, 'GUID')?.text.toLowerCase() ?? '', type, file: childNamed(element, 'File')?.text ?? '' };
}

/** The one that is said to be, or that no other stands on. */
function topOf(snapshots: XmlElement | undefined, shots: readonly Shot[], storages: readonly DescribedStorage[]): string {
  const said = childNamed(snapshots, 'TopGUID')?.text.toLowerCase();
  if (said !== undefined && said !== '') return said;
  const parents = new Set(shots.map(({ parent }) => parent));
  return shots.findLast(({ guid }) => !parents.has(guid))?.guid ?? storages[0]!.images.at(-1)?.guid ?? '';
}

/**
 * The snapshots that `top` stands on, itself first.
 * @throws DiskError where they go in a circle
 */
export function chainOf({ shots }: DiskDescriptor, top: string, where: DiskErrorContext): string[] {
  const parents = new Map(shots.map(({ guid, parent }) => [guid, parent]));
  const chain: string[] = [];
  for (let guid: string | undefined = top; guid !== undefined; guid = parents.get(guid)) {
    if (chain.includes(guid)) throw corrupt(`snapshot ${guid} stands on itself`, { ...where, field: 'ParentGUID' });
    chain.push(guid);
  }
  return chain;
}
