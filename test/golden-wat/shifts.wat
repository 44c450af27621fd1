;; user64: by a constant
;;   shl rax,4
;;   shr ebx,1
;;   sar rcx,3Fh
;;   shl dl,3
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 474 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i64 i64 i32 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (local.set $rax (local.tee 16 (i64.shl (local.tee 15 (local.get $rax)) (i64.const 4))))
    (local.set $rbx (i64.extend_i32_u (local.tee 18 (i32.shr_u (local.tee 17 (i32.wrap_i64 (local.get $rbx))) (i32.const 1)))))
    (local.set $rcx (local.tee 15 (i64.shr_s (local.tee 16 (local.get $rcx)) (i64.const 63))))
    (local.set 17 (i32.and (i32.shl (local.tee 18 (i32.and (i32.wrap_i64 (local.get $rdx)) (i32.const 255))) (i32.const 3)) (i32.const 255)))
    (local.set $rdx (i64.or (i64.and (local.get $rdx) (i64.const -256)) (i64.extend_i32_u (i32.and (local.get 17) (i32.const 255)))))
    (local.set 19 (local.get 17))
    (local.set 20 (local.get 18))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 1000080d])
    (local.set $keptFlags
      (i32.or
        (i32.and (i32.shr_u (i32.shl (local.get 20) (i32.const 3)) (i32.const 8)) (i32.const 1))
        (i32.or
          (i32.shl
            (i32.xor
              (i32.and (i32.shr_u (i32.shl (local.get 20) (i32.const 3)) (i32.const 8)) (i32.const 1))
              (i32.and (i32.shr_u (local.get 19) (i32.const 7)) (i32.const 1)))
            (i32.const 11))
          (i32.const 0))))
    (local.set $keptMask (i32.const 0x811))
    (local.set $flagsKind (i32.const 0x3801))
    (local.set $flagsResult (i64.extend_i32_u (local.get 19)))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rcx] (local.get $rcx))
  (i64.store [rdx] (local.get $rdx))
  (i64.store [rbx] (local.get $rbx))
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

;; user64: by CL, flags live
;;   shl rax,cl
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 461 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64)
  (local i64 i32 i32 i64 i32 i64 i64 i32 i32 i64 i32 i64)
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
    (local.set 13 (local.get $rax))
    (local.set 15 (i32.and (local.tee 14 (i32.and (i32.wrap_i64 (local.get $rcx)) (i32.const 255))) (i32.const 63)))
    (local.set $rax (local.tee 16 (i64.shl (local.get 13) (i64.extend_i32_u (local.get 15)))))
    (local.set 17 (local.get 15))
    (local.set 18 (local.get 16))
    (local.set 19 (local.get 13))
    (local.set 20 (local.get 15))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000803])
    (if (local.get 17) (then
      (local.set $keptFlags
        (i32.or
          (i32.and (i32.wrap_i64 (i64.shr_u (local.get 19) (i64.sub (i64.const 64) (i64.extend_i32_u (local.get 20))))) (i32.const 1))
          (i32.or
            (i32.shl
              (i32.xor
                (i32.and (i32.wrap_i64 (i64.shr_u (local.get 19) (i64.sub (i64.const 64) (i64.extend_i32_u (local.get 20))))) (i32.const 1))
                (i32.wrap_i64 (i64.shr_u (local.get 18) (i64.const 63))))
              (i32.const 11))
            (i32.const 0))))
      (local.set $keptMask (i32.const 0x811))
      (local.set $flagsKind (i32.const 1))
      (local.set $flagsResult (local.get 18))
    ))
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

