;; user64: sum of two
;;   fld qword [rax]
;;   fadd qword [rbx]
;;   fstp qword [rcx]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 1017 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rbx i64)
  (local i32 i32 i64 i64 i64 i32 i32 i32 i64 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (if (i32.and (local.tee 15 (local.tee 14 (i32.load16_u [fpuStatus]))) (i32.const 128)) (then
      (if (i64.ne (i64.and (local.tee 16 (i64.load [cr0])) (i64.const 32)) (i64.const 0)) (then
        (i32.store [faultVector] (i32.const 17))
        (i32.store [faultErrorCode] (i32.const 0))
        (local.set $result [fault 10000800])
        (br $1)
      ))
    ))
    (i32.store [floatRaised] (i32.const 0))
    (i64.store [fpuIp] (i64.add (local.get $page) (i64.const 0x800)))
    (i32.store16 [fpuOpcode] (i32.const 0x500))
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
    (call $x87Loadf64Normal (local.get 17))
    (if (i32.and (local.tee 21 (i32.load16_u [fpuStatus])) (i32.const 128)) (then
      (local.set 22 (local.get $rax))
      (i64.store [fpuDp] (local.get 22))
    ))
    (if (i32.and (local.tee 20 (local.tee 21 (i32.load16_u [fpuStatus]))) (i32.const 128)) (then
      (if (i64.ne (i64.and (local.tee 22 (i64.load [cr0])) (i64.const 32)) (i64.const 0)) (then
        (i32.store [faultVector] (i32.const 17))
        (i32.store [faultErrorCode] (i32.const 0))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result [fault 10000802])
        (br $1)
      ))
    ))
    (i32.store [floatRaised] (i32.const 0))
    (i64.store [fpuIp] (i64.add (local.get $page) (i64.const 0x802)))
    (i32.store16 [fpuOpcode] (i32.const 0x403))
    (local.set 17 (local.get $rbx))
    (if
        (i64.eq
          (i64.load (local.tee 19 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 17)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 17) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 18 (i64.load (i32.add (i32.wrap_i64 (local.get 17)) (i32.load offset=8 (local.get 19)))))
    ) (else
      (local.set 15 (call $regionReach (local.get 17) (i32.const 8) (i32.const 0xab0002) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 15)))
      (local.set 18 (i64.load (local.get 15)))
    ))
    (call $x87extendedAddMemoryf64Normal (local.get 18))
    (if (i32.and (local.tee 14 (i32.load16_u [fpuStatus])) (i32.const 128)) (then
      (local.set 16 (local.get $rbx))
      (i64.store [fpuDp] (local.get 16))
    ))
    (if (i32.and (local.tee 15 (local.tee 14 (i32.load16_u [fpuStatus]))) (i32.const 128)) (then
      (if (i64.ne (i64.and (local.tee 16 (i64.load [cr0])) (i64.const 32)) (i64.const 0)) (then
        (i32.store [faultVector] (i32.const 17))
        (i32.store [faultErrorCode] (i32.const 0))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
        (local.set $result [fault 10000804])
        (br $1)
      ))
    ))
    (i32.store [floatRaised] (i32.const 0))
    (i64.store [fpuIp] (i64.add (local.get $page) (i64.const 0x804)))
    (i32.store16 [fpuOpcode] (i32.const 0x519))
    (local.set 17 (local.get $rcx))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 20 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 17)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 17) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 19 (i32.add (i32.wrap_i64 (local.get 17)) (i32.load offset=0x4008 (local.get 20))))
    ) (else
      (local.set 21 (call $regionReach (local.get 17) (i32.const 264) (i32.const 0x12b0003) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 21)))
      (local.set 19 (local.get 21))
    ))
    (if (local.tee 23 (call $x87StoreF64Normal (local.get 19) (i32.const 1))) (then
      (if (i32.lt_u (local.get 19) (i32.const 0x3000)) (then
        (call $regionCommit (i32.const 0x12b0003) (local.get $budget))
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (if (i32.and (local.tee 24 (i32.load16_u [fpuStatus])) (i32.const 128)) (then
      (local.set 18 (local.get $rcx))
      (i64.store [fpuDp] (local.get 18))
    ))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 10000806])
    (br $1)
    (unreachable)
  )
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 25 (i32.wrap_i64 (local.get $next)))
      (local.set 26 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 27 (i32.shl (i32.and (i32.xor (local.get 25) (i32.shr_u (local.get 25) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 28 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 27)) (local.get 26)) (then
        (i64.store [codePage] (local.get 28))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 27)) (i32.load offset=0x40008 (local.get 27)))
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

