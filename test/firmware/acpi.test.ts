import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acpiTables, linkAcpi } from '../../packages/core/src/firmware/acpi-tables.ts';
import { acpiHardware } from '../../packages/core/src/machine/board.ts';

/** Intel's own compiler judges the tables: Debian package acpica-tools. */
const hasIasl = spawnSync('iasl', ['-v']).status === 0;

describe.skipIf(!hasIasl)('ACPI tables, read by iasl (skipped where acpica-tools is not installed)', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'worldswitch-acpi-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const iasl = (...options: readonly string[]): string => execFileSync('iasl', options, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  it('disassemble without a complaint, and the DSDT compiles again without an error or warning', () => {
    const tables = acpiTables(acpiHardware(1, 512 * 1024 * 1024, 0x8086_a201));
    const { blob } = linkAcpi(tables, 0x1ff_0000);
    expect(tables.checksums.length).toBe(6);
    for (const { start, lengthBytes } of tables.checksums) {
      const bytes = blob.subarray(start, start + lengthBytes);
      const signature = String.fromCharCode(...bytes.subarray(0, 4));
      writeFileSync(join(folder, `${signature}.aml`), bytes);
      iasl('-d', `${signature}.aml`);
      const text = readFileSync(join(folder, `${signature}.dsl`), 'utf8');
      expect(text, signature).not.toMatch(/incorrect|should be|unknown|invalid|error/i);
    }
    expect(iasl('-p', 'again', 'DSDT.dsl')).toMatch(/Compilation successful\. 0 Errors, 0 Warnings/);
  });
});
