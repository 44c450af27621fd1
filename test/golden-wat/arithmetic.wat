;; user64: flags are dead but for the last
;;   add rax,rbx
;;   add rax,rcx
;;   sub rax,rdx
;;   and rax,rsi
;;   xor rax,rdi
;;   or rax,1
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 433 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $rdi i64) (local i64 i64 i64 i64 i32 i64 i32 i64)
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
    (local.set 19 (local.tee $rax (local.tee 19 (i64.add (local.get 17) (local.get 18)))))
    (local.set 18 (local.get $rcx))
    (local.set 17 (local.tee $rax (local.tee 17 (i64.add (local.get 19) (local.get 18)))))
    (local.set 18 (local.get $rdx))
    (local.set 19 (local.tee $rax (local.tee 19 (i64.sub (local.get 17) (local.get 18)))))
    (local.set 18 (local.get $rsi))
    (local.set 17 (local.tee $rax (local.tee 17 (i64.and (local.get 19) (local.get 18)))))
    (local.set 18 (local.get $rdi))
    (local.set $rax (local.tee 18 (i64.or (local.tee 19 (local.tee $rax (local.tee 19 (i64.xor (local.get 17) (local.get 18))))) (i64.const 1))))
    (local.set 20 (local.get 18))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 6)))
    (local.set $result [interpret 10000813])
    (local.set $flagsKind (i32.const 4))
    (local.set $flagsOperand (local.tee $flagsResult (local.get 20)))
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

;; user64: 32 and 8 bits
;;   add eax,ebx
;;   sub cl,dl
;;   xor si,di
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 472 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $rdi i64) (local i32 i32 i32 i32 i32 i64 i32 i64)
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
    (local.set 17 (i32.wrap_i64 (local.get $rax)))
    (local.set 18 (i32.wrap_i64 (local.get $rbx)))
    (local.set $rax (i64.extend_i32_u (local.tee 19 (i32.add (local.get 17) (local.get 18)))))
    (local.set 19 (i32.and (i32.wrap_i64 (local.get $rcx)) (i32.const 255)))
    (local.set 18 (i32.and (i32.wrap_i64 (local.get $rdx)) (i32.const 255)))
    (local.set 17 (i32.sub (local.get 19) (local.get 18)))
    (local.set $rcx (i64.or (i64.and (local.get $rcx) (i64.const -256)) (i64.extend_i32_u (i32.and (local.get 17) (i32.const 255)))))
    (local.set 17 (i32.and (i32.wrap_i64 (local.get $rsi)) (i32.const 0xffff)))
    (local.set 18 (i32.and (i32.wrap_i64 (local.get $rdi)) (i32.const 0xffff)))
    (local.set 19 (i32.xor (local.get 17) (local.get 18)))
    (local.set $rsi
      (i64.or (i64.and (local.get $rsi) (i64.const 0xffffffffffff0000)) (i64.extend_i32_u (i32.and (local.get 19) (i32.const 0xffff)))))
    (local.set 20 (local.get 19))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 10000807])
    (local.set $flagsKind (i32.const 0x3004))
    (local.set $flagsOperand (local.tee $flagsResult (i64.extend_i32_u (local.get 20))))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
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

;; user64: carry goes on: 128-bit addition
;;   add rax,rcx
;;   adc rbx,rdx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 465 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i64 i64 i64 i64 i64 i32 i64 i64 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (local.set 15 (local.get $rax))
    (local.set 16 (local.get $rcx))
    (local.set $rax (local.tee 17 (i64.add (local.get 15) (local.get 16))))
    (local.set 18 (local.get 15))
    (local.set 19 (local.get 17))
    (local.set 17 (local.get $rbx))
    (local.set 16 (local.get $rdx))
    (local.set 20 (i64.lt_u (local.get 19) (local.get 18)))
    (local.set $rbx (local.tee 15 (i64.add (i64.add (local.get 17) (local.get 16)) (i64.extend_i32_u (local.get 20)))))
    (local.set 21 (local.get 15))
    (local.set 22 (local.get 17))
    (local.set 23 (local.get 16))
    (local.set 24 (local.get 20))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000806])
    (local.set $keptFlags
      (i32.or
        (i32.or (i64.lt_u (local.get 21) (local.get 22)) (i32.and (local.get 24) (i64.eq (local.get 21) (local.get 22))))
        (i32.or
          (i32.shl
            (i32.wrap_i64 (i64.shr_u (i64.and (i64.xor (local.get 23) (local.get 21)) (i64.xor (local.get 22) (local.get 21))) (i64.const 63)))
            (i32.const 11))
          (i32.shl
            (i32.and (i32.shr_u (i32.wrap_i64 (i64.xor (i64.xor (local.get 22) (local.get 23)) (local.get 21))) (i32.const 4)) (i32.const 1))
            (i32.const 4)))))
    (local.set $keptMask (i32.const 0x811))
    (local.set $flagsKind (i32.const 1))
    (local.set $flagsResult (local.get 21))
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