;; user64: product of registers
;;   fmul st1
;;   faddp st2
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 526 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local i32 i32 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (if (i32.and (local.tee 12 (local.tee 11 (i32.load16_u [fpuStatus]))) (i32.const 128)) (then
      (if (i64.ne (i64.and (local.tee 13 (i64.load [cr0])) (i64.const 32)) (i64.const 0)) (then
        (i32.store [faultVector] (i32.const 17))
        (i32.store [faultErrorCode] (i32.const 0))
        (local.set $result [fault 10000800])
        (br $1)
      ))
    ))
    (i32.store [floatRaised] (i32.const 0))
    (i64.store [fpuIp] (i64.add (local.get $page) (i64.const 0x800)))
    (i32.store16 [fpuOpcode] (i32.const 201))
    (call $x87extendedMulNormal (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0))
    (if (i32.and (local.tee 11 (local.tee 12 (i32.load16_u [fpuStatus]))) (i32.const 128)) (then
      (if (i64.ne (i64.and (local.tee 13 (i64.load [cr0])) (i64.const 32)) (i64.const 0)) (then
        (i32.store [faultVector] (i32.const 17))
        (i32.store [faultErrorCode] (i32.const 0))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result [fault 10000802])
        (br $1)
      ))
    ))
    (i32.store [floatRaised] (i32.const 0))
    (i64.store [fpuIp] (i64.add (local.get $page) (i64.const 0x802)))
    (i32.store16 [fpuOpcode] (i32.const 0x6c2))
    (call $x87extendedAddNormal (i32.const 2) (i32.const 0) (i32.const 2) (i32.const 1))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000804])
    (br $1)
    (unreachable)
  )
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 14 (i32.wrap_i64 (local.get $next)))
      (local.set 15 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 16 (i32.shl (i32.and (i32.xor (local.get 14) (i32.shr_u (local.get 14) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 17 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 16)) (local.get 15)) (then
        (i64.store [codePage] (local.get 17))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 16)) (i32.load offset=0x40008 (local.get 16)))
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

