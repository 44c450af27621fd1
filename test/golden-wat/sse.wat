;; user64: single numbers
;;   movss xmm0,[rax]
;;   addss xmm0,xmm1
;;   mulss xmm0,xmm2
;;   movss [rbx],xmm0
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 1037 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rbx i64) (local $xmm0 v128) (local $xmm1 v128)
  (local $xmm2 v128) (local i32 i64 i32 i32 f32 f32 f32 i32 i32 f32 f32 i32 i32 i32 f32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $xmm2 (v128.load [xmm2]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 17 (local.get $rax))
    (if
        (i64.eq
          (i64.load (local.tee 18 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 17)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 17) (i64.const 3)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 16 (i32.load (i32.add (i32.wrap_i64 (local.get 17)) (i32.load offset=8 (local.get 18)))))
    ) (else
      (local.set 19 (call $regionReach (local.get 17) (i32.const 4) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 19)))
      (local.set 16 (i32.load (local.get 19)))
    ))
    (local.set $xmm0 (i32x4.replace_lane 0 (v128.const i32x4 0x0 0x0 0x0 0x0) (local.get 16)))
    (local.set 20 (f32x4.extract_lane 0 (local.get $xmm1)))
    (local.set 22 (f32.add (local.tee 21 (f32x4.extract_lane 0 (local.get $xmm0))) (local.get 20)))
    (local.set 19 (i32.shl (i32.reinterpret_f32 (local.get 21)) (i32.const 1)))
    (local.set 18 (i32.shl (i32.reinterpret_f32 (local.get 20)) (i32.const 1)))
    (local.set 16 (i32.shl (i32.reinterpret_f32 (local.get 22)) (i32.const 1)))
    (if
        (i32.and
          (i32.eq (i32.and (local.tee 24 (local.tee 23 (i32.load [mxcsr]))) (i32.const 0xffc0)) (i32.const 0x1f80))
          (i32.and
            (i32.and
              (i32.ge_u (i32.sub (local.get 19) (i32.const 2)) (i32.const 0xfffffe))
              (i32.ge_u (i32.sub (local.get 18) (i32.const 2)) (i32.const 0xfffffe)))
            (i32.lt_u (local.get 16) (i32.const 0xff000000))))
      (then
      (if (i32.eqz (i32.and (local.get 24) (i32.const 32))) (then
        (local.set 26 (f32.sub (local.get 22) (local.get 21)))
        (if
            (f32.ne (f32.add (f32.sub (local.get 21) (f32.sub (local.get 22) (local.get 26))) (f32.sub (local.get 20) (local.get 26))) (f32.const 0))
          (then
          (i32.store [mxcsr] (i32.or (local.get 24) (i32.const 32)))
        ))
      ))
      (local.set 25 (local.get 22))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 27 (i32.reinterpret_f32 (local.get 21)))
      (local.set 28 (i32.reinterpret_f32 (local.get 20)))
      (local.set 30 (f32.reinterpret_i32 (local.tee 29 (call $f32Add (local.get 27) (local.get 28)))))
      (if (local.tee 31 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
          (local.set $result [fault 10000804])
          (br $1)
        ))
      ))
      (local.set 25 (local.get 30))
    ))
    (local.set $xmm0 (f32x4.replace_lane 0 (local.get $xmm0) (local.get 25)))
    (local.set 30 (f32x4.extract_lane 0 (local.get $xmm2)))
    (local.set 25 (f32.mul (local.tee 26 (f32x4.extract_lane 0 (local.get $xmm0))) (local.get 30)))
    (local.set 31 (i32.shl (i32.reinterpret_f32 (local.get 26)) (i32.const 1)))
    (local.set 29 (i32.shl (i32.reinterpret_f32 (local.get 30)) (i32.const 1)))
    (local.set 28 (i32.shl (i32.reinterpret_f32 (local.get 25)) (i32.const 1)))
    (if
        (i32.and
          (i32.eq (i32.and (local.tee 24 (local.tee 27 (i32.load [mxcsr]))) (i32.const 0xffc0)) (i32.const 0x1f80))
          (i32.and
            (i32.and
              (i32.ge_u (i32.sub (local.get 31) (i32.const 2)) (i32.const 0xfffffe))
              (i32.ge_u (i32.sub (local.get 29) (i32.const 2)) (i32.const 0xfffffe)))
            (i32.or
              (i32.lt_u (i32.sub (local.get 28) (i32.const 0x2000000)) (i32.const 0xfd000000))
              (i32.and (i32.eqz (local.get 28)) (i32.or (i32.eqz (local.get 31)) (i32.eqz (local.get 29)))))))
      (then
      (if (i32.eqz (i32.and (local.get 24) (i32.const 32))) (then
        (call $f32MulExactness (local.get 26) (local.get 30) (local.get 25))
      ))
      (local.set 22 (local.get 25))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 23 (i32.reinterpret_f32 (local.get 26)))
      (local.set 16 (i32.reinterpret_f32 (local.get 30)))
      (local.set 21 (f32.reinterpret_i32 (local.tee 18 (call $f32Mul (local.get 23) (local.get 16)))))
      (if (local.tee 19 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
          (local.set $result [fault 10000808])
          (br $1)
        ))
      ))
      (local.set 22 (local.get 21))
    ))
    (local.set 18 (local.tee 19 (i32x4.extract_lane 0 (local.tee $xmm0 (f32x4.replace_lane 0 (local.get $xmm0) (local.get 22))))))
    (local.set 17 (local.get $rbx))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 16 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 17)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 17) (i64.const 3)) (i64.const 0xfffffffffffff000)))
      (then
      (i32.store (i32.add (i32.wrap_i64 (local.get 17)) (i32.load offset=0x4008 (local.get 16))) (local.get 18))
    ) (else
      (local.set 23 (call $regionStore (local.get 17) (i64.extend_i32_u (local.get 18)) (i32.const 260) (i32.const 0x1ab0004) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 23)))
    ))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 10000810])
    (br $1)
    (unreachable)
  )
  (v128.store [xmm0] (local.get $xmm0))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 32 (i32.wrap_i64 (local.get $next)))
      (local.set 33 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 34 (i32.shl (i32.and (i32.xor (local.get 32) (i32.shr_u (local.get 32) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 35 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 34)) (local.get 33)) (then
        (i64.store [codePage] (local.get 35))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 34)) (i32.load offset=0x40008 (local.get 34)))
      ))
    ))
    (i64.store [rip] (local.get $next))
    (return_call $chain)
  ))
  (if (i32.eq (local.get $result) (i32.const 4)) (then
    (return_call $chain)
  ))
  (if (i32.eqz (local.get $result)) (then
    (return (i32.load [regionResult]))
  ))
  (if (i32.eq (local.get $result) (i32.const 5)) (then
    (return (i32.const 0))
  ))
  (return (local.get $result))
)