;; user64: by CL, flags dead
;;   shr rax,cl
;;   add rax,rbx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 386 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rbx i64)
  (local i64 i32 i32 i64 i32 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (local.set 14 (local.get $rax))
    (local.set 16 (i32.and (local.tee 15 (i32.and (i32.wrap_i64 (local.get $rcx)) (i32.const 255))) (i32.const 63)))
    (local.set $rax (local.tee 17 (i64.shr_u (local.get 14) (i64.extend_i32_u (local.get 16)))))
    (local.set 18 (local.get 16))
    (local.set 17 (local.get $rax))
    (local.set 14 (local.get $rbx))
    (local.set $rax (local.tee 19 (i64.add (local.get 17) (local.get 14))))
    (local.set 20 (local.get 17))
    (local.set 21 (local.get 19))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000806])
    (local.set $flagsKind (i32.const 4))
    (local.set $flagsResult (local.get 21))
    (local.set $flagsOperand (local.get 20))
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

;; user64: rotations
;;   rol eax,5
;;   ror rbx,cl
;;   rol cx,8
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 918 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rbx i64)
  (local i32 i32 i32 i64 i64 i64 i32 i32 i64 i32 i64)
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
    (local.set $rax (i64.extend_i32_u (local.tee 15 (i32.rotl (local.tee 14 (i32.wrap_i64 (local.get $rax))) (i32.const 5)))))
    (local.set 16 (local.get 15))
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (drop (call $settleFlags))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or
        (i32.and (i32.load [flags]) (i32.const 0xfffff7fe))
        (i32.or
          (i32.and (local.get 16) (i32.const 1))
          (i32.shl (i32.xor (i32.and (local.get 16) (i32.const 1)) (i32.and (i32.shr_u (local.get 16) (i32.const 31)) (i32.const 1))) (i32.const 11)))))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (local.set 17 (local.get $rbx))
    (if (local.tee 14 (i32.and (local.tee 15 (i32.and (i32.wrap_i64 (local.get $rcx)) (i32.const 255))) (i32.const 63))) (then
      (local.set $rbx (local.tee 18 (i64.rotr (local.get 17) (i64.extend_i32_u (local.get 14)))))
      (local.set 19 (local.get 18))
      (i32.store [flagsKind] (local.get $flagsKind))
      (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (i32.store offset=0x1138
        (i32.const 0)
        (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
      (drop (call $settleFlags))
      (i32.store offset=0x1138
        (i32.const 0)
        (i32.or
          (i32.and (i32.load [flags]) (i32.const 0xfffff7fe))
          (i32.or
            (i32.wrap_i64 (i64.shr_u (local.get 19) (i64.const 63)))
            (i32.shl (i32.wrap_i64 (i64.shr_u (i64.xor (local.get 19) (i64.shl (local.get 19) (i64.const 1))) (i64.const 63))) (i32.const 11)))))
      (local.set $flagsKind (i32.load [flagsKind]))
      (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (local.set $flagsOperand
        (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (local.set $keptFlags (i32.const 0))
      (local.set $keptMask (i32.const 0))
    ))
    (local.set 15
      (i32.and
        (i32.or
          (i32.shl (local.tee 14 (i32.and (i32.wrap_i64 (local.get $rcx)) (i32.const 0xffff))) (i32.const 8))
          (i32.shr_u (local.get 14) (i32.const 8)))
        (i32.const 0xffff)))
    (local.set $rcx
      (i64.or (i64.and (local.get $rcx) (i64.const 0xffffffffffff0000)) (i64.extend_i32_u (i32.and (local.get 15) (i32.const 0xffff)))))
    (local.set 20 (local.get 15))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 1000080a])
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (drop (call $settleFlags))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or
        (i32.and (i32.load [flags]) (i32.const 0xfffff7fe))
        (i32.or
          (i32.and (local.get 20) (i32.const 1))
          (i32.shl (i32.xor (i32.and (local.get 20) (i32.const 1)) (i32.and (i32.shr_u (local.get 20) (i32.const 15)) (i32.const 1))) (i32.const 11)))))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rcx] (local.get $rcx))
  (i64.store [rbx] (local.get $rbx))
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

