;; user64: push and pop
;;   push rax
;;   push 5
;;   pop rcx
;;   pop rdx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 553 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rsp i64)
  (local i32 i64 i32 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rsp (i64.load [rsp]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 16 (i64.add (local.get $rsp) (i64.const -16)))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 16)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 16) (i64.const 15)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 15 (i32.add (i32.wrap_i64 (local.get 16)) (i32.load offset=0x4008 (local.get 17))))
    ) (else
      (if (i32.eqz (local.tee 15 (call $regionAnchor (local.get 16) (i32.const 0x10010) (i32.const 0x88108)))) (then
        (call $countTowardsOutgrown (i32.const 0x5600000) (i32.const 0x941) (i32.const 1) (i32.const 1))
        (local.set $result [interpret 10000800])
        (br $1)
      ))
    ))
    (local.set 19 (local.tee 18 (local.get $rax)))
    (i64.store offset=8 (local.get 15) (local.get 19))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const -8)))
    (i64.store (local.get 15) (i64.const 5))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const -8)))
    (local.set 19 (i64.load (local.get 15)))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const 8)))
    (local.set $rcx (local.get 19))
    (local.set 19 (i64.load offset=8 (local.get 15)))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const 8)))
    (local.set $rdx (local.get 19))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 10000805])
    (br $1)
    (unreachable)
  )
  (i64.store [rcx] (local.get $rcx))
  (i64.store [rdx] (local.get $rdx))
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

;; user64: a function's frame
;;   push rbp
;;   mov rbp,rsp
;;   sub rsp,20h
;;   mov [rbp-8],rdi
;;   mov eax,[rbp-8]
;;   leave
;;   ret
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 968 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rsp i64) (local $rbp i64) (local $rdi i64)
  (local i64 i64 i64 i32 i32 i64 i64 i32 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rsp (i64.load [rsp]))
  (local.set $rbp (i64.load [rbp]))
  (local.set $rdi (i64.load [rdi]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 16 (local.tee 15 (local.get $rbp)))
    (local.set 17 (i64.add (local.get $rsp) (i64.const -8)))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 18 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 17)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 17) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (i64.store (i32.add (i32.wrap_i64 (local.get 17)) (i32.load offset=0x4008 (local.get 18))) (local.get 16))
    ) (else
      (local.set 19 (call $regionStore (local.get 17) (local.get 16) (i32.const 0x508) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 19)))
    ))
    (local.set $rbp (local.tee 17 (local.tee $rsp (i64.add (local.get $rsp) (i64.const -8)))))
    (local.set $rsp (local.tee 16 (i64.sub (local.tee 17 (local.get $rsp)) (i64.const 32))))
    (local.set 20 (local.get 17))
    (local.set 21 (local.get 16))
    (local.set 16 (i64.add (local.get $rbp) (i64.const -8)))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 19 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 16)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 16) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 22 (i32.add (i32.wrap_i64 (local.get 16)) (i32.load offset=0x4008 (local.get 19))))
    ) (else
      (if (i32.eqz (local.tee 22 (call $regionAnchor (local.get 16) (i32.const 0x10008) (i32.const 0x8108)))) (then
        (call $countTowardsOutgrown (i32.const 0x5600000) (i32.const 0x941) (i32.const 1) (i32.const 1))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
        (local.set $result [interpret 10000808])
        (local.set $flagsKind (i32.const 5))
        (local.set $flagsResult (local.get 21))
        (local.set $flagsOperand (local.get 20))
        (br $1)
      ))
    ))
    (local.set $flagsKind (i32.const 5))
    (local.set $flagsResult (local.get 21))
    (local.set $flagsOperand (local.get 20))
    (local.set 15 (local.tee 17 (local.get $rdi)))
    (i64.store (local.get 22) (local.get 15))
    (local.set $rax (i64.extend_i32_u (local.tee 19 (i32.load (local.get 22)))))
    (local.set 15 (local.get $rsp))
    (local.set 17 (local.get $rbp))
    (local.set 16 (select (i64.const -1) (select (i64.const 0xffffffff) (i64.const 0xffff) (i32.const 0)) (i32.eq (i32.const 2) (i32.const 2))))
    (local.set 23 (local.get $rsp))
    (local.set 25 (local.tee $rsp (i64.or (i64.and (local.get 15) (i64.xor (local.get 16) (i64.const -1))) (i64.and (local.get 17) (local.get 16)))))
    (if
        (i64.eq
          (i64.load (local.tee 19 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 25)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 25) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 24 (i64.load (i32.add (i32.wrap_i64 (local.get 25)) (i32.load offset=8 (local.get 19)))))
    ) (else
      (local.set 18 (call $regionReach (local.get 25) (i32.const 0x408) (i32.const 0x2ab0006) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 18)) (then
        (local.set $rsp (local.get 23))
        (local.set $result (i32.const 0))
        (br $1)
      ))
      (local.set 24 (i64.load (local.get 18)))
    ))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const 8)))
    (local.set $rbp (local.get 24))
    (local.set 24 (local.get $rsp))
    (if
        (i64.eq
          (i64.load (local.tee 18 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 24)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 24) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 25 (i64.load (i32.add (i32.wrap_i64 (local.get 24)) (i32.load offset=8 (local.get 18)))))
    ) (else
      (local.set 19 (call $regionReach (local.get 24) (i32.const 0x408) (i32.const 0x32b0007) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 19)))
      (local.set 25 (i64.load (local.get 19)))
    ))
    (if (i64.ne (i64.shr_s (local.get 25) (i64.const 47)) (i64.shr_s (i64.shl (local.get 25) (i64.const 16)) (i64.const 63))) (then
      (i32.store [faultVector] (i32.const 14))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 6)))
      (local.set $result [fault 10000810])
      (br $1)
    ))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const 8)))
    (local.set 23 (local.get 25))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 7)))
    (local.set $next (local.get 23))
    (local.set $result (i32.const 3))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rsp] (local.get $rsp))
  (i64.store [rbp] (local.get $rbp))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 26 (i32.wrap_i64 (local.get $next)))
      (local.set 27 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 28 (i32.shl (i32.and (i32.xor (local.get 26) (i32.shr_u (local.get 26) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 29 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 28)) (local.get 27)) (then
        (i64.store [codePage] (local.get 29))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 28)) (i32.load offset=0x40008 (local.get 28)))
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