;; user64: borrow goes on: 128-bit subtraction and comparison
;;   sub rax,rcx
;;   sbb rbx,rdx
;;   sbb rsi,rsi
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 542 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local i64 i64 i64 i64 i64 i64 i32 i64 i64 i64 i32 i64 i64 i64 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsi (i64.load [rsi]))
  (block $1
    (local.set 16 (local.get $rax))
    (local.set 17 (local.get $rcx))
    (local.set $rax (local.tee 18 (i64.sub (local.get 16) (local.get 17))))
    (local.set 19 (local.get 16))
    (local.set 20 (local.get 17))
    (local.set 21 (local.get 18))
    (local.set 18 (local.get $rbx))
    (local.set 17 (local.get $rdx))
    (local.set 22 (i64.lt_u (local.get 19) (local.get 20)))
    (local.set $rbx (local.tee 16 (i64.sub (i64.sub (local.get 18) (local.get 17)) (i64.extend_i32_u (local.get 22)))))
    (local.set 23 (local.get 16))
    (local.set 24 (local.get 18))
    (local.set 25 (local.get 17))
    (local.set 26 (local.get 22))
    (local.set 16 (local.get $rsi))
    (local.set 17 (local.get $rsi))
    (local.set 22 (i32.or (i64.lt_u (local.get 24) (local.get 25)) (i32.and (local.get 26) (i64.eq (local.get 24) (local.get 25)))))
    (local.set $rsi (local.tee 18 (i64.sub (i64.sub (local.get 16) (local.get 17)) (i64.extend_i32_u (local.get 22)))))
    (local.set 27 (local.get 18))
    (local.set 28 (local.get 16))
    (local.set 29 (local.get 17))
    (local.set 30 (local.get 22))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 10000809])
    (local.set $keptFlags
      (i32.or
        (i32.or (i64.lt_u (local.get 28) (local.get 29)) (i32.and (local.get 30) (i64.eq (local.get 28) (local.get 29))))
        (i32.or
          (i32.shl
            (i32.wrap_i64 (i64.shr_u (i64.and (i64.xor (local.get 28) (local.get 29)) (i64.xor (local.get 28) (local.get 27))) (i64.const 63)))
            (i32.const 11))
          (i32.shl
            (i32.and (i32.shr_u (i32.wrap_i64 (i64.xor (i64.xor (local.get 28) (local.get 29)) (local.get 27))) (i32.const 4)) (i32.const 1))
            (i32.const 4)))))
    (local.set $keptMask (i32.const 0x811))
    (local.set $flagsKind (i32.const 1))
    (local.set $flagsResult (local.get 27))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rbx] (local.get $rbx))
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