;; user64: double numbers
;;   movsd xmm0,[rax]
;;   mulsd xmm0,[rbx]
;;   addsd xmm1,xmm0
;;   divsd xmm1,xmm2
;;   sqrtsd xmm3,xmm1
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 1467 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rbx i64) (local $xmm0 v128) (local $xmm1 v128)
  (local $xmm2 v128) (local $xmm3 v128) (local i64 i64 i32 i32 f64 f64 f64 i64 i64 i32 i32 f64 i64 i64 i64 f64 i32 f64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $xmm2 (v128.load [xmm2]))
  (local.set $xmm3 (v128.load [xmm3]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 18 (local.get $rax))
    (if
        (i64.eq
          (i64.load (local.tee 19 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 18)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 18) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 17 (i64.load (i32.add (i32.wrap_i64 (local.get 18)) (i32.load offset=8 (local.get 19)))))
    ) (else
      (local.set 20 (call $regionReach (local.get 18) (i32.const 8) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 20)))
      (local.set 17 (i64.load (local.get 20)))
    ))
    (local.set $xmm0 (i64x2.replace_lane 0 (v128.const i32x4 0x0 0x0 0x0 0x0) (local.get 17)))
    (local.set 18 (local.get $rbx))
    (if
        (i64.eq
          (i64.load (local.tee 20 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 18)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 18) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 21 (f64.load (i32.add (i32.wrap_i64 (local.get 18)) (i32.load offset=8 (local.get 20)))))
    ) (else
      (local.set 19 (call $regionReach (local.get 18) (i32.const 8) (i32.const 0xab0002) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 19)))
      (local.set 21 (f64.load (local.get 19)))
    ))
    (local.set 23 (f64.mul (local.tee 22 (f64x2.extract_lane 0 (local.get $xmm0))) (local.get 21)))
    (local.set 17 (i64.shl (i64.reinterpret_f64 (local.get 22)) (i64.const 1)))
    (local.set 24 (i64.shl (i64.reinterpret_f64 (local.get 21)) (i64.const 1)))
    (local.set 25 (i64.shl (i64.reinterpret_f64 (local.get 23)) (i64.const 1)))
    (if
        (i32.and
          (i32.eq (i32.and (local.tee 27 (local.tee 26 (i32.load [mxcsr]))) (i32.const 0xffc0)) (i32.const 0x1f80))
          (i32.and
            (i32.and
              (i64.ge_u (i64.sub (local.get 17) (i64.const 2)) (i64.const 0x1ffffffffffffe))
              (i64.ge_u (i64.sub (local.get 24) (i64.const 2)) (i64.const 0x1ffffffffffffe)))
            (i32.or
              (i64.lt_u (i64.sub (local.get 25) (i64.const 0x40000000000000)) (i64.const 0xffa0000000000000))
              (i32.and (i64.eqz (local.get 25)) (i32.or (i64.eqz (local.get 17)) (i64.eqz (local.get 24)))))))
      (then
      (if (i32.eqz (i32.and (local.get 27) (i32.const 32))) (then
        (call $f64MulExactness (local.get 22) (local.get 21) (local.get 23))
      ))
      (local.set 28 (local.get 23))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 29 (i64.reinterpret_f64 (local.get 22)))
      (local.set 30 (i64.reinterpret_f64 (local.get 21)))
      (local.set 32 (f64.reinterpret_i64 (local.tee 31 (call $f64Mul (local.get 29) (local.get 30)))))
      (if (local.tee 33 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
          (local.set $result [fault 10000804])
          (br $1)
        ))
      ))
      (local.set 28 (local.get 32))
    ))
    (local.set 32 (f64x2.extract_lane 0 (local.tee $xmm0 (f64x2.replace_lane 0 (local.get $xmm0) (local.get 28)))))
    (local.set 23 (f64.add (local.tee 28 (f64x2.extract_lane 0 (local.get $xmm1))) (local.get 32)))
    (local.set 31 (i64.shl (i64.reinterpret_f64 (local.get 28)) (i64.const 1)))
    (local.set 30 (i64.shl (i64.reinterpret_f64 (local.get 32)) (i64.const 1)))
    (local.set 29 (i64.shl (i64.reinterpret_f64 (local.get 23)) (i64.const 1)))
    (if
        (i32.and
          (i32.eq (i32.and (local.tee 27 (local.tee 33 (i32.load [mxcsr]))) (i32.const 0xffc0)) (i32.const 0x1f80))
          (i32.and
            (i32.and
              (i64.ge_u (i64.sub (local.get 31) (i64.const 2)) (i64.const 0x1ffffffffffffe))
              (i64.ge_u (i64.sub (local.get 30) (i64.const 2)) (i64.const 0x1ffffffffffffe)))
            (i64.lt_u (local.get 29) (i64.const 0xffe0000000000000))))
      (then
      (if (i32.eqz (i32.and (local.get 27) (i32.const 32))) (then
        (local.set 21 (f64.sub (local.get 23) (local.get 28)))
        (if
            (f64.ne (f64.add (f64.sub (local.get 28) (f64.sub (local.get 23) (local.get 21))) (f64.sub (local.get 32) (local.get 21))) (f64.const 0))
          (then
          (i32.store [mxcsr] (i32.or (local.get 27) (i32.const 32)))
        ))
      ))
      (local.set 22 (local.get 23))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 25 (i64.reinterpret_f64 (local.get 28)))
      (local.set 24 (i64.reinterpret_f64 (local.get 32)))
      (local.set 34 (f64.reinterpret_i64 (local.tee 17 (call $f64Add (local.get 25) (local.get 24)))))
      (if (local.tee 26 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
          (local.set $result [fault 10000808])
          (br $1)
        ))
      ))
      (local.set 22 (local.get 34))
    ))
    (local.set $xmm1 (f64x2.replace_lane 0 (local.get $xmm1) (local.get 22)))
    (local.set 34 (f64x2.extract_lane 0 (local.get $xmm2)))
    (local.set 22 (f64.div (local.tee 21 (f64x2.extract_lane 0 (local.get $xmm1))) (local.get 34)))
    (local.set 17 (i64.shl (i64.reinterpret_f64 (local.get 21)) (i64.const 1)))
    (local.set 24 (i64.shl (i64.reinterpret_f64 (local.get 34)) (i64.const 1)))
    (local.set 25 (i64.shl (i64.reinterpret_f64 (local.get 22)) (i64.const 1)))
    (if
        (i32.and
          (i32.eq (i32.and (local.tee 27 (local.tee 26 (i32.load [mxcsr]))) (i32.const 0xffc0)) (i32.const 0x1f80))
          (i32.and
            (i32.and
              (i64.ge_u (i64.sub (local.get 17) (i64.const 2)) (i64.const 0x1ffffffffffffe))
              (i64.ge_u (i64.sub (local.get 24) (i64.const 2)) (i64.const 0x1ffffffffffffe)))
            (i32.or
              (i64.lt_u (i64.sub (local.get 25) (i64.const 0x40000000000000)) (i64.const 0xffa0000000000000))
              (i32.and (i64.eqz (local.get 25)) (i64.eqz (local.get 17))))))
      (then
      (if (i32.eqz (i32.and (local.get 27) (i32.const 32))) (then
        (call $f64DivExactness (local.get 21) (local.get 34) (local.get 22))
      ))
      (local.set 23 (local.get 22))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 29 (i64.reinterpret_f64 (local.get 21)))
      (local.set 30 (i64.reinterpret_f64 (local.get 34)))
      (local.set 28 (f64.reinterpret_i64 (local.tee 31 (call $f64Div (local.get 29) (local.get 30)))))
      (if (local.tee 33 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
          (local.set $result [fault 1000080c])
          (br $1)
        ))
      ))
      (local.set 23 (local.get 28))
    ))
    (local.set 23 (f64.sqrt (local.tee 28 (f64x2.extract_lane 0 (local.tee $xmm1 (f64x2.replace_lane 0 (local.get $xmm1) (local.get 23)))))))
    (local.set 31 (i64.shl (i64.reinterpret_f64 (local.get 28)) (i64.const 1)))
    (local.set 30 (i64.shl (i64.reinterpret_f64 (local.get 23)) (i64.const 1)))
    (if
        (i32.and
          (i32.eq (i32.and (local.tee 27 (local.tee 33 (i32.load [mxcsr]))) (i32.const 0xffc0)) (i32.const 0x1f80))
          (i32.and
            (i64.ge_u (i64.sub (local.get 31) (i64.const 2)) (i64.const 0x1ffffffffffffe))
            (i64.lt_u (local.get 30) (i64.const 0xffe0000000000000))))
      (then
      (if (i32.eqz (i32.and (local.get 27) (i32.const 32))) (then
        (call $f64SqrtExactness (local.get 28) (local.get 23))
      ))
      (local.set 22 (local.get 23))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 21 (f64.reinterpret_i64 (local.tee 25 (call $f64Sqrt (local.tee 29 (i64.reinterpret_f64 (local.get 28)))))))
      (if (local.tee 26 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
          (local.set $result [fault 10000810])
          (br $1)
        ))
      ))
      (local.set 22 (local.get 21))
    ))
    (local.set $xmm3 (f64x2.replace_lane 0 (local.get $xmm3) (local.get 22)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 5)))
    (local.set $result [interpret 10000814])
    (br $1)
    (unreachable)
  )
  (v128.store [xmm0] (local.get $xmm0))
  (v128.store [xmm1] (local.get $xmm1))
  (v128.store [xmm3] (local.get $xmm3))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 35 (i32.wrap_i64 (local.get $next)))
      (local.set 36 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 37 (i32.shl (i32.and (i32.xor (local.get 35) (i32.shr_u (local.get 35) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 38 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 37)) (local.get 36)) (then
        (i64.store [codePage] (local.get 38))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 37)) (i32.load offset=0x40008 (local.get 37)))
      ))
    ))
    (i64.store [rip] (local.get $next))
    (return_call $chain)
  ))
  (if (i32.eq (local.get $result) (i32.const 4)) (then
    (return_call $chain)
  ))
  (if (i32.eqz (local.get $result)) (then
    (return (i32.load [regionResult]))
  ))
  (if (i32.eq (local.get $result) (i32.const 5)) (then
    (return (i32.const 0))
  ))
  (return (local.get $result))
)

