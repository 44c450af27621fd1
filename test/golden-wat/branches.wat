;; user64: jump forward and on
;;   jmp short 0000000010000803h
;;   nop
;;   inc rax
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 324 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $next (i64.add (local.get $page) (i64.const 0x803)))
    (local.set $result (i32.const 3))
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
      (local.set 11 (i32.wrap_i64 (local.get $next)))
      (local.set 12 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 13 (i32.shl (i32.and (i32.xor (local.get 11) (i32.shr_u (local.get 11) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 14 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 13)) (local.get 12)) (then
        (i64.store [codePage] (local.get 14))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 13)) (i32.load offset=0x40008 (local.get 13)))
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

;; user64: indirect jump
;;   jmp rax
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 405 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local i64 i64 i32 i64 i32 i64)
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
    (if (i64.ne (i64.shr_s (local.tee 12 (local.get $rax)) (i64.const 47)) (i64.shr_s (i64.shl (local.get 12) (i64.const 16)) (i64.const 63))) (then
      (i32.store [faultVector] (i32.const 14))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $result [fault 10000800])
      (br $1)
    ))
    (local.set 13 (local.get 12))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (i64.store [codePage] (local.get $page))
    (call $noteMiss [10000800] (local.get 13) (i32.const 0x5600000) (i32.const 0x941))
    (local.set $next (local.get 13))
    (local.set $result (i32.const 3))
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

;; user64: jump by a table
;;   jmp qword [rbx+rcx*8]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 507 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rcx i64) (local $rbx i64) (local i64 i64 i32 i32 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 14 (i64.add (local.get $rbx) (i64.shl (local.get $rcx) (i64.const 3))))
    (if
        (i64.eq
          (i64.load (local.tee 15 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 14)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 14) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 13 (i64.load (i32.add (i32.wrap_i64 (local.get 14)) (i32.load offset=8 (local.get 15)))))
    ) (else
      (local.set 16 (call $regionReach (local.get 14) (i32.const 8) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 16)))
      (local.set 13 (i64.load (local.get 16)))
    ))
    (if (i64.ne (i64.shr_s (local.get 13) (i64.const 47)) (i64.shr_s (i64.shl (local.get 13) (i64.const 16)) (i64.const 63))) (then
      (i32.store [faultVector] (i32.const 14))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $result [fault 10000800])
      (br $1)
    ))
    (local.set 17 (local.get 13))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (i64.store [codePage] (local.get $page))
    (call $noteMiss [10000800] (local.get 17) (i32.const 0x5600000) (i32.const 0x941))
    (local.set $next (local.get 17))
    (local.set $result (i32.const 3))
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
      (local.set 18 (i32.wrap_i64 (local.get $next)))
      (local.set 19 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 20 (i32.shl (i32.and (i32.xor (local.get 18) (i32.shr_u (local.get 18) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 21 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 20)) (local.get 19)) (then
        (i64.store [codePage] (local.get 21))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 20)) (i32.load offset=0x40008 (local.get 20)))
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

;; user64: indirect call
;;   call rax
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 531 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rsp i64)
  (local i64 i64 i64 i64 i32 i32 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rsp (i64.load [rsp]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (if (i64.ne (i64.shr_s (local.tee 13 (local.get $rax)) (i64.const 47)) (i64.shr_s (i64.shl (local.get 13) (i64.const 16)) (i64.const 63))) (then
      (i32.store [faultVector] (i32.const 14))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $result [fault 10000800])
      (br $1)
    ))
    (local.set 15 (local.tee 14 (i64.add (local.get $page) (i64.const 0x802))))
    (local.set 16 (i64.add (local.get $rsp) (i64.const -8)))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 16)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 16) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (i64.store (i32.add (i32.wrap_i64 (local.get 16)) (i32.load offset=0x4008 (local.get 17))) (local.get 15))
    ) (else
      (local.set 18 (call $regionStore (local.get 16) (local.get 15) (i32.const 0x508) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 18)))
    ))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const -8)))
    (local.set 19 (local.get 13))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (i64.store [codePage] (local.get $page))
    (call $noteMiss [10000800] (local.get 19) (i32.const 0x5600000) (i32.const 0x941))
    (local.set $next (local.get 19))
    (local.set $result (i32.const 3))
    (br $1)
    (unreachable)
  )
  (i64.store [rsp] (local.get $rsp))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 20 (i32.wrap_i64 (local.get $next)))
      (local.set 21 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 22 (i32.shl (i32.and (i32.xor (local.get 20) (i32.shr_u (local.get 20) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 23 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 22)) (local.get 21)) (then
        (i64.store [codePage] (local.get 23))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 22)) (i32.load offset=0x40008 (local.get 22)))
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