;; user64: INC and DEC leave CF
;;   add rax,rbx
;;   inc rcx
;;   adc rdx,0
;;   dec esi
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 487 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local i64 i64 i64 i64 i64 i64 i64 i32 i64 i64 i32 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsi (i64.load [rsi]))
  (block $1
    (local.set 16 (local.get $rax))
    (local.set 17 (local.get $rbx))
    (local.set $rax (local.tee 18 (i64.add (local.get 16) (local.get 17))))
    (local.set 19 (local.get 16))
    (local.set 20 (local.get 18))
    (local.set $rcx (local.tee 17 (i64.add (local.tee 18 (local.get $rcx)) (i64.const 1))))
    (local.set 21 (local.get 17))
    (local.set 22 (local.get 18))
    (local.set 17 (local.get $rdx))
    (local.set 23 (i64.lt_u (local.get 20) (local.get 19)))
    (local.set $rdx (local.tee 18 (i64.add (local.get 17) (i64.extend_i32_u (local.get 23)))))
    (local.set 24 (local.get 18))
    (local.set 25 (local.get 17))
    (local.set 26 (local.get 23))
    (local.set $rsi (i64.extend_i32_u (local.tee 27 (i32.sub (local.tee 23 (i32.wrap_i64 (local.get $rsi))) (i32.const 1)))))
    (local.set 28 (local.get 27))
    (local.set 29 (local.get 23))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 1000080c])
    (local.set $keptFlags (i32.or (i64.lt_u (local.get 24) (local.get 25)) (i32.and (local.get 26) (i64.eq (local.get 24) (local.get 25)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 0x2003))
    (local.set $flagsResult (i64.extend_i32_u (local.get 28)))
    (local.set $flagsOperand (i64.extend_i32_u (local.get 29)))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
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

;; user64: negation
;;   neg rax
;;   not rbx
;;   neg cl
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 398 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rbx i64)
  (local i64 i64 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (local.set 14 (local.get $rax))
    (local.set $rax (local.tee 15 (i64.sub (i64.const 0) (local.get 14))))
    (local.set $rbx (i64.xor (local.tee 15 (local.get $rbx)) (i64.const -1)))
    (local.set 16 (i32.and (i32.wrap_i64 (local.get $rcx)) (i32.const 255)))
    (local.set 17 (i32.sub (i32.const 0) (local.get 16)))
    (local.set $rcx (i64.or (i64.and (local.get $rcx) (i64.const -256)) (i64.extend_i32_u (i32.and (local.get 17) (i32.const 255)))))
    (local.set 18 (local.get 17))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 10000808])
    (local.set $flagsKind (i32.const 0x3805))
    (local.set $flagsResult (i64.extend_i32_u (local.get 18)))
    (local.set $flagsOperand (i64.const 0))
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

;; user64: multiplication
;;   imul rax,rbx
;;   imul ecx,edx,0Ah
;;   mul rsi
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 535 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local i64 i64 i64 i32 i32 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsi (i64.load [rsi]))
  (block $1
    (local.set 16 (local.get $rax))
    (local.set 17 (local.get $rbx))
    (local.set $rax (local.tee 18 (i64.mul (local.get 16) (local.get 17))))
    (local.set $rcx (i64.extend_i32_u (local.tee 20 (i32.mul (local.tee 19 (i32.wrap_i64 (local.get $rdx))) (i32.const 10)))))
    (local.set 18 (local.get $rsi))
    (local.set 16 (local.tee 17 (local.get $rax)))
    (local.set 21 (local.get 18))
    (local.set 22 (i64.and (local.get 16) (i64.const 0xffffffff)))
    (local.set 23 (i64.shr_u (local.get 16) (i64.const 32)))
    (local.set 24 (i64.and (local.get 21) (i64.const 0xffffffff)))
    (local.set 25 (i64.shr_u (local.get 21) (i64.const 32)))
    (local.set 27
      (i64.add
        (i64.and
          (local.tee 26 (i64.add (i64.mul (local.get 23) (local.get 24)) (i64.shr_u (i64.mul (local.get 22) (local.get 24)) (i64.const 32))))
          (i64.const 0xffffffff))
        (i64.mul (local.get 22) (local.get 25))))
    (local.set 28
      (i64.add (i64.add (i64.mul (local.get 23) (local.get 25)) (i64.shr_u (local.get 26) (i64.const 32))) (i64.shr_u (local.get 27) (i64.const 32))))
    (local.set 29 (i64.mul (local.get 16) (local.get 21)))
    (local.set $rax (local.tee 30 (i64.mul (local.get 17) (local.get 18))))
    (local.set $rdx (local.get 28))
    (local.set 31 (local.get 30))
    (local.set 32 (local.get 28))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 1000080a])
    (local.set $keptFlags
      (i32.or (i64.ne (local.get 32) (i64.const 0)) (i32.or (i32.shl (i64.ne (local.get 32) (i64.const 0)) (i32.const 11)) (i32.const 0))))
    (local.set $keptMask (i32.const 0x811))
    (local.set $flagsKind (i32.const 1))
    (local.set $flagsResult (local.get 31))
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
      (local.set 33 (i32.wrap_i64 (local.get $next)))
      (local.set 34 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 35 (i32.shl (i32.and (i32.xor (local.get 33) (i32.shr_u (local.get 33) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 36 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 35)) (local.get 34)) (then
        (i64.store [codePage] (local.get 36))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 35)) (i32.load offset=0x40008 (local.get 35)))
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