;; user64: rotation through the carry
;;   rcl rax,1
;;   rcr ebx,1
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 746 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rbx i64)
  (local i64 i64 i64 i32 i32 i64 i64 i64 i32 i64 i32 i32 i32 i32 i32 i64 i32 i64)
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
    (local.set 13 (local.get $rax))
    (local.set 14 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 15 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 17
      (local.tee 16
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 15) (local.get 14))
            (i64.lt_u (local.get 14) (i64.sub (local.get 14) (local.get 15)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set 18 (local.get 13))
    (local.set 19 (i64.extend_i32_u (local.get 17)))
    (local.set 20 (local.get 18))
    (local.set 21 (local.get 17))
    (local.set 21 (i32.wrap_i64 (i64.and (i64.shr_u (local.get 18) (i64.const 63)) (i64.const 1))))
    (local.set $rax
      (local.tee 22
        (local.tee 20
          (i64.or
            (i64.or (i64.shl (local.get 18) (i64.const 1)) (i64.shl (local.get 19) (i64.const 0)))
            (i64.shr_u (i64.shr_u (local.get 18) (i64.const 1)) (i64.const 63))))))
    (local.set 24
      (local.tee 23
        (i32.or (local.get 21) (i32.shl (i32.xor (local.get 21) (i32.wrap_i64 (i64.shr_u (local.get 22) (i64.const 63)))) (i32.const 11)))))
    (local.set 23 (i32.wrap_i64 (local.get $rbx)))
    (local.set 21 (i32.and (local.get 24) (i32.const 1)))
    (local.set 22 (i64.extend_i32_u (local.get 23)))
    (local.set 20 (i64.extend_i32_u (local.get 21)))
    (local.set 19 (local.get 22))
    (local.set 17 (local.get 21))
    (local.set 19
      (local.tee 15
        (i64.or
          (i64.shr_u (local.tee 18 (i64.or (local.get 22) (i64.shl (local.get 20) (i64.const 32)))) (i64.const 1))
          (i64.shl (local.get 18) (i64.const 32)))))
    (local.set 17 (i32.wrap_i64 (i64.and (i64.shr_u (local.get 15) (i64.const 32)) (i64.const 1))))
    (local.set $rbx (i64.extend_i32_u (local.tee 16 (i32.wrap_i64 (local.get 19)))))
    (local.set 26
      (local.tee 25
        (i32.or
          (local.get 17)
          (i32.shl
            (i32.xor
              (i32.and (i32.shr_u (local.get 16) (i32.const 31)) (i32.const 1))
              (i32.and (i32.shr_u (i32.shl (local.get 16) (i32.const 1)) (i32.const 31)) (i32.const 1)))
            (i32.const 11)))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000805])
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (drop (call $settleFlags))
    (i32.store [flags] (i32.or (i32.and (i32.load [flags]) (i32.const 0xfffff7fe)) (local.get 26)))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rbx] (local.get $rbx))
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

;; user64: double shifts
;;   shld rax,rbx,0Ch
;;   shrd ecx,edx,cl
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 503 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i64 i64 i64 i64 i64 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (local.set 15 (local.get $rbx))
    (local.set $rax (local.tee 17 (i64.or (i64.shl (local.tee 16 (local.get $rax)) (i64.const 12)) (i64.shr_u (local.get 15) (i64.const 52)))))
    (local.set 18 (local.get 17))
    (local.set $keptFlags
      (i32.or
        (i32.and (i32.wrap_i64 (i64.shr_u (local.tee 19 (local.get 16)) (i64.const 52))) (i32.const 1))
        (i32.or (i32.shl (i32.wrap_i64 (i64.shr_u (i64.xor (local.get 19) (local.get 18)) (i64.const 63))) (i32.const 11)) (i32.const 0))))
    (local.set $keptMask (i32.const 0x811))
    (local.set $flagsKind (i32.const 1))
    (local.set $flagsResult (local.get 18))
    (local.set 20 (i32.wrap_i64 (local.get $rdx)))
    (local.set 21 (i32.wrap_i64 (local.get $rcx)))
    (if (local.tee 23 (i32.and (local.tee 22 (i32.and (i32.wrap_i64 (local.get $rcx)) (i32.const 255))) (i32.const 31))) (then
      (local.set $rcx
        (i64.extend_i32_u
          (local.tee 24 (i32.or (i32.shr_u (local.get 21) (local.get 23)) (i32.shl (local.get 20) (i32.sub (i32.const 32) (local.get 23)))))))
      (local.set 25 (local.get 24))
      (local.set 26 (local.get 21))
      (local.set 27 (local.get 23))
      (local.set $keptFlags
        (i32.or
          (i32.and (i32.shr_u (local.get 26) (i32.sub (local.get 27) (i32.const 1))) (i32.const 1))
          (i32.or (i32.shl (i32.and (i32.shr_u (i32.xor (local.get 26) (local.get 25)) (i32.const 31)) (i32.const 1)) (i32.const 11)) (i32.const 0))))
      (local.set $keptMask (i32.const 0x811))
      (local.set $flagsKind (i32.const 0x2001))
      (local.set $flagsResult (i64.extend_i32_u (local.get 25)))
    ) (else
      (local.set $rcx (i64.extend_i32_u (local.get 21)))
    ))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
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