;; user64: four at once
;;   movaps xmm0,[rax]
;;   addps xmm0,xmm1
;;   mulps xmm0,xmm2
;;   movups [rbx+10h],xmm0
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 1266 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rbx i64) (local $xmm0 v128) (local $xmm1 v128)
  (local $xmm2 v128) (local v128 i64 i32 i32 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $xmm2 (v128.load [xmm2]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (if (i32.and (i32.wrap_i64 (local.tee 17 (local.get $rax))) (i32.const 15)) (then
      (i32.store [faultVector] (i32.const 14))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $result [fault 10000800])
      (br $1)
    ))
    (if
        (i64.eq
          (i64.load (local.tee 18 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 17)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 17) (i64.const 15)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 16 (v128.load (i32.add (i32.wrap_i64 (local.get 17)) (i32.load offset=8 (local.get 18)))))
    ) (else
      (local.set 19 (call $regionReach (local.get 17) (i32.const 16) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 19)))
      (local.set 16 (v128.load (local.get 19)))
    ))
    (local.set $xmm0 (local.get 16))
    (local.set 16 (local.get $xmm1))
    (local.set 21 (f32x4.add (local.tee 20 (local.get $xmm0)) (local.get 16)))
    (local.set 22 (f32x4.abs (local.get 20)))
    (local.set 23 (f32x4.abs (local.get 16)))
    (local.set 24 (f32x4.abs (local.get 21)))
    (if
        (i32.and
          (i32.eq (i32.and (local.tee 18 (local.tee 19 (i32.load [mxcsr]))) (i32.const 0xffc0)) (i32.const 0x1f80))
          (i32x4.all_true
            (v128.and
              (v128.and
                (v128.or
                  (f32x4.ge (local.get 22) (v128.const i32x4 0x800000 0x800000 0x800000 0x800000))
                  (f32x4.eq (local.get 22) (v128.const i32x4 0x0 0x0 0x0 0x0)))
                (v128.or
                  (f32x4.ge (local.get 23) (v128.const i32x4 0x800000 0x800000 0x800000 0x800000))
                  (f32x4.eq (local.get 23) (v128.const i32x4 0x0 0x0 0x0 0x0))))
              (f32x4.lt (local.get 24) (v128.const i32x4 0x7f800000 0x7f800000 0x7f800000 0x7f800000)))))
      (then
      (if (i32.eqz (i32.and (local.get 18) (i32.const 32))) (then
        (call $f32x4AddExactness (local.get 20) (local.get 16) (local.get 21))
      ))
      (local.set 25 (local.get 21))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 26 (local.get 20))
      (local.set 27 (local.get 16))
      (local.set 29 (local.tee 28 (call $f32AddPacked (local.get 26) (local.get 27))))
      (if (local.tee 30 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
          (local.set $result [fault 10000803])
          (br $1)
        ))
      ))
      (local.set 25 (local.get 29))
    ))
    (local.set $xmm0 (local.get 25))
    (local.set 29 (local.get $xmm2))
    (local.set 27 (f32x4.mul (local.tee 28 (local.get $xmm0)) (local.get 29)))
    (local.set 26 (f32x4.abs (local.get 28)))
    (local.set 25 (f32x4.abs (local.get 29)))
    (local.set 24 (f32x4.abs (local.get 27)))
    (if
        (i32.and
          (i32.eq (i32.and (local.tee 18 (local.tee 30 (i32.load [mxcsr]))) (i32.const 0xffc0)) (i32.const 0x1f80))
          (i32x4.all_true
            (v128.and
              (v128.and
                (v128.or
                  (f32x4.ge (local.get 26) (v128.const i32x4 0x800000 0x800000 0x800000 0x800000))
                  (f32x4.eq (local.get 26) (v128.const i32x4 0x0 0x0 0x0 0x0)))
                (v128.or
                  (f32x4.ge (local.get 25) (v128.const i32x4 0x800000 0x800000 0x800000 0x800000))
                  (f32x4.eq (local.get 25) (v128.const i32x4 0x0 0x0 0x0 0x0))))
              (v128.or
                (v128.and
                  (f32x4.ge (local.get 24) (v128.const i32x4 0x1000000 0x1000000 0x1000000 0x1000000))
                  (f32x4.lt (local.get 24) (v128.const i32x4 0x7f800000 0x7f800000 0x7f800000 0x7f800000)))
                (v128.and
                  (f32x4.eq (local.get 24) (v128.const i32x4 0x0 0x0 0x0 0x0))
                  (v128.or (f32x4.eq (local.get 26) (v128.const i32x4 0x0 0x0 0x0 0x0)) (f32x4.eq (local.get 25) (v128.const i32x4 0x0 0x0 0x0 0x0))))))))
      (then
      (if (i32.eqz (i32.and (local.get 18) (i32.const 32))) (then
        (call $f32x4MulExactness (local.get 28) (local.get 29) (local.get 27))
      ))
      (local.set 23 (local.get 27))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 22 (local.get 28))
      (local.set 21 (local.get 29))
      (local.set 16 (local.tee 20 (call $f32MulPacked (local.get 22) (local.get 21))))
      (if (local.tee 19 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
          (local.set $result [fault 10000806])
          (br $1)
        ))
      ))
      (local.set 23 (local.get 16))
    ))
    (local.set 16 (local.tee $xmm0 (local.get 23)))
    (local.set 17 (i64.add (local.get $rbx) (i64.const 16)))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 18 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 17)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 17) (i64.const 15)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 19 (i32.add (i32.wrap_i64 (local.get 17)) (i32.load offset=0x4008 (local.get 18))))
    ) (else
      (local.set 30 (call $regionReach (local.get 17) (i32.const 272) (i32.const 0x1ab0004) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 30)))
      (local.set 19 (local.get 30))
    ))
    (v128.store (local.tee 31 (local.get 19)) (local.get 16))
    (if (i32.lt_u (local.get 31) (i32.const 0x3000)) (then
      (call $regionCommit (i32.const 0x1ab0004) (local.get $budget))
      (local.set $budget (i32.load [budget]))
    ))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 1000080d])
    (br $1)
    (unreachable)
  )
  (v128.store [xmm0] (local.get $xmm0))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 32 (i32.wrap_i64 (local.get $next)))
      (local.set 33 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 34 (i32.shl (i32.and (i32.xor (local.get 32) (i32.shr_u (local.get 32) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 35 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 34)) (local.get 33)) (then
        (i64.store [codePage] (local.get 35))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 34)) (i32.load offset=0x40008 (local.get 34)))
      ))
    ))
    (i64.store [rip] (local.get $next))
    (return_call $chain)
  ))
  (if (i32.eq (local.get $result) (i32.const 4)) (then
    (return_call $chain)
  ))
  (if (i32.eqz (local.get $result)) (then
    (return (i32.load [regionResult]))
  ))
  (if (i32.eq (local.get $result) (i32.const 5)) (then
    (return (i32.const 0))
  ))
  (return (local.get $result))
)

