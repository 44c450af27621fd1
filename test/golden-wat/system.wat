;; user64: what no region holds
;;   cpuid
;; is left to the interpreter

;; user64: the region ends before it, and begins after it
;;   inc rax
;;   rdtsc
;;   inc rcx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 834 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64)
  (local i64 i64 i64 i64 i32 i32 i64 i64 i32 i64 i32 i64)
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
    (local.set $rax (local.tee 14 (i64.add (local.tee 13 (local.get $rax)) (i64.const 1))))
    (local.set 15 (local.get 14))
    (local.set 16 (local.get 13))
    (i64.store [rax] (local.get $rax))
    (local.set 14 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 13 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 17
      (select
        (i32.and
          (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
          (i32.const 1))
        (select
          (i64.lt_u (local.get 13) (local.get 14))
          (i64.lt_u (local.get 14) (i64.sub (local.get 14) (local.get 13)))
          (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
        (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4))))
    (i32.store [flags] (i32.or (i32.and (i32.load [flags]) (i32.const -2)) (local.get 17)))
    (i32.store [flagsKind] (i32.const 2))
    (i64.store [flagsResult] (local.get 15))
    (i64.store [flagsOperand] (local.get 16))
    (i32.store [budget] (local.get $budget))
    (i32.store [instruction] [10000803])
    (i32.store [runStart] [10000800])
    (local.set 18 (call_indirect (type 0) [10000803] (i32.const 733)))
    (i32.store [instruction] (i32.const 0))
    (if (local.get 18) (then
      (if (i32.eq (local.get 18) (i32.const 2)) (then
        (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 1)))
        (return [fault 10000803])
      ))
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 2)))
      (return (select (i32.const 1) (i32.const 0) (i32.eq (local.get 18) (i32.const 3))))
    ))
    (if (i32.load [regionStale]) (then
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 2)))
      (return [interpret 10000805])
    ))
    (local.set $budget (i32.load [budget]))
    (local.set $tlb (i32.load [tlb]))
    (local.set $rax (i64.load [rax]))
    (local.set $rcx (i64.load [rcx]))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (local.set $rcx (local.tee 14 (i64.add (local.tee 13 (local.get $rcx)) (i64.const 1))))
    (local.set 19 (local.get 14))
    (local.set 20 (local.get 13))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 10000808])
    (local.set 14 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 13 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 18
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 13) (local.get 14))
            (i64.lt_u (local.get 14) (i64.sub (local.get 14) (local.get 13)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 2))
    (local.set $flagsResult (local.get 19))
    (local.set $flagsOperand (local.get 20))
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

;; user64: system call
;;   mov eax,1
;;   syscall
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 343 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local i32 i64 i32 i64)
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
    (local.set $rax (i64.const 1))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000805])
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
      (local.set 12 (i32.wrap_i64 (local.get $next)))
      (local.set 13 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 14 (i32.shl (i32.and (i32.xor (local.get 12) (i32.shr_u (local.get 12) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 15 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 14)) (local.get 13)) (then
        (i64.store [codePage] (local.get 15))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 14)) (i32.load offset=0x40008 (local.get 14)))
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

;; user64: fences and hints
;;   mfence
;;   pause
;;   prefetcht0 [rax]
;;   endbr64
;;   nop dword [rax]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 331 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local i32 i64 i32 i64)
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
    (local.set $budget (i32.sub (local.get $budget) (i32.const 5)))
    (local.set $result [interpret 1000080f])
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
      (local.set 12 (i32.wrap_i64 (local.get $next)))
      (local.set 13 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 14 (i32.shl (i32.and (i32.xor (local.get 12) (i32.shr_u (local.get 12) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 15 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 14)) (local.get 13)) (then
        (i64.store [codePage] (local.get 15))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 14)) (i32.load offset=0x40008 (local.get 14)))
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

;; user64: port
;;   mov edx,3F8h
;;   in al,dx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 344 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rdx i64) (local i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set $rdx (i64.const 1016))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000805])
    (br $1)
    (unreachable)
  )
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
      (local.set 12 (i32.wrap_i64 (local.get $next)))
      (local.set 13 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 14 (i32.shl (i32.and (i32.xor (local.get 12) (i32.shr_u (local.get 12) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 15 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 14)) (local.get 13)) (then
        (i64.store [codePage] (local.get 15))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 14)) (i32.load offset=0x40008 (local.get 14)))
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
