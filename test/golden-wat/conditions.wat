;; user64: compare and branch: equal
;;   cmp rax,rbx
;;   je short 0000000010000808h
;;   inc rcx
;;   dec rdx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 581 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (block $2
      (local.set 15 (local.get $rax))
      (local.set 16 (local.get $rbx))
      (local.set 17 (local.get 15))
      (local.set 18 (local.get 16))
      (local.set 19 (i64.sub (local.get 15) (local.get 16)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i64.eq (local.get 17) (local.get 18)) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x808)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 5))
          (local.set $flagsResult (local.get 19))
          (local.set $flagsOperand (local.get 17))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 5))
        (local.set $flagsResult (local.get 19))
        (local.set $flagsOperand (local.get 17))
        (br $2)
      ))
      (local.set $rcx (local.tee 15 (i64.add (local.tee 16 (local.get $rcx)) (i64.const 1))))
      (local.set 20 (local.get 15))
      (local.set 21 (local.get 16))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (i64.lt_u (local.get 17) (local.get 18)))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 2))
      (local.set $flagsResult (local.get 20))
      (local.set $flagsOperand (local.get 21))
      (br $2)
    )
    (local.set $rdx (local.tee 16 (i64.sub (local.tee 15 (local.get $rdx)) (i64.const 1))))
    (local.set 22 (local.get 16))
    (local.set 23 (local.get 15))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 1000080b])
    (local.set 16 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 15 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 24
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 15) (local.get 16))
            (i64.lt_u (local.get 16) (i64.sub (local.get 16) (local.get 15)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
    (local.set $flagsResult (local.get 22))
    (local.set $flagsOperand (local.get 23))
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

;; user64: below, of 32 bits
;;   cmp eax,ebx
;;   jb short 0000000010000806h
;;   inc ecx
;;   dec edx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 607 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (block $2
      (local.set 15 (i32.wrap_i64 (local.get $rax)))
      (local.set 16 (i32.wrap_i64 (local.get $rbx)))
      (local.set 17 (local.get 15))
      (local.set 18 (local.get 16))
      (local.set 19 (i32.sub (local.get 15) (local.get 16)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i32.lt_u (local.get 17) (local.get 18)) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x806)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 0x2005))
          (local.set $flagsResult (i64.extend_i32_u (local.get 19)))
          (local.set $flagsOperand (i64.extend_i32_u (local.get 17)))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 0x2005))
        (local.set $flagsResult (i64.extend_i32_u (local.get 19)))
        (local.set $flagsOperand (i64.extend_i32_u (local.get 17)))
        (br $2)
      ))
      (local.set $rcx (i64.extend_i32_u (local.tee 15 (i32.add (local.tee 16 (i32.wrap_i64 (local.get $rcx))) (i32.const 1)))))
      (local.set 20 (local.get 15))
      (local.set 21 (local.get 16))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (i32.lt_u (local.get 17) (local.get 18)))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 0x2002))
      (local.set $flagsResult (i64.extend_i32_u (local.get 20)))
      (local.set $flagsOperand (i64.extend_i32_u (local.get 21)))
      (br $2)
    )
    (local.set $rdx (i64.extend_i32_u (local.tee 16 (i32.sub (local.tee 15 (i32.wrap_i64 (local.get $rdx))) (i32.const 1)))))
    (local.set 22 (local.get 16))
    (local.set 23 (local.get 15))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000808])
    (local.set 24 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 25 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 16
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 25) (local.get 24))
            (i64.lt_u (local.get 24) (i64.sub (local.get 24) (local.get 25)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 0x2003))
    (local.set $flagsResult (i64.extend_i32_u (local.get 22)))
    (local.set $flagsOperand (i64.extend_i32_u (local.get 23)))
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

