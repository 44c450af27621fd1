import { expect, it } from 'vitest';
import { compareVersions } from './version-order.ts';

it.each([
  ['6.1.0-9', '6.1.0-10', -1],
  ['1.0~rc1-1', '1.0-1', -1],
  ['1:1.0', '2.0', 1],
  ['1.0-1', '1.0-1', 0],
  ['1.0', '1.0-0', 0],
  ['1.0a', '1.0+', -1],
  ['6.1.176-1', '6.1.192-2', -1],
  ['1.35.0-4+deb12u1', '1.35.0-4+deb12u1+b1', -1],
  ['1.0.', '1.0', 1],
  ['1.01', '1.1', 0],
])('orders %s and %s', (a, b, order) => {
  expect(Math.sign(compareVersions(a, b))).toBe(order);
  expect(Math.sign(compareVersions(b, a))).toBe(order === 0 ? 0 : -order);
});