;; user64: widening multiplication of 32 bits
;;   mul ebx
;;   imul ecx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 446 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i32 i32 i64 i32 i32 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (local.set 15 (i32.wrap_i64 (local.get $rbx)))
    (local.set $rax
      (i64.extend_i32_u
        (i32.wrap_i64 (local.tee 17 (i64.mul (i64.extend_i32_u (local.tee 16 (i32.wrap_i64 (local.get $rax)))) (i64.extend_i32_u (local.get 15)))))))
    (local.set $rdx (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u (local.get 17) (i64.const 32)))))
    (local.set 18 (i32.wrap_i64 (local.get 17)))
    (local.set 18 (i32.wrap_i64 (local.get $rcx)))
    (local.set $rax
      (i64.extend_i32_u
        (i32.wrap_i64 (local.tee 17 (i64.mul (i64.extend_i32_s (local.tee 16 (i32.wrap_i64 (local.get $rax)))) (i64.extend_i32_s (local.get 18)))))))
    (local.set $rdx (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u (local.get 17) (i64.const 32)))))
    (local.set 19 (local.tee 15 (i32.wrap_i64 (local.get 17))))
    (local.set 20 (local.get 17))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000804])
    (local.set $keptFlags
      (i32.or
        (i64.ne (local.get 20) (i64.extend_i32_s (local.get 19)))
        (i32.or (i32.shl (i64.ne (local.get 20) (i64.extend_i32_s (local.get 19))) (i32.const 11)) (i32.const 0))))
    (local.set $keptMask (i32.const 0x811))
    (local.set $flagsKind (i32.const 0x2001))
    (local.set $flagsResult (i64.extend_i32_u (local.get 19)))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
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

;; user64: division of 32 bits
;;   xor edx,edx
;;   div ecx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 522 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64)
  (local i32 i32 i32 i32 i64 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (block $1
    (local.set 14 (i32.wrap_i64 (local.get $rdx)))
    (local.set 15 (i32.wrap_i64 (local.get $rdx)))
    (local.set $rdx (i64.extend_i32_u (local.tee 16 (i32.xor (local.get 14) (local.get 15)))))
    (local.set 17 (local.get 16))
    (if (i32.eqz (local.tee 16 (i32.wrap_i64 (local.get $rcx)))) (then
      (i32.store [faultVector] (i32.const 1))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $result [fault 10000802])
      (local.set $flagsKind (i32.const 0x2004))
      (local.set $flagsOperand (local.tee $flagsResult (i64.extend_i32_u (local.get 17))))
      (br $1)
    ))
    (local.set 15 (i32.wrap_i64 (local.get $rdx)))
    (local.set 14 (i32.wrap_i64 (local.get $rax)))
    (local.set 18 (i64.or (i64.shl (i64.extend_i32_u (local.get 15)) (i64.const 32)) (i64.extend_i32_u (local.get 14))))
    (local.set 19 (i64.extend_i32_u (local.get 16)))
    (if (i64.ne (i64.shr_u (local.tee 20 (i64.div_u (local.get 18) (local.get 19))) (i64.const 32)) (i64.const 0)) (then
      (i32.store [faultVector] (i32.const 1))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $result [fault 10000802])
      (local.set $flagsKind (i32.const 0x2004))
      (local.set $flagsOperand (local.tee $flagsResult (i64.extend_i32_u (local.get 17))))
      (br $1)
    ))
    (local.set 21 (i64.sub (local.get 18) (i64.mul (local.get 20) (local.get 19))))
    (local.set $rax (i64.extend_i32_u (i32.wrap_i64 (local.get 20))))
    (local.set $rdx (i64.extend_i32_u (i32.wrap_i64 (local.get 21))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000804])
    (local.set $flagsKind (i32.const 0x2004))
    (local.set $flagsOperand (local.tee $flagsResult (i64.extend_i32_u (local.get 17))))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
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

