/** All opcode maps, as the decoder and the catalogue of handlers take them. */
import { oneByte } from './one-byte.ts';
import { map0f38, map0f3a } from './three-byte.ts';
import { twoByte } from './two-byte.ts';
import { vex0f, vex0f38, vex0f3a } from './vex.ts';

export const opcodeMaps = { oneByte, twoByte, map0f38, map0f3a, vex0f, vex0f38, vex0f3a } as const;