;; user64: below or equal, with a constant
;;   cmp rax,64h
;;   jbe short 0000000010000809h
;;   inc rcx
;;   dec rdx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 566 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64)
  (local i64 i64 i64 i64 i64 i64 i64 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (block $1
    (block $2
      (local.set 15 (local.tee 14 (local.get $rax)))
      (local.set 16 (i64.sub (local.get 14) (i64.const 100)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i64.le_u (local.get 15) (i64.const 100)) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x809)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 5))
          (local.set $flagsResult (local.get 16))
          (local.set $flagsOperand (local.get 15))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 5))
        (local.set $flagsResult (local.get 16))
        (local.set $flagsOperand (local.get 15))
        (br $2)
      ))
      (local.set $rcx (local.tee 17 (i64.add (local.tee 14 (local.get $rcx)) (i64.const 1))))
      (local.set 18 (local.get 17))
      (local.set 19 (local.get 14))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (i64.lt_u (local.get 15) (i64.const 100)))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 2))
      (local.set $flagsResult (local.get 18))
      (local.set $flagsOperand (local.get 19))
      (br $2)
    )
    (local.set $rdx (local.tee 14 (i64.sub (local.tee 17 (local.get $rdx)) (i64.const 1))))
    (local.set 20 (local.get 14))
    (local.set 21 (local.get 17))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 1000080c])
    (local.set 14 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 17 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 22
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 17) (local.get 14))
            (i64.lt_u (local.get 14) (i64.sub (local.get 14) (local.get 17)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
    (local.set $flagsResult (local.get 20))
    (local.set $flagsOperand (local.get 21))
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

;; user64: less, of 8 bits
;;   cmp al,bl
;;   jl short 0000000010000807h
;;   inc rcx
;;   dec rdx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 605 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i32 i32 i32 i32 i32 i64 i64 i64 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (block $2
      (local.set 15 (i32.and (i32.wrap_i64 (local.get $rax)) (i32.const 255)))
      (local.set 16 (i32.and (i32.wrap_i64 (local.get $rbx)) (i32.const 255)))
      (local.set 17 (local.get 15))
      (local.set 18 (local.get 16))
      (local.set 19 (i32.sub (local.get 15) (local.get 16)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i32.lt_s (i32.extend8_s (local.get 17)) (i32.extend8_s (local.get 18))) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x807)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 0x3805))
          (local.set $flagsResult (i64.extend_i32_u (local.get 19)))
          (local.set $flagsOperand (i64.extend_i32_u (local.get 17)))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 0x3805))
        (local.set $flagsResult (i64.extend_i32_u (local.get 19)))
        (local.set $flagsOperand (i64.extend_i32_u (local.get 17)))
        (br $2)
      ))
      (local.set $rcx (local.tee 21 (i64.add (local.tee 20 (local.get $rcx)) (i64.const 1))))
      (local.set 22 (local.get 21))
      (local.set 23 (local.get 20))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (i32.lt_u (local.get 17) (local.get 18)))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 2))
      (local.set $flagsResult (local.get 22))
      (local.set $flagsOperand (local.get 23))
      (br $2)
    )
    (local.set $rdx (local.tee 20 (i64.sub (local.tee 21 (local.get $rdx)) (i64.const 1))))
    (local.set 24 (local.get 20))
    (local.set 25 (local.get 21))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 1000080a])
    (local.set 20 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 21 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 16
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 21) (local.get 20))
            (i64.lt_u (local.get 20) (i64.sub (local.get 20) (local.get 21)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
    (local.set $flagsResult (local.get 24))
    (local.set $flagsOperand (local.get 25))
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

;; user64: less or equal, of 64 bits
;;   cmp rax,rbx
;;   jle short 0000000010000808h
;;   inc rcx
;;   dec rdx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 581 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (block $2
      (local.set 15 (local.get $rax))
      (local.set 16 (local.get $rbx))
      (local.set 17 (local.get 15))
      (local.set 18 (local.get 16))
      (local.set 19 (i64.sub (local.get 15) (local.get 16)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i64.le_s (local.get 17) (local.get 18)) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x808)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 5))
          (local.set $flagsResult (local.get 19))
          (local.set $flagsOperand (local.get 17))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 5))
        (local.set $flagsResult (local.get 19))
        (local.set $flagsOperand (local.get 17))
        (br $2)
      ))
      (local.set $rcx (local.tee 15 (i64.add (local.tee 16 (local.get $rcx)) (i64.const 1))))
      (local.set 20 (local.get 15))
      (local.set 21 (local.get 16))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (i64.lt_u (local.get 17) (local.get 18)))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 2))
      (local.set $flagsResult (local.get 20))
      (local.set $flagsOperand (local.get 21))
      (br $2)
    )
    (local.set $rdx (local.tee 16 (i64.sub (local.tee 15 (local.get $rdx)) (i64.const 1))))
    (local.set 22 (local.get 16))
    (local.set 23 (local.get 15))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 1000080b])
    (local.set 16 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 15 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 24
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 15) (local.get 16))
            (i64.lt_u (local.get 16) (i64.sub (local.get 16) (local.get 15)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
    (local.set $flagsResult (local.get 22))
    (local.set $flagsOperand (local.get 23))
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

;; user64: sign, and overflow after it
;;   sub rax,rbx
;;   js short 000000001000080Ah
;;   jo short 000000001000080Ah
;;   inc rcx
;;   dec rdx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 673 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (block $2
      (local.set 15 (local.get $rax))
      (local.set 16 (local.get $rbx))
      (local.set $rax (local.tee 17 (i64.sub (local.get 15) (local.get 16))))
      (local.set 18 (local.get 15))
      (local.set 19 (local.get 16))
      (local.set 20 (local.get 17))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i32.wrap_i64 (i64.shr_u (local.get 20) (i64.const 63))) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x80a)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 5))
          (local.set $flagsResult (local.get 20))
          (local.set $flagsOperand (local.get 18))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 5))
        (local.set $flagsResult (local.get 20))
        (local.set $flagsOperand (local.get 18))
        (br $2)
      ))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (if (i32.wrap_i64 (i64.shr_u (i64.and (i64.xor (local.get 18) (local.get 19)) (i64.xor (local.get 18) (local.get 20))) (i64.const 63))) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x80a)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 5))
          (local.set $flagsResult (local.get 20))
          (local.set $flagsOperand (local.get 18))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 5))
        (local.set $flagsResult (local.get 20))
        (local.set $flagsOperand (local.get 18))
        (br $2)
      ))
      (local.set $rcx (local.tee 16 (i64.add (local.tee 17 (local.get $rcx)) (i64.const 1))))
      (local.set 21 (local.get 16))
      (local.set 22 (local.get 17))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (i64.lt_u (local.get 18) (local.get 19)))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 2))
      (local.set $flagsResult (local.get 21))
      (local.set $flagsOperand (local.get 22))
      (br $2)
    )
    (local.set $rdx (local.tee 17 (i64.sub (local.tee 16 (local.get $rdx)) (i64.const 1))))
    (local.set 23 (local.get 17))
    (local.set 24 (local.get 16))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 1000080d])
    (local.set 17 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 16 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 25
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 16) (local.get 17))
            (i64.lt_u (local.get 17) (i64.sub (local.get 17) (local.get 16)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
    (local.set $flagsResult (local.get 23))
    (local.set $flagsOperand (local.get 24))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
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

;; user64: parity
;;   cmp eax,ebx
;;   jp short 0000000010000807h
;;   inc rcx
;;   dec rdx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 601 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i32 i32 i32 i32 i32 i64 i64 i64 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (block $2
      (local.set 15 (i32.wrap_i64 (local.get $rax)))
      (local.set 16 (i32.wrap_i64 (local.get $rbx)))
      (local.set 17 (local.get 15))
      (local.set 18 (local.get 16))
      (local.set 19 (i32.sub (local.get 15) (local.get 16)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i32.eqz (i32.and (i32.popcnt (i32.and (local.get 19) (i32.const 255))) (i32.const 1))) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x807)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 0x2005))
          (local.set $flagsResult (i64.extend_i32_u (local.get 19)))
          (local.set $flagsOperand (i64.extend_i32_u (local.get 17)))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 0x2005))
        (local.set $flagsResult (i64.extend_i32_u (local.get 19)))
        (local.set $flagsOperand (i64.extend_i32_u (local.get 17)))
        (br $2)
      ))
      (local.set $rcx (local.tee 21 (i64.add (local.tee 20 (local.get $rcx)) (i64.const 1))))
      (local.set 22 (local.get 21))
      (local.set 23 (local.get 20))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (i32.lt_u (local.get 17) (local.get 18)))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 2))
      (local.set $flagsResult (local.get 22))
      (local.set $flagsOperand (local.get 23))
      (br $2)
    )
    (local.set $rdx (local.tee 20 (i64.sub (local.tee 21 (local.get $rdx)) (i64.const 1))))
    (local.set 24 (local.get 20))
    (local.set 25 (local.get 21))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 1000080a])
    (local.set 20 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 21 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 16
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 21) (local.get 20))
            (i64.lt_u (local.get 20) (i64.sub (local.get 20) (local.get 21)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
    (local.set $flagsResult (local.get 24))
    (local.set $flagsOperand (local.get 25))
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

;; user64: TEST and branch
;;   test eax,eax
;;   je short 0000000010000807h
;;   inc rcx
;;   dec rdx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 568 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64)
  (local i32 i32 i32 i64 i64 i64 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (block $1
    (block $2
      (local.set 14 (i32.wrap_i64 (local.get $rax)))
      (local.set 15 (i32.wrap_i64 (local.get $rax)))
      (local.set 16 (i32.and (local.get 14) (local.get 15)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i32.eqz (local.get 16)) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x807)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 0x2004))
          (local.set $flagsOperand (local.tee $flagsResult (i64.extend_i32_u (local.get 16))))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 0x2004))
        (local.set $flagsOperand (local.tee $flagsResult (i64.extend_i32_u (local.get 16))))
        (br $2)
      ))
      (local.set $rcx (local.tee 18 (i64.add (local.tee 17 (local.get $rcx)) (i64.const 1))))
      (local.set 19 (local.get 18))
      (local.set 20 (local.get 17))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (i32.const 0))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 2))
      (local.set $flagsResult (local.get 19))
      (local.set $flagsOperand (local.get 20))
      (br $2)
    )
    (local.set $rdx (local.tee 17 (i64.sub (local.tee 18 (local.get $rdx)) (i64.const 1))))
    (local.set 21 (local.get 17))
    (local.set 22 (local.get 18))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 1000080a])
    (local.set 17 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 18 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 15
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 18) (local.get 17))
            (i64.lt_u (local.get 17) (i64.sub (local.get 17) (local.get 18)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
    (local.set $flagsResult (local.get 21))
    (local.set $flagsOperand (local.get 22))
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

;; user64: bit test and branch
;;   bt rax,5
;;   jb short 000000001000080Ah
;;   inc rcx
;;   dec rdx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 843 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64)
  (local i64 i32 i32 i64 i64 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (block $2
      (local.set 16 (local.tee 15 (i32.and (i32.wrap_i64 (i64.shr_u (local.tee 14 (local.get $rax)) (i64.const 5))) (i32.const 1))))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i32.and (local.get 16) (i32.const 1)) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x80a)))
          (local.set $result (i32.const 5))
          (i32.store [flagsKind] (local.get $flagsKind))
          (i64.store offset=0x1140
            (i32.const 0)
            (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
          (i64.store offset=0x1148
            (i32.const 0)
            (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
          (i32.store offset=0x1138
            (i32.const 0)
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
          (drop (call $settleFlags))
          (i32.store [flags] (i32.or (i32.and (i32.load [flags]) (i32.const -2)) (local.get 16)))
          (local.set $flagsKind (i32.load [flagsKind]))
          (local.set $flagsResult
            (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
          (local.set $flagsOperand
            (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
          (local.set $keptFlags (i32.const 0))
          (local.set $keptMask (i32.const 0))
          (br $1)
        ))
        (i32.store [flagsKind] (local.get $flagsKind))
        (i64.store offset=0x1140
          (i32.const 0)
          (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
        (i64.store offset=0x1148
          (i32.const 0)
          (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
        (i32.store offset=0x1138
          (i32.const 0)
          (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
        (drop (call $settleFlags))
        (i32.store [flags] (i32.or (i32.and (i32.load [flags]) (i32.const -2)) (local.get 16)))
        (local.set $flagsKind (i32.load [flagsKind]))
        (local.set $flagsResult
          (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
        (local.set $flagsOperand
          (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
        (local.set $keptFlags (i32.const 0))
        (local.set $keptMask (i32.const 0))
        (br $2)
      ))
      (local.set $rcx (local.tee 17 (i64.add (local.tee 14 (local.get $rcx)) (i64.const 1))))
      (local.set 18 (local.get 17))
      (local.set 19 (local.get 14))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (i32.and (local.get 16) (i32.const 1)))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 2))
      (local.set $flagsResult (local.get 18))
      (local.set $flagsOperand (local.get 19))
      (br $2)
    )
    (local.set $rdx (local.tee 14 (i64.sub (local.tee 17 (local.get $rdx)) (i64.const 1))))
    (local.set 20 (local.get 14))
    (local.set 21 (local.get 17))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 1000080d])
    (local.set 14 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 17 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 15
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 17) (local.get 14))
            (i64.lt_u (local.get 14) (i64.sub (local.get 14) (local.get 17)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
    (local.set $flagsResult (local.get 20))
    (local.set $flagsOperand (local.get 21))
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

;; user64: subtract and branch on borrow
;;   sub rax,rbx
;;   jb short 0000000010000808h
;;   inc rcx
;;   dec rdx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 595 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (block $2
      (local.set 15 (local.get $rax))
      (local.set 16 (local.get $rbx))
      (local.set $rax (local.tee 17 (i64.sub (local.get 15) (local.get 16))))
      (local.set 18 (local.get 15))
      (local.set 19 (local.get 16))
      (local.set 20 (local.get 17))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i64.lt_u (local.get 18) (local.get 19)) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x808)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 5))
          (local.set $flagsResult (local.get 20))
          (local.set $flagsOperand (local.get 18))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 5))
        (local.set $flagsResult (local.get 20))
        (local.set $flagsOperand (local.get 18))
        (br $2)
      ))
      (local.set $rcx (local.tee 16 (i64.add (local.tee 17 (local.get $rcx)) (i64.const 1))))
      (local.set 21 (local.get 16))
      (local.set 22 (local.get 17))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (i64.lt_u (local.get 18) (local.get 19)))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 2))
      (local.set $flagsResult (local.get 21))
      (local.set $flagsOperand (local.get 22))
      (br $2)
    )
    (local.set $rdx (local.tee 17 (i64.sub (local.tee 16 (local.get $rdx)) (i64.const 1))))
    (local.set 23 (local.get 17))
    (local.set 24 (local.get 16))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 1000080b])
    (local.set 17 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 16 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 25
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 16) (local.get 17))
            (i64.lt_u (local.get 17) (i64.sub (local.get 17) (local.get 16)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
    (local.set $flagsResult (local.get 23))
    (local.set $flagsOperand (local.get 24))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
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

;; user64: DEC and branch, CF of before read after it
;;   add rax,rbx
;;   dec rcx
;;   jne short 0000000010000809h
;;   nop
;;   adc rdx,0
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 674 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i64 i64 i64 i64 i64 i64 i64 i32 i32 i64 i64 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (block $2
      (local.set 15 (local.get $rax))
      (local.set 16 (local.get $rbx))
      (local.set $rax (local.tee 17 (i64.add (local.get 15) (local.get 16))))
      (local.set 18 (local.get 15))
      (local.set 19 (local.get 17))
      (local.set $rcx (local.tee 16 (i64.sub (local.tee 17 (local.get $rcx)) (i64.const 1))))
      (local.set 20 (local.get 16))
      (local.set 21 (local.get 17))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
      (if (i32.eqz (i64.eqz (local.get 20))) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x809)))
          (local.set $result (i32.const 5))
          (local.set $keptFlags (i64.lt_u (local.get 19) (local.get 18)))
          (local.set $keptMask (i32.const 1))
          (local.set $flagsKind (i32.const 3))
          (local.set $flagsResult (local.get 20))
          (local.set $flagsOperand (local.get 21))
          (br $1)
        ))
        (local.set $keptFlags (i64.lt_u (local.get 19) (local.get 18)))
        (local.set $keptMask (i32.const 1))
        (local.set $flagsKind (i32.const 3))
        (local.set $flagsResult (local.get 20))
        (local.set $flagsOperand (local.get 21))
        (br $2)
      ))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (i64.lt_u (local.get 19) (local.get 18)))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 3))
      (local.set $flagsResult (local.get 20))
      (local.set $flagsOperand (local.get 21))
      (br $2)
    )
    (local.set 16 (local.get $rdx))
    (local.set 17 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 15 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 23
      (local.tee 22
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 15) (local.get 17))
            (i64.lt_u (local.get 17) (i64.sub (local.get 17) (local.get 15)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $rdx (local.tee 24 (i64.add (local.get 16) (i64.extend_i32_u (local.get 23)))))
    (local.set 25 (local.get 24))
    (local.set 26 (local.get 16))
    (local.set 27 (local.get 23))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 1000080d])
    (local.set $keptFlags
      (i32.or
        (i32.or (i64.lt_u (local.get 25) (local.get 26)) (i32.and (local.get 27) (i64.eq (local.get 25) (local.get 26))))
        (i32.or
          (i32.shl
            (i32.wrap_i64 (i64.shr_u (i64.and (i64.xor (i64.const 0) (local.get 25)) (i64.xor (local.get 26) (local.get 25))) (i64.const 63)))
            (i32.const 11))
          (i32.shl
            (i32.and (i32.shr_u (i32.wrap_i64 (i64.xor (i64.xor (local.get 26) (i64.const 0)) (local.get 25))) (i32.const 4)) (i32.const 1))
            (i32.const 4)))))
    (local.set $keptMask (i32.const 0x811))
    (local.set $flagsKind (i32.const 1))
    (local.set $flagsResult (local.get 25))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
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