;; user64: conversions
;;   cvtsi2sd xmm0,rax
;;   cvttsd2si ecx,xmm0
;;   cvtss2sd xmm1,xmm2
;;   cvtdq2ps xmm3,xmm4
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 902 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $xmm0 v128) (local $xmm1 v128)
  (local $xmm2 v128) (local $xmm3 v128) (local $xmm4 v128)
  (local i64 f64 i32 i32 f64 i64 f64 i32 i32 i32 i32 i32 f32 v128 v128 v128 v128 v128 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $xmm2 (v128.load [xmm2]))
  (local.set $xmm3 (v128.load [xmm3]))
  (local.set $xmm4 (v128.load [xmm4]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 19 (f64.convert_i64_s (local.tee 18 (local.get $rax))))
    (if
        (i32.and
          (i32.eq (i32.and (local.tee 21 (local.tee 20 (i32.load [mxcsr]))) (i32.const 0xffc0)) (i32.const 0x1f80))
          (i32.const 1))
      (then
      (if (i32.eqz (i32.and (local.get 21) (i32.const 32))) (then
        (call $i64To53BitsExactness (local.get 18))
      ))
      (local.set 22 (local.get 19))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 24 (f64.reinterpret_i64 (local.tee 23 (call $i64ToF64 (local.get 18)))))
      (if (local.tee 25 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $result [fault 10000800])
          (br $1)
        ))
      ))
      (local.set 22 (local.get 24))
    ))
    (local.set 25
      (i64.lt_u
        (local.tee 23
          (i64.shl
            (i64.reinterpret_f64 (local.tee 24 (f64x2.extract_lane 0 (local.tee $xmm0 (f64x2.replace_lane 0 (local.get $xmm0) (local.get 22))))))
            (i64.const 1)))
        (i64.const 0x83bfffffff800000)))
    (if
        (i32.and
          (i32.eq (i32.and (local.tee 20 (local.tee 21 (i32.load [mxcsr]))) (i32.const 0xffc0)) (i32.const 0x1f80))
          (local.get 25))
      (then
      (if (i32.eqz (i32.and (local.get 20) (i32.const 32))) (then
        (if (f64.ne (local.get 24) (f64.trunc (local.get 24))) (then
          (i32.store [mxcsr] (i32.or (local.get 20) (i32.const 32)))
        ))
      ))
      (local.set 26 (i32.trunc_f64_s (local.get 24)))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 28 (local.tee 27 (call $f64ToI32Truncated (local.tee 18 (i64.reinterpret_f64 (local.get 24))))))
      (if (local.tee 29 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
          (local.set $result [fault 10000805])
          (br $1)
        ))
      ))
      (local.set 26 (local.get 28))
    ))
    (local.set $rcx (i64.extend_i32_u (local.get 26)))
    (if
        (i32.or
          (i32.lt_u
            (i32.sub
              (local.tee 29 (i32.shl (i32.reinterpret_f32 (local.tee 30 (f32x4.extract_lane 0 (local.get $xmm2)))) (i32.const 1)))
              (i32.const 0x1000000))
            (i32.const 0xfe000000))
          (i32.eqz (local.get 29)))
      (then
      (local.set 24 (f64.promote_f32 (local.get 30)))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 22 (f64.reinterpret_i64 (local.tee 18 (call $f32ToF64 (local.tee 28 (i32.reinterpret_f32 (local.get 30)))))))
      (if (local.tee 27 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
          (local.set $result [fault 10000809])
          (br $1)
        ))
      ))
      (local.set 24 (local.get 22))
    ))
    (local.set $xmm1 (f64x2.replace_lane 0 (local.get $xmm1) (local.get 24)))
    (local.set 32 (f32x4.convert_i32x4_s (local.tee 31 (local.get $xmm4))))
    (if
        (i32.and
          (i32.eq (i32.and (local.tee 28 (local.tee 27 (i32.load [mxcsr]))) (i32.const 0xffc0)) (i32.const 0x1f80))
          (i32.const 1))
      (then
      (if (i32.eqz (i32.and (local.get 28) (i32.const 32))) (then
        (call $i32x4ToF32x4Exactness (local.get 31) (local.get 32))
      ))
      (local.set 33 (local.get 32))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 35 (local.tee 34 (call $i32ToF32Packed (local.get 31))))
      (if (local.tee 29 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
          (local.set $result [fault 1000080d])
          (br $1)
        ))
      ))
      (local.set 33 (local.get 35))
    ))
    (local.set $xmm3 (local.get 33))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 10000810])
    (br $1)
    (unreachable)
  )
  (i64.store [rcx] (local.get $rcx))
  (v128.store [xmm0] (local.get $xmm0))
  (v128.store [xmm1] (local.get $xmm1))
  (v128.store [xmm3] (local.get $xmm3))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 36 (i32.wrap_i64 (local.get $next)))
      (local.set 37 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 38 (i32.shl (i32.and (i32.xor (local.get 36) (i32.shr_u (local.get 36) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 39 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 38)) (local.get 37)) (then
        (i64.store [codePage] (local.get 39))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 38)) (i32.load offset=0x40008 (local.get 38)))
      ))
    ))
    (i64.store [rip] (local.get $next))
    (return_call $chain)
  ))
  (if (i32.eq (local.get $result) (i32.const 4)) (then
    (return_call $chain)
  ))
  (if (i32.eqz (local.get $result)) (then
    (return (i32.load [regionResult]))
  ))
  (if (i32.eq (local.get $result) (i32.const 5)) (then
    (return (i32.const 0))
  ))
  (return (local.get $result))
)