;; user64: indirect call through memory
;;   call qword [rbx+8]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 624 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rbx i64) (local $rsp i64)
  (local i64 i64 i32 i32 i64 i64 i64 i32 i32 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsp (i64.load [rsp]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 14 (i64.add (local.get $rbx) (i64.const 8)))
    (if
        (i64.eq
          (i64.load (local.tee 15 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 14)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 14) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 13 (i64.load (i32.add (i32.wrap_i64 (local.get 14)) (i32.load offset=8 (local.get 15)))))
    ) (else
      (local.set 16 (call $regionReach (local.get 14) (i32.const 0x8008) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 16)))
      (local.set 13 (i64.load (local.get 16)))
    ))
    (if (i64.ne (i64.shr_s (local.get 13) (i64.const 47)) (i64.shr_s (i64.shl (local.get 13) (i64.const 16)) (i64.const 63))) (then
      (i32.store [faultVector] (i32.const 14))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $result [fault 10000800])
      (br $1)
    ))
    (local.set 18 (local.tee 17 (i64.add (local.get $page) (i64.const 0x803))))
    (local.set 19 (i64.add (local.get $rsp) (i64.const -8)))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 20 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 19)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 19) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (i64.store (i32.add (i32.wrap_i64 (local.get 19)) (i32.load offset=0x4008 (local.get 20))) (local.get 18))
    ) (else
      (local.set 21 (call $regionStore (local.get 19) (local.get 18) (i32.const 0x508) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 21)))
    ))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const -8)))
    (local.set 22 (local.get 13))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (i64.store [codePage] (local.get $page))
    (call $noteMiss [10000800] (local.get 22) (i32.const 0x5600000) (i32.const 0x941))
    (local.set $next (local.get 22))
    (local.set $result (i32.const 3))
    (br $1)
    (unreachable)
  )
  (i64.store [rsp] (local.get $rsp))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 23 (i32.wrap_i64 (local.get $next)))
      (local.set 24 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 25 (i32.shl (i32.and (i32.xor (local.get 23) (i32.shr_u (local.get 23) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 26 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 25)) (local.get 24)) (then
        (i64.store [codePage] (local.get 26))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 25)) (i32.load offset=0x40008 (local.get 25)))
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

;; user64: out of the region
;;   test eax,eax
;;   je near 0000000010001802h
;;   inc rcx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 401 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64)
  (local i32 i32 i32 i64 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (block $1
    (local.set 13 (i32.wrap_i64 (local.get $rax)))
    (local.set 14 (i32.wrap_i64 (local.get $rax)))
    (local.set 15 (i32.and (local.get 13) (local.get 14)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (if (i32.eqz (local.get 15)) (then
      (local.set $next (i64.add (local.get $page) (i64.const 0x1802)))
      (local.set $result (i32.const 3))
      (local.set $flagsKind (i32.const 0x2004))
      (local.set $flagsOperand (local.tee $flagsResult (i64.extend_i32_u (local.get 15))))
      (br $1)
    ))
    (local.set $rcx (local.tee 17 (i64.add (local.tee 16 (local.get $rcx)) (i64.const 1))))
    (local.set 18 (local.get 17))
    (local.set 19 (local.get 16))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 1000080b])
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 2))
    (local.set $flagsResult (local.get 18))
    (local.set $flagsOperand (local.get 19))
    (br $1)
    (unreachable)
  )
  (i64.store [rcx] (local.get $rcx))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 20 (i32.wrap_i64 (local.get $next)))
      (local.set 21 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 22 (i32.shl (i32.and (i32.xor (local.get 20) (i32.shr_u (local.get 20) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 23 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 22)) (local.get 21)) (then
        (i64.store [codePage] (local.get 23))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 22)) (i32.load offset=0x40008 (local.get 22)))
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