;; user64: saved registers
;;   push rbx
;;   push r12
;;   push r13
;;   mov rbx,rdi
;;   pop r13
;;   pop r12
;;   pop rbx
;;   ret
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 702 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rbx i64) (local $rsp i64) (local $rdi i64)
  (local $r12 i64) (local $r13 i64) (local i32 i64 i32 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsp (i64.load [rsp]))
  (local.set $rdi (i64.load [rdi]))
  (local.set $r12 (i64.load [r12]))
  (local.set $r13 (i64.load [r13]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 18 (i64.add (local.get $rsp) (i64.const -24)))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 19 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 18)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 18) (i64.const 31)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 17 (i32.add (i32.wrap_i64 (local.get 18)) (i32.load offset=0x4008 (local.get 19))))
    ) (else
      (if (i32.eqz (local.tee 17 (call $regionAnchor (local.get 18) (i32.const 0x10020) (i32.const 0x108108)))) (then
        (call $countTowardsOutgrown (i32.const 0x5600000) (i32.const 0x941) (i32.const 1) (i32.const 1))
        (local.set $result [interpret 10000800])
        (br $1)
      ))
    ))
    (local.set 21 (local.tee 20 (local.get $rbx)))
    (i64.store offset=16 (local.get 17) (local.get 21))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const -8)))
    (local.set 20 (local.tee 21 (local.get $r12)))
    (i64.store offset=8 (local.get 17) (local.get 20))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const -8)))
    (local.set 21 (local.tee 20 (local.get $r13)))
    (i64.store (local.get 17) (local.get 21))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const -8)))
    (local.set $rbx (local.tee 21 (local.get $rdi)))
    (local.set 21 (i64.load (local.get 17)))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const 8)))
    (local.set $r13 (local.get 21))
    (local.set 21 (i64.load offset=8 (local.get 17)))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const 8)))
    (local.set $r12 (local.get 21))
    (local.set 21 (i64.load offset=16 (local.get 17)))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const 8)))
    (local.set $rbx (local.get 21))
    (if
        (i64.ne
          (i64.shr_s (local.tee 21 (i64.load offset=24 (local.get 17))) (i64.const 47))
          (i64.shr_s (i64.shl (local.get 21) (i64.const 16)) (i64.const 63)))
      (then
      (i32.store [faultVector] (i32.const 14))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 7)))
      (local.set $result [fault 1000080d])
      (br $1)
    ))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const 8)))
    (local.set 20 (local.get 21))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 8)))
    (local.set $next (local.get 20))
    (local.set $result (i32.const 3))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rbx] (local.get $rbx))
  (i64.store [rsp] (local.get $rsp))
  (i64.store [r12] (local.get $r12))
  (i64.store [r13] (local.get $r13))
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