;; user64: comparison and branch
;;   ucomisd xmm0,xmm1
;;   ja short 0000000010000809h
;;   inc rcx
;;   inc rdx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 933 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rcx i64) (local $rdx i64) (local $xmm0 v128) (local $xmm1 v128)
  (local f64 f64 i64 i64 i32 i64 i64 i32 i32 i32 i32 i64 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (block $2
      (local.set 15 (f64x2.extract_lane 0 (local.get $xmm1)))
      (local.set 17 (i64.shl (i64.reinterpret_f64 (local.tee 16 (f64x2.extract_lane 0 (local.get $xmm0)))) (i64.const 1)))
      (local.set 18 (i64.shl (i64.reinterpret_f64 (local.get 15)) (i64.const 1)))
      (if
          (i32.and
            (i32.or (i64.le_u (i64.sub (local.get 17) (i64.const 0x20000000000000)) (i64.const 0xffc0000000000000)) (i64.eqz (local.get 17)))
            (i32.or (i64.le_u (i64.sub (local.get 18) (i64.const 0x20000000000000)) (i64.const 0xffc0000000000000)) (i64.eqz (local.get 18))))
        (then
        (local.set 19 (i32.or (i32.shl (f64.eq (local.get 16) (local.get 15)) (i32.const 6)) (f64.lt (local.get 16) (local.get 15))))
      ) (else
        (i32.store [floatRaised] (i32.const 0))
        (local.set 20 (i64.reinterpret_f64 (local.get 16)))
        (local.set 21 (i64.reinterpret_f64 (local.get 15)))
        (local.set 22 (call $f64CompareQuiet (local.get 20) (local.get 21)))
        (local.set 23 (i32.and (i32.shr_u (i32.const 0x45004001) (i32.shl (i32.add (local.get 22) (i32.const 1)) (i32.const 3))) (i32.const 255)))
        (if (local.tee 24 (call $settleFloat)) (then
          (if (i32.load [faultVector]) (then
            (local.set $result [fault 10000800])
            (br $1)
          ))
        ))
        (local.set 19 (local.get 23))
      ))
      (local.set 25 (local.get 19))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i32.eqz (i32.or (i32.and (local.get 25) (i32.const 1)) (i32.and (i32.shr_u (local.get 25) (i32.const 6)) (i32.const 1)))) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x809)))
          (local.set $result (i32.const 5))
          (i32.store [flagsKind] (i32.const 0))
          (i32.store [flags] (i32.or (i32.and (i32.load [flags]) (i32.const 0xfffff72a)) (local.get 25)))
          (local.set $flagsKind (i32.load [flagsKind]))
          (local.set $flagsResult
            (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
          (local.set $flagsOperand
            (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
          (local.set $keptFlags (i32.const 0))
          (local.set $keptMask (i32.const 0))
          (br $1)
        ))
        (i32.store [flagsKind] (i32.const 0))
        (i32.store [flags] (i32.or (i32.and (i32.load [flags]) (i32.const 0xfffff72a)) (local.get 25)))
        (local.set $flagsKind (i32.load [flagsKind]))
        (local.set $flagsResult
          (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
        (local.set $flagsOperand
          (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
        (local.set $keptFlags (i32.const 0))
        (local.set $keptMask (i32.const 0))
        (br $2)
      ))
      (local.set $rcx (local.tee 20 (i64.add (local.tee 21 (local.get $rcx)) (i64.const 1))))
      (local.set 26 (local.get 20))
      (local.set 27 (local.get 21))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (i32.and (local.get 25) (i32.const 1)))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 2))
      (local.set $flagsResult (local.get 26))
      (local.set $flagsOperand (local.get 27))
      (br $2)
    )
    (local.set $rdx (local.tee 21 (i64.add (local.tee 20 (local.get $rdx)) (i64.const 1))))
    (local.set 28 (local.get 21))
    (local.set 29 (local.get 20))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 1000080c])
    (local.set 21 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 20 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 24
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 20) (local.get 21))
            (i64.lt_u (local.get 21) (i64.sub (local.get 21) (local.get 20)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 2))
    (local.set $flagsResult (local.get 28))
    (local.set $flagsOperand (local.get 29))
    (br $1)
    (unreachable)
  )
  (i64.store [rcx] (local.get $rcx))
  (i64.store [rdx] (local.get $rdx))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 30 (i32.wrap_i64 (local.get $next)))
      (local.set 31 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 32 (i32.shl (i32.and (i32.xor (local.get 30) (i32.shr_u (local.get 30) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 33 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 32)) (local.get 31)) (then
        (i64.store [codePage] (local.get 33))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 32)) (i32.load offset=0x40008 (local.get 32)))
      ))
    ))
    (i64.store [rip] (local.get $next))
    (return_call $chain)
  ))
  (if (i32.eq (local.get $result) (i32.const 4)) (then
    (return_call $chain)
  ))
  (if (i32.eqz (local.get $result)) (then
    (return (i32.load [regionResult]))
  ))
  (if (i32.eq (local.get $result) (i32.const 5)) (then
    (return (i32.const 0))
  ))
  (return (local.get $result))
)

;; user64: comparison of lanes
;;   cmpps xmm0,xmm1,1
;;   minps xmm2,xmm3
;;   movmskps eax,xmm0
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 891 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $xmm0 v128) (local $xmm1 v128) (local $xmm2 v128)
  (local $xmm3 v128) (local v128 v128 v128 v128 v128 v128 v128 v128 v128 i32 v128 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $xmm2 (v128.load [xmm2]))
  (local.set $xmm3 (v128.load [xmm3]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 16 (local.get $xmm1))
    (local.set 18 (f32x4.abs (local.tee 17 (local.get $xmm0))))
    (local.set 19 (f32x4.abs (local.get 16)))
    (if
        (i32x4.all_true
          (v128.and
            (v128.or
              (f32x4.ge (local.get 18) (v128.const i32x4 0x800000 0x800000 0x800000 0x800000))
              (f32x4.eq (local.get 18) (v128.const i32x4 0x0 0x0 0x0 0x0)))
            (v128.or
              (f32x4.ge (local.get 19) (v128.const i32x4 0x800000 0x800000 0x800000 0x800000))
              (f32x4.eq (local.get 19) (v128.const i32x4 0x0 0x0 0x0 0x0)))))
      (then
      (local.set 20
        (v128.xor
          (select (result v128)
            (f32x4.eq (local.get 17) (local.get 16))
            (select (result v128)
              (f32x4.lt (local.get 17) (local.get 16))
              (select (result v128) (f32x4.le (local.get 17) (local.get 16)) (v128.const i32x4 0x0 0x0 0x0 0x0) (i32.eq (i32.const 1) (i32.const 2)))
              (i32.eq (i32.const 1) (i32.const 1)))
            (i32.const 0))
          (select (result v128) (v128.const i32x4 0xffffffff 0xffffffff 0xffffffff 0xffffffff) (v128.const i32x4 0x0 0x0 0x0 0x0) (i32.const 0))))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 21 (local.get 17))
      (local.set 22 (local.get 16))
      (local.set 24 (local.tee 23 (call $f32PredicatePacked (local.get 21) (local.get 22) (i32.const 1))))
      (if (local.tee 25 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $result [fault 10000800])
          (br $1)
        ))
      ))
      (local.set 20 (local.get 24))
    ))
    (local.set $xmm0 (local.get 20))
    (local.set 24 (local.get $xmm3))
    (local.set 22 (f32x4.abs (local.tee 23 (local.get $xmm2))))
    (local.set 21 (f32x4.abs (local.get 24)))
    (if
        (i32x4.all_true
          (v128.and
            (v128.or
              (f32x4.ge (local.get 22) (v128.const i32x4 0x800000 0x800000 0x800000 0x800000))
              (f32x4.eq (local.get 22) (v128.const i32x4 0x0 0x0 0x0 0x0)))
            (v128.or
              (f32x4.ge (local.get 21) (v128.const i32x4 0x800000 0x800000 0x800000 0x800000))
              (f32x4.eq (local.get 21) (v128.const i32x4 0x0 0x0 0x0 0x0)))))
      (then
      (local.set 20 (local.tee 19 (f32x4.pmin (local.get 24) (local.get 23))))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 18 (local.get 23))
      (local.set 17 (local.get 24))
      (local.set 26 (local.tee 16 (call $f32MinPacked (local.get 18) (local.get 17))))
      (if (local.tee 25 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
          (local.set $result [fault 10000804])
          (br $1)
        ))
      ))
      (local.set 20 (local.get 26))
    ))
    (local.set $xmm2 (local.get 20))
    (local.set $rax (i64.extend_i32_u (i32x4.bitmask (local.tee 26 (local.get $xmm0)))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 1000080a])
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (v128.store [xmm0] (local.get $xmm0))
  (v128.store [xmm2] (local.get $xmm2))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 27 (i32.wrap_i64 (local.get $next)))
      (local.set 28 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 29 (i32.shl (i32.and (i32.xor (local.get 27) (i32.shr_u (local.get 27) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 30 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 29)) (local.get 28)) (then
        (i64.store [codePage] (local.get 30))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 29)) (i32.load offset=0x40008 (local.get 29)))
      ))
    ))
    (i64.store [rip] (local.get $next))
    (return_call $chain)
  ))
  (if (i32.eq (local.get $result) (i32.const 4)) (then
    (return_call $chain)
  ))
  (if (i32.eqz (local.get $result)) (then
    (return (i32.load [regionResult]))
  ))
  (if (i32.eq (local.get $result) (i32.const 5)) (then
    (return (i32.const 0))
  ))
  (return (local.get $result))
)