;; user64: SETcc
;;   cmp rax,rbx
;;   setl cl
;;   setbe dl
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 406 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i64 i64 i64 i64 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (local.set 15 (local.get $rax))
    (local.set 16 (local.get $rbx))
    (local.set 17 (local.get 15))
    (local.set 18 (local.get 16))
    (local.set 19 (i64.sub (local.get 15) (local.get 16)))
    (local.set 20 (i64.lt_s (local.get 17) (local.get 18)))
    (local.set $rcx (i64.or (i64.and (local.get $rcx) (i64.const -256)) (i64.extend_i32_u (i32.and (local.get 20) (i32.const 255)))))
    (local.set 20 (i64.le_u (local.get 17) (local.get 18)))
    (local.set $rdx (i64.or (i64.and (local.get $rdx) (i64.const -256)) (i64.extend_i32_u (i32.and (local.get 20) (i32.const 255)))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 10000809])
    (local.set $flagsKind (i32.const 5))
    (local.set $flagsResult (local.get 19))
    (local.set $flagsOperand (local.get 17))
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

;; user64: CMOVcc
;;   cmp rax,rbx
;;   cmovg rcx,rdx
;;   cmovae esi,edi
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 421 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $rdi i64) (local i64 i64 i64 i64 i64 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsi (i64.load [rsi]))
  (local.set $rdi (i64.load [rdi]))
  (block $1
    (local.set 17 (local.get $rax))
    (local.set 18 (local.get $rbx))
    (local.set 19 (local.get 17))
    (local.set 20 (local.get 18))
    (local.set 21 (i64.sub (local.get 17) (local.get 18)))
    (local.set 18 (local.get $rdx))
    (local.set 17 (local.get $rcx))
    (local.set $rcx (select (local.get 18) (local.get 17) (i32.eqz (i64.le_s (local.get 19) (local.get 20)))))
    (local.set 22 (i32.wrap_i64 (local.get $rdi)))
    (local.set 23 (i32.wrap_i64 (local.get $rsi)))
    (local.set $rsi (i64.extend_i32_u (select (local.get 22) (local.get 23) (i32.eqz (i64.lt_u (local.get 19) (local.get 20))))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 1000080a])
    (local.set $flagsKind (i32.const 5))
    (local.set $flagsResult (local.get 21))
    (local.set $flagsOperand (local.get 19))
    (br $1)
    (unreachable)
  )
  (i64.store [rcx] (local.get $rcx))
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