;; user64: call
;;   call 0000000010000880h
;;   nop
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 450 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rsp i64) (local i64 i64 i64 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rsp (i64.load [rsp]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 13 (local.tee 12 (i64.add (local.get $page) (i64.const 0x805))))
    (local.set 14 (i64.add (local.get $rsp) (i64.const -8)))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 15 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 14)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 14) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (i64.store (i32.add (i32.wrap_i64 (local.get 14)) (i32.load offset=0x4008 (local.get 15))) (local.get 13))
    ) (else
      (local.set 16 (call $regionStore (local.get 14) (local.get 13) (i32.const 0x508) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 16)))
    ))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const -8)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $next (i64.add (local.get $page) (i64.const 0x880)))
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
      (local.set 17 (i32.wrap_i64 (local.get $next)))
      (local.set 18 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 19 (i32.shl (i32.and (i32.xor (local.get 17) (i32.shr_u (local.get 17) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 20 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 19)) (local.get 18)) (then
        (i64.store [codePage] (local.get 20))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 19)) (i32.load offset=0x40008 (local.get 19)))
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

;; user64: push of memory, pop to memory
;;   push qword [rbx]
;;   pop qword [rdx]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 686 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rdx i64) (local $rbx i64) (local $rsp i64)
  (local i32 i64 i32 i64 i64 i32 i32 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsp (i64.load [rsp]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 15 (i64.add (local.get $rsp) (i64.const -8)))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 16 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 15)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 15) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 14 (i32.add (i32.wrap_i64 (local.get 15)) (i32.load offset=0x4008 (local.get 16))))
    ) (else
      (if (i32.eqz (local.tee 14 (call $regionAnchor (local.get 15) (i32.const 0x10008) (i32.const 0)))) (then
        (call $countTowardsOutgrown (i32.const 0x5600000) (i32.const 0x941) (i32.const 1) (i32.const 1))
        (local.set $result [interpret 10000800])
        (br $1)
      ))
    ))
    (local.set 18 (local.get $rbx))
    (if
        (i64.eq
          (i64.load (local.tee 19 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 18)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 18) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 17 (i64.load (i32.add (i32.wrap_i64 (local.get 18)) (i32.load offset=8 (local.get 19)))))
    ) (else
      (local.set 20 (call $regionReach (local.get 18) (i32.const 0x8008) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 20)))
      (local.set 17 (i64.load (local.get 20)))
    ))
    (local.set 21 (local.get 17))
    (i64.store (local.get 14) (local.get 21))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const -8)))
    (local.set 21 (i64.load (local.get 14)))
    (local.set 18 (local.get $rsp))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const 8)))
    (local.set 17 (local.get 21))
    (local.set 15 (local.get $rdx))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 20 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 15)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 15) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (i64.store (i32.add (i32.wrap_i64 (local.get 15)) (i32.load offset=0x4008 (local.get 20))) (local.get 17))
    ) (else
      (local.set 19 (call $regionStore (local.get 15) (local.get 17) (i32.const 264) (i32.const 0xab0002) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 19)) (then
        (local.set $rsp (local.get 18))
        (local.set $result (i32.const 0))
        (br $1)
      ))
    ))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000804])
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

;; user64: RET with a count
;;   ret 10h
;; is left to the interpreter