;; user64: LOOP and JRCXZ
;;   inc rax
;;   jrcxz 0000000010000807h
;;   loop 0000000010000800h
;;   nop
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 962 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64)
  (local i64 i64 i64 i64 i64 i32 i64 i64 i32 i32 i64 i32 i64 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (block $2
      (loop $3
        (local.set $rax (local.tee 14 (i64.add (local.tee 13 (local.get $rax)) (i64.const 1))))
        (local.set 15 (local.get 14))
        (local.set 16 (local.get 13))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
        (if (i64.eqz (local.tee 14 (local.get $rcx))) (then
          (if (i32.le_s (local.get $budget) (i32.const 0)) (then
            (i64.store [rip] (i64.add (local.get $page) (i64.const 0x807)))
            (local.set $result (i32.const 5))
            (local.set 13 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
            (local.set 17 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
            (local.set $keptFlags
              (local.tee 18
                (select
                  (i32.and
                    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
                    (i32.const 1))
                  (select
                    (i64.lt_u (local.get 17) (local.get 13))
                    (i64.lt_u (local.get 13) (i64.sub (local.get 13) (local.get 17)))
                    (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
                  (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
            (local.set $keptMask (i32.const 1))
            (local.set $flagsKind (i32.const 2))
            (local.set $flagsResult (local.get 15))
            (local.set $flagsOperand (local.get 16))
            (br $1)
          ))
          (local.set 19 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
          (local.set 20 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
          (local.set $keptFlags
            (local.tee 21
              (select
                (i32.and
                  (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
                  (i32.const 1))
                (select
                  (i64.lt_u (local.get 20) (local.get 19))
                  (i64.lt_u (local.get 19) (i64.sub (local.get 19) (local.get 20)))
                  (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
                (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
          (local.set $keptMask (i32.const 1))
          (local.set $flagsKind (i32.const 2))
          (local.set $flagsResult (local.get 15))
          (local.set $flagsOperand (local.get 16))
          (br $2)
        ))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set 18 (local.tee 21 (i64.ne (local.tee 19 (i64.sub (local.tee 20 (local.get $rcx)) (i64.const 1))) (i64.const 0))))
        (local.set $rcx (local.get 19))
        (if (local.get 18) (then
          (if (i32.le_s (local.get $budget) (i32.const 0)) (then
            (i64.store [rip] (i64.add (local.get $page) (i64.const 0x800)))
            (local.set $result (i32.const 5))
            (local.set 17 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
            (local.set 13 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
            (local.set $keptFlags
              (local.tee 22
                (select
                  (i32.and
                    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
                    (i32.const 1))
                  (select
                    (i64.lt_u (local.get 13) (local.get 17))
                    (i64.lt_u (local.get 17) (i64.sub (local.get 17) (local.get 13)))
                    (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
                  (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
            (local.set $keptMask (i32.const 1))
            (local.set $flagsKind (i32.const 2))
            (local.set $flagsResult (local.get 15))
            (local.set $flagsOperand (local.get 16))
            (br $1)
          ))
          (local.set 14 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
          (local.set 23 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
          (local.set $keptFlags
            (local.tee 24
              (select
                (i32.and
                  (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
                  (i32.const 1))
                (select
                  (i64.lt_u (local.get 23) (local.get 14))
                  (i64.lt_u (local.get 14) (i64.sub (local.get 14) (local.get 23)))
                  (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
                (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
          (local.set $keptMask (i32.const 1))
          (local.set $flagsKind (i32.const 2))
          (local.set $flagsResult (local.get 15))
          (local.set $flagsOperand (local.get 16))
          (br $3)
        ))
        (local.set 25 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
        (local.set 26 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
        (local.set $keptFlags
          (local.tee 27
            (select
              (i32.and
                (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
                (i32.const 1))
              (select
                (i64.lt_u (local.get 26) (local.get 25))
                (i64.lt_u (local.get 25) (i64.sub (local.get 25) (local.get 26)))
                (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
              (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
        (local.set $keptMask (i32.const 1))
        (local.set $flagsKind (i32.const 2))
        (local.set $flagsResult (local.get 15))
        (local.set $flagsOperand (local.get 16))
        (br $2)
      )
    )
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000808])
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rcx] (local.get $rcx))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 28 (i32.wrap_i64 (local.get $next)))
      (local.set 29 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 30 (i32.shl (i32.and (i32.xor (local.get 28) (i32.shr_u (local.get 28) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 31 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 30)) (local.get 29)) (then
        (i64.store [codePage] (local.get 31))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 30)) (i32.load offset=0x40008 (local.get 30)))
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

;; user64: from page to page
;;   mov rax,rbx
;;   mov rcx,rdx
;;   inc rax
;;   inc rcx
;;   add rax,rcx
(func $region_10000ff8 (type 0) (param i32) (result i32)  ;; 383 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set $rax (local.tee 15 (local.get $rbx)))
    (local.set $rcx (local.tee 15 (local.get $rdx)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000ffe])
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rcx] (local.get $rcx))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 16 (i32.wrap_i64 (local.get $next)))
      (local.set 17 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 18 (i32.shl (i32.and (i32.xor (local.get 16) (i32.shr_u (local.get 16) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 19 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 18)) (local.get 17)) (then
        (i64.store [codePage] (local.get 19))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 18)) (i32.load offset=0x40008 (local.get 18)))
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

;; user64: an instruction across two pages
;;   mov rax,rbx
;;   mov rcx,123456789h
;;   inc rax
(func $region_10000ffc (type 0) (param i32) (result i32)  ;; 353 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rbx i64) (local i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set $rax (local.tee 13 (local.get $rbx)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000fff])
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
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