;; user64: bits
;;   bt rax,rbx
;;   setb cl
;;   bts edx,5
;;   btr rsi,rdi
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 645 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $rdi i64) (local i64 i64 i64 i64 i64 i32 i32 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsi (i64.load [rsi]))
  (local.set $rdi (i64.load [rdi]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 17 (local.get $rax))
    (local.set 21 (local.tee 20 (i64.and (local.tee 19 (local.tee 18 (local.get $rbx))) (i64.const 63))))
    (local.set 22
      (i32.and (local.tee 23 (local.tee 22 (i32.and (i32.wrap_i64 (i64.shr_u (local.get 17) (local.get 21))) (i32.const 1)))) (i32.const 1)))
    (local.set $rcx (i64.or (i64.and (local.get $rcx) (i64.const -256)) (i64.extend_i32_u (i32.and (local.get 22) (i32.const 255)))))
    (local.set 24 (i32.and (i32.shr_u (local.tee 22 (i32.wrap_i64 (local.get $rdx))) (i32.const 5)) (i32.const 1)))
    (local.set $rdx (i64.extend_i32_u (i32.or (local.get 22) (i32.shl (i32.const 1) (i32.const 5)))))
    (local.set 25 (local.get 24))
    (local.set 21 (local.get $rsi))
    (local.set 17 (local.tee 18 (i64.and (local.tee 19 (local.tee 20 (local.get $rdi))) (i64.const 63))))
    (local.set 24 (i32.and (i32.wrap_i64 (i64.shr_u (local.get 21) (local.get 17))) (i32.const 1)))
    (local.set $rsi (i64.and (local.get 21) (i64.xor (i64.shl (i64.const 1) (local.get 17)) (i64.const -1))))
    (local.set 26 (local.get 24))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 1000080f])
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (drop (call $settleFlags))
    (i32.store [flags] (i32.or (i32.and (i32.load [flags]) (i32.const -2)) (local.get 26)))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (br $1)
    (unreachable)
  )
  (i64.store [rcx] (local.get $rcx))
  (i64.store [rdx] (local.get $rdx))
  (i64.store [rsi] (local.get $rsi))
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