;; user64: integers
;;   pxor xmm0,xmm0
;;   paddd xmm1,xmm2
;;   pmulld xmm3,xmm4
;;   psubusb xmm5,xmm6
;;   pcmpgtw xmm7,xmm8
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 521 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $xmm0 v128) (local $xmm1 v128) (local $xmm2 v128) (local $xmm3 v128)
  (local $xmm4 v128) (local $xmm5 v128) (local $xmm6 v128) (local $xmm7 v128) (local $xmm8 v128) (local v128 v128 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $xmm2 (v128.load [xmm2]))
  (local.set $xmm3 (v128.load [xmm3]))
  (local.set $xmm4 (v128.load [xmm4]))
  (local.set $xmm5 (v128.load [xmm5]))
  (local.set $xmm6 (v128.load [xmm6]))
  (local.set $xmm7 (v128.load [xmm7]))
  (local.set $xmm8 (v128.load [xmm8]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 20 (local.get $xmm0))
    (local.set $xmm0 (v128.xor (local.tee 21 (local.get $xmm0)) (local.get 20)))
    (local.set 21 (local.get $xmm2))
    (local.set $xmm1 (i32x4.add (local.tee 20 (local.get $xmm1)) (local.get 21)))
    (local.set 20 (local.get $xmm4))
    (local.set $xmm3 (i32x4.mul (local.tee 21 (local.get $xmm3)) (local.get 20)))
    (local.set 21 (local.get $xmm6))
    (local.set $xmm5 (i8x16.sub_sat_u (local.tee 20 (local.get $xmm5)) (local.get 21)))
    (local.set 20 (local.get $xmm8))
    (local.set $xmm7 (i16x8.gt_s (local.tee 21 (local.get $xmm7)) (local.get 20)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 5)))
    (local.set $result [interpret 10000816])
    (br $1)
    (unreachable)
  )
  (v128.store [xmm0] (local.get $xmm0))
  (v128.store [xmm1] (local.get $xmm1))
  (v128.store [xmm3] (local.get $xmm3))
  (v128.store [xmm5] (local.get $xmm5))
  (v128.store [xmm7] (local.get $xmm7))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 22 (i32.wrap_i64 (local.get $next)))
      (local.set 23 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 24 (i32.shl (i32.and (i32.xor (local.get 22) (i32.shr_u (local.get 22) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 25 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 24)) (local.get 23)) (then
        (i64.store [codePage] (local.get 25))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 24)) (i32.load offset=0x40008 (local.get 24)))
      ))
    ))
    (i64.store [rip] (local.get $next))
    (return_call $chain)
  ))
  (if (i32.eq (local.get $result) (i32.const 4)) (then
    (return_call $chain)
  ))
  (if (i32.eqz (local.get $result)) (then
    (return (i32.load [regionResult]))
  ))
  (if (i32.eq (local.get $result) (i32.const 5)) (then
    (return (i32.const 0))
  ))
  (return (local.get $result))
)

;; user64: search for a byte in 16
;;   movdqu xmm1,[rax]
;;   pcmpeqb xmm1,xmm0
;;   pmovmskb ecx,xmm1
;;   test ecx,ecx
;;   je short 0000000010000813h
;;   bsf ecx,ecx
;;   nop
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 720 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $xmm0 v128) (local $xmm1 v128)
  (local i32 i64 i32 i32 v128 v128 i32 i32 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (block $2
      (local.set 16 (local.get $rax))
      (if
          (i64.eq
            (i64.load (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 16)) (i32.const 8)) (i32.const 0x3ff0)))))
            (i64.and (i64.add (local.get 16) (i64.const 15)) (i64.const 0xfffffffffffff000)))
        (then
        (local.set 15 (i32.add (i32.wrap_i64 (local.get 16)) (i32.load offset=8 (local.get 17))))
      ) (else
        (local.set 18 (call $regionReach (local.get 16) (i32.const 16) (i32.const 0x2b0001) (local.get $budget)))
        (local.set $budget (i32.load [budget]))
        (br_if $1 (i32.eqz (local.get 18)))
        (local.set 15 (local.get 18))
      ))
      (local.set $xmm1 (local.tee 19 (v128.load (local.get 15))))
      (local.set 19 (local.get $xmm0))
      (local.set 18
        (i32.wrap_i64
          (local.tee $rcx
            (i64.extend_i32_u (i8x16.bitmask (local.tee 20 (local.tee $xmm1 (i8x16.eq (local.tee 20 (local.get $xmm1)) (local.get 19)))))))))
      (local.set 17 (i32.wrap_i64 (local.get $rcx)))
      (local.set 21 (i32.and (local.get 18) (local.get 17)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 5)))
      (if (i32.eqz (local.get 21)) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x813)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 0x2004))
          (local.set $flagsOperand (local.tee $flagsResult (i64.extend_i32_u (local.get 21))))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 0x2004))
        (local.set $flagsOperand (local.tee $flagsResult (i64.extend_i32_u (local.get 21))))
        (br $2)
      ))
      (if (i32.eqz (local.tee 18 (i32.eqz (local.tee 17 (i32.wrap_i64 (local.get $rcx)))))) (then
        (local.set $rcx (i64.extend_i32_u (i32.ctz (local.get 17))))
      ))
      (local.set 22 (i32.shl (local.get 18) (i32.const 6)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set 23 (i64.shl (i64.extend_i32_u (local.get 21)) (i64.const 32)))
      (i32.store [flagsKind] (i32.const 0x2004))
      (i64.store [flagsResult] (local.get 23))
      (i64.store [flagsOperand] (local.get 23))
      (drop (call $settleFlags))
      (i32.store [flags] (i32.or (i32.and (i32.load [flags]) (i32.const -65)) (local.get 22)))
      (local.set $flagsKind (i32.load [flagsKind]))
      (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (local.set $flagsOperand
        (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (local.set $keptFlags (i32.const 0))
      (local.set $keptMask (i32.const 0))
      (br $2)
    )
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000814])
    (br $1)
    (unreachable)
  )
  (i64.store [rcx] (local.get $rcx))
  (v128.store [xmm1] (local.get $xmm1))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 24 (i32.wrap_i64 (local.get $next)))
      (local.set 25 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 26 (i32.shl (i32.and (i32.xor (local.get 24) (i32.shr_u (local.get 24) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 27 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 26)) (local.get 25)) (then
        (i64.store [codePage] (local.get 27))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 26)) (i32.load offset=0x40008 (local.get 26)))
      ))
    ))
    (i64.store [rip] (local.get $next))
    (return_call $chain)
  ))
  (if (i32.eq (local.get $result) (i32.const 4)) (then
    (return_call $chain)
  ))
  (if (i32.eqz (local.get $result)) (then
    (return (i32.load [regionResult]))
  ))
  (if (i32.eq (local.get $result) (i32.const 5)) (then
    (return (i32.const 0))
  ))
  (return (local.get $result))
)

