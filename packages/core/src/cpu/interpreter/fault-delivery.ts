/** Faults, as generated code delivers them: into the guest's handler by the usual way, or by TypeScript (Cpu). */
import type { Subroutine } from '../builder/builder.ts';
import { STATE_BASE } from '../../memory/layout.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { imported } from '../builder/subroutines.ts';
import { pushesErrorCode, vector } from '../fault.ts';
import { has } from '../semantics/derived-state.ts';
import { NO_ERROR_CODE, enterHandler } from '../semantics/interrupt-entry.ts';
import { flag, gpr, offsetOf } from '../state.ts';
import { settleFlags } from './lazy-flags.ts';

/** Delivers the fault in the state; outcome lookup or exit. */
export const deliver = imported('deliver', [], ['i32']);

const withErrorCode = Array.from({ length: 32 }, (_, n) => n).filter(pushesErrorCode).reduce((bits, n) => bits | (1 << n), 0);

/** (outcome when it was delivered here) -> outcome. As `deliver`. */
export const deliverFault: Subroutine = {
  name: 'deliverFault', params: ['i32'], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const delivered = f.params[0]!;
    const number = f.let(f.sub(loadField(f, 'faultVector'), f.i32(1)));
    // -1: no fault, the arena is full. #DB has its own rules for RF and DR7
    f.if(f.or(f.or(f.ltS(number, f.i32(0)), f.eq(number, f.i32(vector.db))), loadField(f, 'stepping')), () => f.return(f.call(call(deliver))));
    f.if(loadField(f, 'stackGuard'), () => {
      storeField(f, 'stackGuard', f.i32(0));
      storeField(f, 'gpr', loadField(f, 'guardedRsp'), gpr.rsp);
    });
    const errorCode = f.select(has(f, f.shl(f.i32(1), number), withErrorCode), f.extendU(loadField(f, 'faultErrorCode')), f.i64(NO_ERROR_CODE));
    const flags = f.or(f.call(call(settleFlags)), f.i32(flag.rf));
    f.if(f.eqz(f.call(call(enterHandler), number, flags, errorCode)), () => f.return(f.call(call(deliver))));
    storeField(f, 'faultVector', f.i32(0));
    // a fault counts as an instruction: see Cpu
    storeField(f, 'budget', f.sub(loadField(f, 'budget'), f.i32(1)));
    const counter = f.let(f.shl(number, 2));
    f.store('i32.store', counter, f.add(f.load('i32.load', counter, STATE_BASE + offsetOf.faultsDelivered), f.i32(1)), STATE_BASE + offsetOf.faultsDelivered);
    f.return(delivered);
  },
};
