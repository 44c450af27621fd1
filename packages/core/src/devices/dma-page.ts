/**
 * The DMA page registers at 0x80..0x8f, as plain latches; 0x80 is where firmware writes its progress (POST codes).
 *
 * Reference: Intel 82371SB datasheet 290550-002 (DMA memory low page registers).
 * Missing: the 8237 DMA controllers that would use them.
 */
import { bytes } from '../struct/fields.ts';
import { defineDevice } from './device.ts';

export const dmaPage = defineDevice({
  name: 'dma-page',
  version: 1,
  reference: 'Intel 82371SB datasheet 290550-002, DMA memory low page registers',
  host: { postCode: (_code: number): void => {} },
  ports: { pages: [0x80, 0x10] },
  state: { pages: bytes(0x10) },
  attach: ({ state, host }) => ({
    ports: {
      pages: {
        read: (offset) => state.pages[offset],
        write(offset, value) {
          state.pages[offset] = value;
          if (offset === 0) host.postCode(value);
        },
      },
    },
  }),
});