;; user64: integer and comparison
;;   fild dword [rax]
;;   fcomip st1
;;   ja short 0000000010000807h
;;   nop
;;   nop
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 939 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64)
  (local i32 i32 i64 i32 i64 i32 i32 i32 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (block $2
      (if (i32.and (local.tee 13 (local.tee 12 (i32.load16_u [fpuStatus]))) (i32.const 128)) (then
        (if (i64.ne (i64.and (local.tee 14 (i64.load [cr0])) (i64.const 32)) (i64.const 0)) (then
          (i32.store [faultVector] (i32.const 17))
          (i32.store [faultErrorCode] (i32.const 0))
          (local.set $result [fault 10000800])
          (br $1)
        ))
      ))
      (i32.store [floatRaised] (i32.const 0))
      (i64.store [fpuIp] (i64.add (local.get $page) (i64.const 0x800)))
      (i32.store16 [fpuOpcode] (i32.const 768))
      (local.set 16 (local.get $rax))
      (if
          (i64.eq
            (i64.load (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 16)) (i32.const 8)) (i32.const 0x3ff0)))))
            (i64.and (i64.add (local.get 16) (i64.const 3)) (i64.const 0xfffffffffffff000)))
        (then
        (local.set 15 (i32.load (i32.add (i32.wrap_i64 (local.get 16)) (i32.load offset=8 (local.get 17)))))
      ) (else
        (local.set 18 (call $regionReach (local.get 16) (i32.const 4) (i32.const 0x2b0001) (local.get $budget)))
        (local.set $budget (i32.load [budget]))
        (br_if $1 (i32.eqz (local.get 18)))
        (local.set 15 (i32.load (local.get 18)))
      ))
      (call $x87Loadi32Normal (local.get 15))
      (if (i32.and (local.tee 19 (i32.load16_u [fpuStatus])) (i32.const 128)) (then
        (local.set 20 (local.get $rax))
        (i64.store [fpuDp] (local.get 20))
      ))
      (if (i32.and (local.tee 18 (local.tee 19 (i32.load16_u [fpuStatus]))) (i32.const 128)) (then
        (if (i64.ne (i64.and (local.tee 20 (i64.load [cr0])) (i64.const 32)) (i64.const 0)) (then
          (i32.store [faultVector] (i32.const 17))
          (i32.store [faultErrorCode] (i32.const 0))
          (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
          (local.set $result [fault 10000802])
          (br $1)
        ))
      ))
      (i32.store [floatRaised] (i32.const 0))
      (i64.store [fpuIp] (i64.add (local.get $page) (i64.const 0x802)))
      (i32.store16 [fpuOpcode] (i32.const 0x7f1))
      (local.set 21 (local.tee 17 (call $x87CompareFlagsNormal (i32.const 1) (i32.const 1) (i32.const 1))))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
      (if (i32.eqz (i32.or (i32.and (local.get 21) (i32.const 1)) (i32.and (i32.shr_u (local.get 21) (i32.const 6)) (i32.const 1)))) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x807)))
          (local.set $result (i32.const 5))
          (i32.store [flagsKind] (i32.const 0))
          (i32.store [flags] (i32.or (i32.and (i32.load [flags]) (i32.const 0xfffff72a)) (local.get 21)))
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
        (i32.store [flags] (i32.or (i32.and (i32.load [flags]) (i32.const 0xfffff72a)) (local.get 21)))
        (local.set $flagsKind (i32.load [flagsKind]))
        (local.set $flagsResult
          (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
        (local.set $flagsOperand
          (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
        (local.set $keptFlags (i32.const 0))
        (local.set $keptMask (i32.const 0))
        (br $2)
      ))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (i32.store [flagsKind] (i32.const 0))
      (i32.store [flags] (i32.or (i32.and (i32.load [flags]) (i32.const 0xfffff72a)) (local.get 21)))
      (local.set $flagsKind (i32.load [flagsKind]))
      (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (local.set $flagsOperand
        (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (local.set $keptFlags (i32.const 0))
      (local.set $keptMask (i32.const 0))
      (br $2)
    )
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000808])
    (br $1)
    (unreachable)
  )
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

;; user64: constants, exchange and sign
;;   fld1
;;   fxch st1
;;   fchs
;;   fabs
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 1207 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local i32 i32 i64 i32 i32 i32 i32 i64 i32 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (if (i32.and (local.tee 12 (local.tee 11 (i32.load16_u [fpuStatus]))) (i32.const 128)) (then
      (if (i64.ne (i64.and (local.tee 13 (i64.load [cr0])) (i64.const 32)) (i64.const 0)) (then
        (i32.store [faultVector] (i32.const 17))
        (i32.store [faultErrorCode] (i32.const 0))
        (local.set $result [fault 10000800])
        (br $1)
      ))
    ))
    (i32.store [floatRaised] (i32.const 0))
    (i64.store [fpuIp] (i64.add (local.get $page) (i64.const 0x800)))
    (i32.store16 [fpuOpcode] (i32.const 488))
    (local.set 15 (i32.and (local.tee 14 (i32.load16_u [fpuTag])) (i32.shr_u (local.get 14) (i32.const 1))))
    (local.set 16 (i32.and (i32.add (i32.shr_u (local.get 12) (i32.const 11)) (i32.const -1)) (i32.const 7)))
    (if (i32.and (i32.shr_u (local.get 15) (i32.shl (local.get 16) (i32.const 1))) (i32.const 1)) (then
      (i64.store offset=0x12e0 (i32.shl (local.get 16) (i32.const 3)) (i64.const 0x8000000000000000))
      (i32.store16 offset=0x1320 (i32.shl (local.get 16) (i32.const 1)) (i32.const 0x3fff))
      (i32.store16 offset=0x1334
        (i32.const 0)
        (i32.and (local.get 14) (i32.xor (i32.shl (i32.const 3) (i32.shl (local.get 16) (i32.const 1))) (i32.const -1))))
      (i32.store16 offset=0x1332
        (i32.const 0)
        (i32.or
          (i32.or (i32.and (local.get 12) (i32.const 0xc5ff)) (i32.and (i32.add (local.get 12) (i32.const 0xfffff800)) (i32.const 0x3800)))
          (i32.const 0)))
    ) (else
      (call $x87Push (i64.const 0x8000000000000000))
    ))
    (if (i32.and (local.tee 15 (local.tee 16 (i32.load16_u [fpuStatus]))) (i32.const 128)) (then
      (if (i64.ne (i64.and (local.tee 13 (i64.load [cr0])) (i64.const 32)) (i64.const 0)) (then
        (i32.store [faultVector] (i32.const 17))
        (i32.store [faultErrorCode] (i32.const 0))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result [fault 10000802])
        (br $1)
      ))
    ))
    (i32.store [floatRaised] (i32.const 0))
    (i64.store [fpuIp] (i64.add (local.get $page) (i64.const 0x802)))
    (i32.store16 [fpuOpcode] (i32.const 457))
    (local.set 12 (i32.and (local.tee 14 (i32.load16_u [fpuTag])) (i32.shr_u (local.get 14) (i32.const 1))))
    (local.set 11 (i32.and (i32.shr_u (local.get 15) (i32.const 11)) (i32.const 7)))
    (local.set 17 (i32.and (i32.add (i32.shr_u (local.get 15) (i32.const 11)) (i32.const 1)) (i32.const 7)))
    (if
        (i32.and
          (i32.or
            (i32.shr_u (local.get 12) (i32.shl (local.get 11) (i32.const 1)))
            (i32.shr_u (local.get 12) (i32.shl (local.get 17) (i32.const 1))))
          (i32.const 1))
      (then
      (call $x87Exchange (i32.const 1))
    ) (else
      (local.set 18 (i64.load offset=0x12e0 (i32.shl (local.get 11) (i32.const 3))))
      (local.set 19 (i32.load16_u offset=0x1320 (i32.shl (local.get 11) (i32.const 1))))
      (local.set 20 (i64.load offset=0x12e0 (i32.shl (local.get 17) (i32.const 3))))
      (local.set 21 (i32.load16_u offset=0x1320 (i32.shl (local.get 17) (i32.const 1))))
      (i64.store offset=0x12e0 (i32.shl (local.get 11) (i32.const 3)) (local.get 20))
      (i32.store16 offset=0x1320 (i32.shl (local.get 11) (i32.const 1)) (local.get 21))
      (i64.store offset=0x12e0 (i32.shl (local.get 17) (i32.const 3)) (local.get 18))
      (i32.store16 offset=0x1320 (i32.shl (local.get 17) (i32.const 1)) (local.get 19))
      (i32.store16 [fpuStatus] (i32.or (i32.and (local.get 15) (i32.const 0xfdff)) (i32.const 0)))
    ))
    (if (i32.and (local.tee 19 (local.tee 21 (i32.load16_u [fpuStatus]))) (i32.const 128)) (then
      (if (i64.ne (i64.and (local.tee 20 (i64.load [cr0])) (i64.const 32)) (i64.const 0)) (then
        (i32.store [faultVector] (i32.const 17))
        (i32.store [faultErrorCode] (i32.const 0))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
        (local.set $result [fault 10000804])
        (br $1)
      ))
    ))
    (i32.store [floatRaised] (i32.const 0))
    (i64.store [fpuIp] (i64.add (local.get $page) (i64.const 0x804)))
    (i32.store16 [fpuOpcode] (i32.const 480))
    (local.set 11 (i32.and (local.tee 17 (i32.load16_u [fpuTag])) (i32.shr_u (local.get 17) (i32.const 1))))
    (local.set 12 (i32.and (i32.shr_u (local.get 19) (i32.const 11)) (i32.const 7)))
    (if (i32.and (i32.shr_u (local.get 11) (i32.shl (local.get 12) (i32.const 1))) (i32.const 1)) (then
      (call $x87fchs)
    ) (else
      (local.set 18 (i64.load offset=0x12e0 (i32.shl (local.get 12) (i32.const 3))))
      (local.set 14 (i32.load16_u offset=0x1320 (i32.shl (local.get 12) (i32.const 1))))
      (i32.store16 offset=0x1320 (i32.shl (local.get 12) (i32.const 1)) (i32.xor (local.get 14) (i32.const 0x8000)))
      (i32.store16 [fpuStatus] (i32.or (i32.and (local.get 19) (i32.const 0xfdff)) (i32.const 0)))
    ))
    (if (i32.and (local.tee 12 (local.tee 14 (i32.load16_u [fpuStatus]))) (i32.const 128)) (then
      (if (i64.ne (i64.and (local.tee 18 (i64.load [cr0])) (i64.const 32)) (i64.const 0)) (then
        (i32.store [faultVector] (i32.const 17))
        (i32.store [faultErrorCode] (i32.const 0))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
        (local.set $result [fault 10000806])
        (br $1)
      ))
    ))
    (i32.store [floatRaised] (i32.const 0))
    (i64.store [fpuIp] (i64.add (local.get $page) (i64.const 0x806)))
    (i32.store16 [fpuOpcode] (i32.const 481))
    (local.set 17 (i32.and (local.tee 11 (i32.load16_u [fpuTag])) (i32.shr_u (local.get 11) (i32.const 1))))
    (local.set 19 (i32.and (i32.shr_u (local.get 12) (i32.const 11)) (i32.const 7)))
    (if (i32.and (i32.shr_u (local.get 17) (i32.shl (local.get 19) (i32.const 1))) (i32.const 1)) (then
      (call $x87fabs)
    ) (else
      (local.set 20 (i64.load offset=0x12e0 (i32.shl (local.get 19) (i32.const 3))))
      (local.set 21 (i32.load16_u offset=0x1320 (i32.shl (local.get 19) (i32.const 1))))
      (i32.store16 offset=0x1320 (i32.shl (local.get 19) (i32.const 1)) (i32.and (local.get 21) (i32.const 0x7fff)))
      (i32.store16 [fpuStatus] (i32.or (i32.and (local.get 12) (i32.const 0xfdff)) (i32.const 0)))
    ))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 10000808])
    (br $1)
    (unreachable)
  )
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