;; user64: shuffles
;;   pshufd xmm0,xmm1,1Bh
;;   punpcklbw xmm2,xmm3
;;   pshufb xmm4,xmm5
;;   shufps xmm6,xmm7,4Eh
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 730 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $xmm0 v128) (local $xmm1 v128) (local $xmm2 v128) (local $xmm3 v128)
  (local $xmm4 v128) (local $xmm5 v128) (local $xmm6 v128) (local $xmm7 v128) (local v128 v128 v128 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $xmm2 (v128.load [xmm2]))
  (local.set $xmm3 (v128.load [xmm3]))
  (local.set $xmm4 (v128.load [xmm4]))
  (local.set $xmm5 (v128.load [xmm5]))
  (local.set $xmm6 (v128.load [xmm6]))
  (local.set $xmm7 (v128.load [xmm7]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set $xmm0
      (i8x16.swizzle
        (local.tee 19 (local.get $xmm1))
        (i32x4.add
          (i32x4.mul
            (v128.and
              (i32x4.shr_u (i32x4.mul (i32x4.splat (i32.const 27)) (v128.const i32x4 0x40 0x10 0x4 0x1)) (i32.const 6))
              (v128.const i32x4 0x3 0x3 0x3 0x3))
            (v128.const i32x4 0x4040404 0x4040404 0x4040404 0x4040404))
          (v128.const i32x4 0x3020100 0x3020100 0x3020100 0x3020100))))
    (local.set 19 (local.get $xmm3))
    (local.set $xmm2 (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.tee 20 (local.get $xmm2)) (local.get 19)))
    (local.set 20 (local.get $xmm5))
    (local.set $xmm4
      (i8x16.swizzle (local.tee 19 (local.get $xmm4)) (v128.and (local.get 20) (v128.const i32x4 0x8f8f8f8f 0x8f8f8f8f 0x8f8f8f8f 0x8f8f8f8f))))
    (local.set 19 (local.get $xmm7))
    (local.set 20 (local.get $xmm6))
    (local.set 21
      (i32x4.add
        (i32x4.mul
          (v128.and
            (i32x4.shr_u (i32x4.mul (i32x4.splat (i32.const 78)) (v128.const i32x4 0x40 0x10 0x4 0x1)) (i32.const 6))
            (v128.const i32x4 0x3 0x3 0x3 0x3))
          (v128.const i32x4 0x4040404 0x4040404 0x4040404 0x4040404))
        (v128.const i32x4 0x3020100 0x3020100 0x3020100 0x3020100)))
    (local.set $xmm6
      (i8x16.shuffle 0 1 2 3 4 5 6 7 24 25 26 27 28 29 30 31
        (i8x16.swizzle (local.get 20) (local.get 21))
        (i8x16.swizzle (local.get 19) (local.get 21))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 10000812])
    (br $1)
    (unreachable)
  )
  (v128.store [xmm0] (local.get $xmm0))
  (v128.store [xmm2] (local.get $xmm2))
  (v128.store [xmm4] (local.get $xmm4))
  (v128.store [xmm6] (local.get $xmm6))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 22 (i32.wrap_i64 (local.get $next)))
      (local.set 23 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 24 (i32.shl (i32.and (i32.xor (local.get 22) (i32.shr_u (local.get 22) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 25 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 24)) (local.get 23)) (then
        (i64.store [codePage] (local.get 25))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 24)) (i32.load offset=0x40008 (local.get 24)))
      ))
    ))
    (i64.store [rip] (local.get $next))
    (return_call $chain)
  ))
  (if (i32.eq (local.get $result) (i32.const 4)) (then
    (return_call $chain)
  ))
  (if (i32.eqz (local.get $result)) (then
    (return (i32.load [regionResult]))
  ))
  (if (i32.eq (local.get $result) (i32.const 5)) (then
    (return (i32.const 0))
  ))
  (return (local.get $result))
)

;; user64: shifts of lanes
;;   pslld xmm0,5
;;   psrlq xmm1,xmm2
;;   psrldq xmm3,4
;;   palignr xmm4,xmm5,3
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 615 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $xmm0 v128) (local $xmm1 v128) (local $xmm2 v128) (local $xmm3 v128)
  (local $xmm4 v128) (local $xmm5 v128) (local v128 i64 v128 v128 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $xmm2 (v128.load [xmm2]))
  (local.set $xmm3 (v128.load [xmm3]))
  (local.set $xmm4 (v128.load [xmm4]))
  (local.set $xmm5 (v128.load [xmm5]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 17 (local.get $xmm0))
    (local.set $xmm0
      (select (result v128) (v128.const i32x4 0x0 0x0 0x0 0x0) (i32x4.shl (local.get 17) (i32.const 5)) (i32.gt_u (i32.const 5) (i32.const 31))))
    (local.set 18 (i64x2.extract_lane 0 (local.tee 17 (local.get $xmm2))))
    (local.set 19 (local.get $xmm1))
    (local.set $xmm1
      (select (result v128)
        (v128.const i32x4 0x0 0x0 0x0 0x0)
        (i64x2.shr_u (local.get 19) (i32.wrap_i64 (local.get 18)))
        (i64.gt_u (local.get 18) (i64.const 63))))
    (local.set $xmm3
      (i8x16.swizzle
        (local.tee 19 (local.get $xmm3))
        (i8x16.add
          (v128.const i32x4 0x3020100 0x7060504 0xb0a0908 0xf0e0d0c)
          (i8x16.splat (select (i32.const 16) (i32.const 4) (i32.gt_u (i32.const 4) (i32.const 16)))))))
    (local.set 19 (local.get $xmm5))
    (local.set 17 (local.get $xmm4))
    (local.set 20 (i8x16.add_sat_u (v128.const i32x4 0x3020100 0x7060504 0xb0a0908 0xf0e0d0c) (i8x16.splat (i32.const 3))))
    (local.set $xmm4
      (v128.or
        (i8x16.swizzle (local.get 19) (local.get 20))
        (i8x16.swizzle (local.get 17) (i8x16.sub (local.get 20) (v128.const i32x4 0x10101010 0x10101010 0x10101010 0x10101010)))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 10000814])
    (br $1)
    (unreachable)
  )
  (v128.store [xmm0] (local.get $xmm0))
  (v128.store [xmm1] (local.get $xmm1))
  (v128.store [xmm3] (local.get $xmm3))
  (v128.store [xmm4] (local.get $xmm4))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 21 (i32.wrap_i64 (local.get $next)))
      (local.set 22 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 23 (i32.shl (i32.and (i32.xor (local.get 21) (i32.shr_u (local.get 21) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 24 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 23)) (local.get 22)) (then
        (i64.store [codePage] (local.get 24))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 23)) (i32.load offset=0x40008 (local.get 23)))
      ))
    ))
    (i64.store [rip] (local.get $next))
    (return_call $chain)
  ))
  (if (i32.eq (local.get $result) (i32.const 4)) (then
    (return_call $chain)
  ))
  (if (i32.eqz (local.get $result)) (then
    (return (i32.load [regionResult]))
  ))
  (if (i32.eq (local.get $result) (i32.const 5)) (then
    (return (i32.const 0))
  ))
  (return (local.get $result))
)

;; user64: to and from general registers
;;   movd xmm0,eax
;;   movq rcx,xmm1
;;   pinsrw xmm2,edx,3
;;   pextrd esi,xmm3,2
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 552 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rsi i64)
  (local $xmm0 v128) (local $xmm1 v128) (local $xmm2 v128) (local $xmm3 v128) (local i32 v128 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rsi (i64.load [rsi]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $xmm2 (v128.load [xmm2]))
  (local.set $xmm3 (v128.load [xmm3]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 19 (i32.wrap_i64 (local.get $rax)))
    (local.set $xmm0 (i32x4.replace_lane 0 (v128.const i32x4 0x0 0x0 0x0 0x0) (local.get 19)))
    (local.set $rcx (i64x2.extract_lane 0 (local.tee 20 (local.get $xmm1))))
    (local.set 19 (i32.wrap_i64 (local.get $rdx)))
    (local.set 20 (local.get $xmm2))
    (local.set $xmm2
      (v128.bitselect
        (i16x8.splat (local.get 19))
        (local.get 20)
        (i8x16.eq (i8x16.splat (i32.const 3)) (v128.const i32x4 0x1010000 0x3030202 0x5050404 0x7070606))))
    (local.set $rsi
      (i64.extend_i32_u
        (i32x4.extract_lane 0
          (i8x16.swizzle
            (local.tee 20 (local.get $xmm3))
            (i8x16.add (i8x16.splat (i32.shl (i32.const 2) (i32.const 2))) (v128.const i32x4 0x3020100 0x3020100 0x3020100 0x3020100))))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 10000814])
    (br $1)
    (unreachable)
  )
  (i64.store [rcx] (local.get $rcx))
  (i64.store [rsi] (local.get $rsi))
  (v128.store [xmm0] (local.get $xmm0))
  (v128.store [xmm2] (local.get $xmm2))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 21 (i32.wrap_i64 (local.get $next)))
      (local.set 22 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 23 (i32.shl (i32.and (i32.xor (local.get 21) (i32.shr_u (local.get 21) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 24 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 23)) (local.get 22)) (then
        (i64.store [codePage] (local.get 24))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 23)) (i32.load offset=0x40008 (local.get 23)))
      ))
    ))
    (i64.store [rip] (local.get $next))
    (return_call $chain)
  ))
  (if (i32.eq (local.get $result) (i32.const 4)) (then
    (return_call $chain)
  ))
  (if (i32.eqz (local.get $result)) (then
    (return (i32.load [regionResult]))
  ))
  (if (i32.eq (local.get $result) (i32.const 5)) (then
    (return (i32.const 0))
  ))
  (return (local.get $result))
)