;; user64: signed division of 64 bits
;;   cqo
;;   idiv rcx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 628 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64)
  (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32 i64 i32 i64)
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
    (local.set $rdx (i64.shr_s (local.tee 14 (local.get $rax)) (i64.const 63)))
    (if (i64.eqz (local.tee 14 (local.get $rcx))) (then
      (i32.store [faultVector] (i32.const 1))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $result [fault 10000802])
      (br $1)
    ))
    (local.set 15 (local.get $rax))
    (local.set 17 (i64.shr_s (local.tee 16 (local.get $rdx)) (i64.const 63)))
    (local.set 18 (i64.sub (i64.xor (local.get 14) (i64.shr_s (local.get 14) (i64.const 63))) (i64.shr_s (local.get 14) (i64.const 63))))
    (local.set 19 (i64.sub (i64.xor (local.get 15) (local.get 17)) (local.get 17)))
    (if
        (i64.ge_u
          (local.tee 20
            (i64.add
              (i64.xor (local.get 16) (local.get 17))
              (i64.extend_i32_u (i32.and (i64.eqz (local.get 15)) (i64.ne (local.get 17) (i64.const 0))))))
          (local.get 18))
      (then
      (i32.store [faultVector] (i32.const 1))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $result [fault 10000802])
      (br $1)
    ))
    (if (i64.eqz (local.get 20)) (then
      (local.set 21 (i64.div_u (local.get 19) (local.get 18)))
    ) (else
      (local.set 21 (local.tee 22 (call $divideWide (local.get 20) (local.get 19) (local.get 18))))
    ))
    (local.set 23 (local.get 21))
    (local.set 24 (i64.xor (local.get 17) (i64.shr_s (local.get 14) (i64.const 63))))
    (if (i64.gt_u (local.get 23) (i64.add (i64.const 0x7fffffffffffffff) (i64.and (local.get 24) (i64.const 1)))) (then
      (i32.store [faultVector] (i32.const 1))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $result [fault 10000802])
      (br $1)
    ))
    (local.set $rdx (i64.sub (i64.xor (i64.sub (local.get 19) (i64.mul (local.get 23) (local.get 18))) (local.get 17)) (local.get 17)))
    (local.set $rax (i64.sub (i64.xor (local.get 23) (local.get 24)) (local.get 24)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000805])
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
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

;; user64: division by 8 bits
;;   movzx eax,al
;;   div cl
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 514 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64)
  (local i32 i32 i64 i64 i64 i64 i32 i64 i32 i64)
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
    (local.set $rax (i64.extend_i32_u (local.tee 13 (i32.and (i32.wrap_i64 (local.get $rax)) (i32.const 255)))))
    (if (i32.eqz (local.tee 13 (i32.and (i32.wrap_i64 (local.get $rcx)) (i32.const 255)))) (then
      (i32.store [faultVector] (i32.const 1))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $result [fault 10000803])
      (br $1)
    ))
    (local.set 15 (i64.extend_i32_u (local.tee 14 (i32.and (i32.wrap_i64 (local.get $rax)) (i32.const 0xffff)))))
    (local.set 16 (i64.extend_i32_u (local.get 13)))
    (if (i64.ne (i64.shr_u (local.tee 17 (i64.div_u (local.get 15) (local.get 16))) (i64.const 8)) (i64.const 0)) (then
      (i32.store [faultVector] (i32.const 1))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $result [fault 10000803])
      (br $1)
    ))
    (local.set 18 (i64.sub (local.get 15) (i64.mul (local.get 17) (local.get 16))))
    (local.set $rax
      (i64.or
        (i64.and (local.get $rax) (i64.const 0xffffffffffff0000))
        (i64.extend_i32_u
          (i32.and
            (i32.or (i32.shl (i32.wrap_i64 (local.get 18)) (i32.const 8)) (i32.and (i32.wrap_i64 (local.get 17)) (i32.const 255)))
            (i32.const 0xffff)))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
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

;; user64: decimal adjustment of nothing: idiom of zero and of minus one
;;   xor eax,eax
;;   sub ecx,ecx
;;   or rdx,0FFFFFFFFFFFFFFFFh
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 394 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64)
  (local i32 i32 i32 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (block $1
    (local.set 14 (i32.wrap_i64 (local.get $rax)))
    (local.set 15 (i32.wrap_i64 (local.get $rax)))
    (local.set $rax (i64.extend_i32_u (local.tee 16 (i32.xor (local.get 14) (local.get 15)))))
    (local.set 16 (i32.wrap_i64 (local.get $rcx)))
    (local.set 15 (i32.wrap_i64 (local.get $rcx)))
    (local.set $rcx (i64.extend_i32_u (local.tee 14 (i32.sub (local.get 16) (local.get 15)))))
    (local.set $rdx (local.tee 18 (i64.or (local.tee 17 (local.get $rdx)) (i64.const -1))))
    (local.set 19 (local.get 18))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 10000808])
    (local.set $flagsKind (i32.const 4))
    (local.set $flagsOperand (local.tee $flagsResult (local.get 19)))
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