;; user64: two branches on one comparison
;;   cmp rax,rbx
;;   jb short 000000001000080Dh
;;   ja short 000000001000080Ah
;;   inc rcx
;;   inc rdx
;;   inc rsi
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 793 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32 i64 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsi (i64.load [rsi]))
  (block $1
    (block $2
      (local.set 16 (local.get $rax))
      (local.set 17 (local.get $rbx))
      (local.set 18 (local.get 16))
      (local.set 19 (local.get 17))
      (local.set 20 (i64.sub (local.get 16) (local.get 17)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i64.lt_u (local.get 18) (local.get 19)) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x80d)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 5))
          (local.set $flagsResult (local.get 20))
          (local.set $flagsOperand (local.get 18))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 5))
        (local.set $flagsResult (local.get 20))
        (local.set $flagsOperand (local.get 18))
        (br $2)
      ))
      (block $5
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (if (i32.eqz (i64.le_u (local.get 18) (local.get 19))) (then
          (if (i32.le_s (local.get $budget) (i32.const 0)) (then
            (i64.store [rip] (i64.add (local.get $page) (i64.const 0x80a)))
            (local.set $result (i32.const 5))
            (local.set $flagsKind (i32.const 5))
            (local.set $flagsResult (local.get 20))
            (local.set $flagsOperand (local.get 18))
            (br $1)
          ))
          (local.set $flagsKind (i32.const 5))
          (local.set $flagsResult (local.get 20))
          (local.set $flagsOperand (local.get 18))
          (br $5)
        ))
        (local.set $rcx (local.tee 16 (i64.add (local.tee 17 (local.get $rcx)) (i64.const 1))))
        (local.set 21 (local.get 16))
        (local.set 22 (local.get 17))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $keptFlags (i64.lt_u (local.get 18) (local.get 19)))
        (local.set $keptMask (i32.const 1))
        (local.set $flagsKind (i32.const 2))
        (local.set $flagsResult (local.get 21))
        (local.set $flagsOperand (local.get 22))
        (br $5)
      )
      (local.set $rdx (local.tee 17 (i64.add (local.tee 16 (local.get $rdx)) (i64.const 1))))
      (local.set 23 (local.get 17))
      (local.set 24 (local.get 16))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
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
      (local.set $flagsResult (local.get 23))
      (local.set $flagsOperand (local.get 24))
      (br $2)
    )
    (local.set $rsi (local.tee 16 (i64.add (local.tee 17 (local.get $rsi)) (i64.const 1))))
    (local.set 28 (local.get 16))
    (local.set 29 (local.get 17))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000810])
    (local.set 16 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 17 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 30
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 17) (local.get 16))
            (i64.lt_u (local.get 16) (i64.sub (local.get 16) (local.get 17)))
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