;; user64: parts of 128 bits
;;   movlps xmm0,[rax]
;;   movhpd xmm1,[rbx]
;;   movhlps xmm2,xmm3
;;   movsd xmm4,xmm5
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 661 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rbx i64) (local $xmm0 v128) (local $xmm1 v128)
  (local $xmm2 v128) (local $xmm3 v128) (local $xmm4 v128) (local $xmm5 v128) (local i64 i64 i32 i32 v128 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $xmm2 (v128.load [xmm2]))
  (local.set $xmm3 (v128.load [xmm3]))
  (local.set $xmm4 (v128.load [xmm4]))
  (local.set $xmm5 (v128.load [xmm5]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 20 (local.get $rax))
    (if
        (i64.eq
          (i64.load (local.tee 21 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 20)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 20) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 19 (i64.load (i32.add (i32.wrap_i64 (local.get 20)) (i32.load offset=8 (local.get 21)))))
    ) (else
      (local.set 22 (call $regionReach (local.get 20) (i32.const 8) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 22)))
      (local.set 19 (i64.load (local.get 22)))
    ))
    (local.set $xmm0 (i64x2.replace_lane 0 (local.get $xmm0) (local.get 19)))
    (local.set 19 (local.get $rbx))
    (if
        (i64.eq
          (i64.load (local.tee 22 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 19)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 19) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 20 (i64.load (i32.add (i32.wrap_i64 (local.get 19)) (i32.load offset=8 (local.get 22)))))
    ) (else
      (local.set 21 (call $regionReach (local.get 19) (i32.const 8) (i32.const 0xab0002) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 21)))
      (local.set 20 (i64.load (local.get 21)))
    ))
    (local.set $xmm1 (i64x2.replace_lane 1 (local.tee 23 (local.get $xmm1)) (local.get 20)))
    (local.set 23 (local.get $xmm3))
    (local.set $xmm2 (i64x2.replace_lane 0 (local.get $xmm2) (i64x2.extract_lane 1 (local.get 23))))
    (local.set 19 (i64x2.extract_lane 0 (local.get $xmm5)))
    (local.set $xmm4 (i64x2.replace_lane 0 (local.get $xmm4) (local.get 19)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 1000080e])
    (br $1)
    (unreachable)
  )
  (v128.store [xmm0] (local.get $xmm0))
  (v128.store [xmm1] (local.get $xmm1))
  (v128.store [xmm2] (local.get $xmm2))
  (v128.store [xmm4] (local.get $xmm4))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 24 (i32.wrap_i64 (local.get $next)))
      (local.set 25 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 26 (i32.shl (i32.and (i32.xor (local.get 24) (i32.shr_u (local.get 24) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 27 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 26)) (local.get 25)) (then
        (i64.store [codePage] (local.get 27))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 26)) (i32.load offset=0x40008 (local.get 26)))
      ))
    ))
    (i64.store [rip] (local.get $next))
    (return_call $chain)
  ))
  (if (i32.eq (local.get $result) (i32.const 4)) (then
    (return_call $chain)
  ))
  (if (i32.eqz (local.get $result)) (then
    (return (i32.load [regionResult]))
  ))
  (if (i32.eq (local.get $result) (i32.const 5)) (then
    (return (i32.const 0))
  ))
  (return (local.get $result))
)

;; user64: VEX
;;   vaddps xmm0,xmm1,xmm2
;;   vpxor ymm3,ymm4,ymm5
;;   vmovdqu ymm6,[rax]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 741 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $xmm0 v128) (local $xmm1 v128) (local $xmm2 v128)
  (local $xmm3 v128) (local $xmm4 v128) (local $xmm5 v128) (local $xmm6 v128) (local $ymmHigh0 v128) (local $ymmHigh3 v128) (local $ymmHigh4 v128)
  (local $ymmHigh5 v128) (local $ymmHigh6 v128) (local v128 v128 v128 i32 i32 v128 v128 v128 v128 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $xmm2 (v128.load [xmm2]))
  (local.set $xmm3 (v128.load [xmm3]))
  (local.set $xmm4 (v128.load [xmm4]))
  (local.set $xmm5 (v128.load [xmm5]))
  (local.set $xmm6 (v128.load [xmm6]))
  (local.set $ymmHigh0 (v128.load [ymmHigh0]))
  (local.set $ymmHigh3 (v128.load [ymmHigh3]))
  (local.set $ymmHigh4 (v128.load [ymmHigh4]))
  (local.set $ymmHigh5 (v128.load [ymmHigh5]))
  (local.set $ymmHigh6 (v128.load [ymmHigh6]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 24 (local.get $xmm1))
    (local.set 25 (local.get $xmm2))
    (i32.store [floatRaised] (i32.const 0))
    (local.set 26 (call $addps_128_128 (local.get 24) (local.get 25)))
    (if (local.tee 27 (i32.load [floatRaised])) (then
      (if (local.tee 28 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $result [fault 10000800])
          (br $1)
        ))
      ))
    ))
    (local.set 29 (local.get 26))
    (local.set $ymmHigh0 (v128.const i32x4 0x0 0x0 0x0 0x0))
    (local.set $xmm0 (local.get 29))
    (local.set 29 (local.get $xmm4))
    (local.set 26 (local.get $ymmHigh4))
    (local.set 25 (local.get $xmm5))
    (local.set 24 (local.get $ymmHigh5))
    (local.set 30 (v128.xor (local.get 29) (local.get 25)))
    (local.set 31 (v128.xor (local.get 26) (local.get 24)))
    (local.set 32 (local.get 30))
    (local.set $ymmHigh3 (local.get 31))
    (local.set $xmm3 (local.get 32))
    (local.set 33 (local.get $rax))
    (if
        (i64.eq
          (i64.load (local.tee 27 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 33)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 33) (i64.const 31)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 28 (i32.add (i32.wrap_i64 (local.get 33)) (i32.load offset=8 (local.get 27))))
    ) (else
      (local.set 34 (call $regionReach (local.get 33) (i32.const 32) (i32.const 0x12b0003) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 34)))
      (local.set 28 (local.get 34))
    ))
    (local.set 32 (v128.load (local.get 28)))
    (local.set 31 (v128.load offset=16 (local.get 28)))
    (local.set 30 (local.get 32))
    (local.set $ymmHigh6 (local.get 31))
    (local.set $xmm6 (local.get 30))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 1000080c])
    (br $1)
    (unreachable)
  )
  (v128.store [xmm0] (local.get $xmm0))
  (v128.store [xmm3] (local.get $xmm3))
  (v128.store [xmm6] (local.get $xmm6))
  (v128.store [ymmHigh0] (local.get $ymmHigh0))
  (v128.store [ymmHigh3] (local.get $ymmHigh3))
  (v128.store [ymmHigh6] (local.get $ymmHigh6))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 35 (i32.wrap_i64 (local.get $next)))
      (local.set 36 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 37 (i32.shl (i32.and (i32.xor (local.get 35) (i32.shr_u (local.get 35) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 38 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 37)) (local.get 36)) (then
        (i64.store [codePage] (local.get 38))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 37)) (i32.load offset=0x40008 (local.get 37)))
      ))
    ))
    (i64.store [rip] (local.get $next))
    (return_call $chain)
  ))
  (if (i32.eq (local.get $result) (i32.const 4)) (then
    (return_call $chain)
  ))
  (if (i32.eqz (local.get $result)) (then
    (return (i32.load [regionResult]))
  ))
  (if (i32.eq (local.get $result) (i32.const 5)) (then
    (return (i32.const 0))
  ))
  (return (local.get $result))
)