;; user64: control word
;;   fnstcw [rax]
;;   fldcw [rax]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 590 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local i32 i64 i32 i32 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 13 (local.get $rax))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 14 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 13)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 13) (i64.const 1)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 12 (i32.add (i32.wrap_i64 (local.get 13)) (i32.load offset=0x4008 (local.get 14))))
    ) (else
      (if (i32.eqz (local.tee 12 (call $regionAnchor (local.get 13) (i32.const 0x10002) (i32.const 0x8102)))) (then
        (call $countTowardsOutgrown (i32.const 0x5600000) (i32.const 0x941) (i32.const 1) (i32.const 1))
        (local.set $result [interpret 10000800])
        (br $1)
      ))
    ))
    (local.set 16 (local.tee 15 (i32.load16_u [fpuControl])))
    (i32.store16 (local.get 12) (local.get 16))
    (if (i32.and (local.tee 15 (local.tee 16 (i32.load16_u [fpuStatus]))) (i32.const 128)) (then
      (if (i64.ne (i64.and (local.tee 13 (i64.load [cr0])) (i64.const 32)) (i64.const 0)) (then
        (i32.store [faultVector] (i32.const 17))
        (i32.store [faultErrorCode] (i32.const 0))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result [fault 10000802])
        (br $1)
      ))
    ))
    (i32.store [floatRaised] (i32.const 0))
    (local.set 14 (i32.load16_u (local.get 12)))
    (i32.store16 [fpuControl] (i32.or (i32.and (local.get 14) (i32.const 0x1f3f)) (i32.const 64)))
    (local.set 17 (i32.load16_u [fpuControl]))
    (local.set 18 (i32.load16_u [fpuStatus]))
    (i32.store16 offset=0x1332
      (i32.const 0)
      (i32.or
        (i32.and (local.get 18) (i32.const 0x7f7f))
        (select (i32.const 0x8080) (i32.const 0) (i32.and (i32.and (local.get 18) (i32.xor (local.get 17) (i32.const -1))) (i32.const 63)))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000804])
    (br $1)
    (unreachable)
  )
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 19 (i32.wrap_i64 (local.get $next)))
      (local.set 20 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 21 (i32.shl (i32.and (i32.xor (local.get 19) (i32.shr_u (local.get 19) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 22 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 21)) (local.get 20)) (then
        (i64.store [codePage] (local.get 22))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 21)) (i32.load offset=0x40008 (local.get 21)))
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