;; user64: BMI
;;   andn rax,rbx,rcx
;;   blsr rdx,rsi
;;   shlx r8,r9,rax
;;   rorx r10d,r11d,7
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 474 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $r8 i64) (local $r9 i64) (local $r10 i64) (local $r11 i64) (local i64 i64 i64 i64 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsi (i64.load [rsi]))
  (local.set $r8 (i64.load [r8]))
  (local.set $r9 (i64.load [r9]))
  (local.set $r10 (i64.load [r10]))
  (local.set $r11 (i64.load [r11]))
  (block $1
    (local.set 20 (local.get $rcx))
    (local.set $rax (local.tee 22 (i64.and (i64.xor (local.tee 21 (local.get $rbx)) (i64.const -1)) (local.get 20))))
    (local.set $rdx (local.tee 21 (i64.and (local.tee 22 (local.get $rsi)) (i64.sub (local.get 22) (i64.const 1)))))
    (local.set 23 (local.get 21))
    (local.set 24 (local.get 22))
    (local.set 21 (local.get $r9))
    (local.set 22 (local.get $rax))
    (local.set $r8 (i64.shl (local.get 21) (local.get 22)))
    (local.set $r10 (i64.extend_i32_u (i32.rotr (local.tee 25 (i32.wrap_i64 (local.get $r11))) (i32.const 7))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 10000815])
    (local.set $keptFlags (i32.or (i64.eqz (local.get 24)) (i32.or (i32.shl (i32.const 0) (i32.const 11)) (i32.const 0))))
    (local.set $keptMask (i32.const 0x811))
    (local.set $flagsKind (i32.const 1))
    (local.set $flagsResult (local.get 23))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rdx] (local.get $rdx))
  (i64.store [r8] (local.get $r8))
  (i64.store [r10] (local.get $r10))
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

;; user64: scans and counts
;;   bsf rax,rbx
;;   bsr ecx,edx
;;   popcnt rsi,rdi
;;   tzcnt r8,r9
;;   lzcnt r10d,r11d
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 602 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $rdi i64) (local $r8 i64) (local $r9 i64) (local $r10 i64) (local $r11 i64)
  (local i64 i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsi (i64.load [rsi]))
  (local.set $rdi (i64.load [rdi]))
  (local.set $r8 (i64.load [r8]))
  (local.set $r9 (i64.load [r9]))
  (local.set $r10 (i64.load [r10]))
  (local.set $r11 (i64.load [r11]))
  (block $1
    (if (i32.eqz (local.tee 22 (i64.eqz (local.tee 21 (local.get $rbx))))) (then
      (local.set $rax (i64.ctz (local.get 21)))
    ))
    (local.set 23 (i32.shl (local.get 22) (i32.const 6)))
    (if (i32.eqz (local.tee 24 (i32.eqz (local.tee 22 (i32.wrap_i64 (local.get $rdx)))))) (then
      (local.set $rcx (i64.extend_i32_u (i32.sub (i32.const 31) (i32.clz (local.get 22)))))
    ))
    (local.set 25 (i32.shl (local.get 24) (i32.const 6)))
    (local.set $rsi (i64.popcnt (local.tee 21 (local.get $rdi))))
    (local.set 26 (i32.shl (i64.eqz (local.get 21)) (i32.const 6)))
    (local.set $r8 (local.tee 27 (i64.ctz (local.tee 21 (local.get $r9)))))
    (local.set 28 (i32.or (local.tee 24 (i64.eqz (local.get 21))) (i32.shl (i64.eqz (local.get 27)) (i32.const 6))))
    (local.set $r10 (i64.extend_i32_u (local.tee 22 (i32.clz (local.tee 24 (i32.wrap_i64 (local.get $r11)))))))
    (local.set 30 (i32.or (local.tee 29 (i32.eqz (local.get 24))) (i32.shl (i32.eqz (local.get 22)) (i32.const 6))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 5)))
    (local.set $result [interpret 10000816])
    (i32.store [flagsKind] (i32.const 0))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or
        (i32.and (i32.load [flags]) (i32.const 0xfffff72a))
        (i32.or (i32.and (i32.or (i32.and (local.get 26) (i32.const 0x894)) (local.get 28)) (i32.const 0x894)) (local.get 30))))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rcx] (local.get $rcx))
  (i64.store [rsi] (local.get $rsi))
  (i64.store [r8] (local.get $r8))
  (i64.store [r10] (local.get $r10))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 31 (i32.wrap_i64 (local.get $next)))
      (local.set 32 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 33 (i32.shl (i32.and (i32.xor (local.get 31) (i32.shr_u (local.get 31) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 34 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 33)) (local.get 32)) (then
        (i64.store [codePage] (local.get 34))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 33)) (i32.load offset=0x40008 (local.get 33)))
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