;; user64: flags live where two ways meet
;;   cmp rax,rbx
;;   je short 0000000010000809h
;;   add rcx,1
;;   setb dl
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 551 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i64 i64 i64 i64 i64 i64 i64 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (block $2
      (local.set 15 (local.get $rax))
      (local.set 16 (local.get $rbx))
      (local.set 17 (local.get 15))
      (local.set 18 (local.get 16))
      (local.set 19 (i64.sub (local.get 15) (local.get 16)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i64.eq (local.get 17) (local.get 18)) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x809)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 5))
          (local.set $flagsResult (local.get 19))
          (local.set $flagsOperand (local.get 17))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 5))
        (local.set $flagsResult (local.get 19))
        (local.set $flagsOperand (local.get 17))
        (br $2)
      ))
      (local.set $rcx (local.tee 15 (i64.add (local.tee 16 (local.get $rcx)) (i64.const 1))))
      (local.set 20 (local.get 16))
      (local.set 21 (local.get 15))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $flagsKind (i32.const 4))
      (local.set $flagsResult (local.get 21))
      (local.set $flagsOperand (local.get 20))
      (br $2)
    )
    (local.set 15 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 16 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 23
      (local.tee 22
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 16) (local.get 15))
            (i64.lt_u (local.get 15) (i64.sub (local.get 15) (local.get 16)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $rdx (i64.or (i64.and (local.get $rdx) (i64.const -256)) (i64.extend_i32_u (i32.and (local.get 23) (i32.const 255)))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 1000080c])
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

;; user64: flags as a register
;;   pushf
;;   pop rax
;;   lahf
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 787 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rsp i64)
  (local i32 i64 i32 i32 i32 i64 i32 i64 i32 i64)
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
    (local.set 14 (i64.add (local.get $rsp) (i64.const -8)))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 15 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 14)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 14) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 13 (i32.add (i32.wrap_i64 (local.get 14)) (i32.load offset=0x4008 (local.get 15))))
    ) (else
      (if (i32.eqz (local.tee 13 (call $regionAnchor (local.get 14) (i32.const 0x10008) (i32.const 0)))) (then
        (call $countTowardsOutgrown (i32.const 0x5600000) (i32.const 0x941) (i32.const 1) (i32.const 1))
        (local.set $result [interpret 10000800])
        (br $1)
      ))
    ))
    (if (i32.and (local.tee 16 (i32.load [flags])) (i32.const 0x20000)) (then
      (local.set $result [interpret 10000800])
      (br $1)
    ))
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (local.set 17 (call $settleFlags))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (local.set 18 (i64.extend_i32_u (i32.and (local.get 17) (i32.const 0xfffeffff))))
    (i64.store (local.get 13) (local.get 18))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const -8)))
    (local.set 18 (i64.load (local.get 13)))
    (local.set $rsp (i64.add (local.get $rsp) (i64.const 8)))
    (local.set $rax (local.get 18))
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (local.set 17 (call $settleFlags))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (local.set 16 (i32.and (i32.wrap_i64 (local.get $rax)) (i32.const 0xffff)))
    (local.set $rax
      (i64.or
        (i64.and (local.get $rax) (i64.const 0xffffffffffff0000))
        (i64.extend_i32_u
          (i32.and
            (i32.or (i32.and (local.get 16) (i32.const 255)) (i32.shl (i32.or (i32.and (local.get 17) (i32.const 213)) (i32.const 2)) (i32.const 8)))
            (i32.const 0xffff)))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 10000803])
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
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

;; user64: flags from a register
;;   sahf
;;   cmc
;;   stc
;;   cld
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 520 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local i32 i32 i32 i32 i64 i32 i64)
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
    (local.set 14
      (i32.xor
        (local.tee 12
          (i32.and
            (local.tee 13
              (i32.and (i32.shr_u (local.tee 12 (i32.and (i32.wrap_i64 (local.get $rax)) (i32.const 0xffff))) (i32.const 8)) (i32.const 213)))
            (i32.const 1)))
        (i32.const 1)))
    (i32.store [flags] (i32.or (i32.and (i32.load [flags]) (i32.const 0xfffffbff)) (i32.const 0)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 10000804])
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
        (i32.and (i32.load [flags]) (i32.const -214))
        (i32.or (i32.and (i32.or (i32.and (local.get 13) (i32.const 212)) (local.get 14)) (i32.const 212)) (i32.const 1))))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
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
      (local.set 15 (i32.wrap_i64 (local.get $next)))
      (local.set 16 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 17 (i32.shl (i32.and (i32.xor (local.get 15) (i32.shr_u (local.get 15) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 18 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 17)) (local.get 16)) (then
        (i64.store [codePage] (local.get 18))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 17)) (i32.load offset=0x40008 (local.get 17)))
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
