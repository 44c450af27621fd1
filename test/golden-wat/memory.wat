;; user64: loads
;;   mov rax,[rbx]
;;   mov ecx,[rdx+4]
;;   movzx esi,word [rdi+rax]
;;   movsx r8,byte [r9+r10*4-8]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 803 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $rdi i64) (local $r8 i64) (local $r9 i64) (local $r10 i64) (local i64 i64 i32 i32 i32 i32 i64 i32 i64)
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
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 21 (local.get $rbx))
    (if
        (i64.eq
          (i64.load (local.tee 22 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 21)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 21) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 20 (i64.load (i32.add (i32.wrap_i64 (local.get 21)) (i32.load offset=8 (local.get 22)))))
    ) (else
      (local.set 23 (call $regionReach (local.get 21) (i32.const 8) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 23)))
      (local.set 20 (i64.load (local.get 23)))
    ))
    (local.set $rax (local.get 20))
    (local.set 21 (i64.add (local.get $rdx) (i64.const 4)))
    (if
        (i64.eq
          (i64.load (local.tee 22 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 21)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 21) (i64.const 3)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 23 (i32.load (i32.add (i32.wrap_i64 (local.get 21)) (i32.load offset=8 (local.get 22)))))
    ) (else
      (local.set 24 (call $regionReach (local.get 21) (i32.const 4) (i32.const 0xab0002) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 24)))
      (local.set 23 (i32.load (local.get 24)))
    ))
    (local.set $rcx (i64.extend_i32_u (local.get 23)))
    (local.set 21 (i64.add (local.get $rdi) (local.get $rax)))
    (if
        (i64.eq
          (i64.load (local.tee 22 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 21)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 21) (i64.const 1)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 24 (i32.load16_u (i32.add (i32.wrap_i64 (local.get 21)) (i32.load offset=8 (local.get 22)))))
    ) (else
      (local.set 23 (call $regionReach (local.get 21) (i32.const 2) (i32.const 0x12b0003) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 23)))
      (local.set 24 (i32.load16_u (local.get 23)))
    ))
    (local.set $rsi (i64.extend_i32_u (local.get 24)))
    (local.set 21 (i64.add (i64.add (local.get $r9) (i64.shl (local.get $r10) (i64.const 2))) (i64.const -8)))
    (if
        (i64.eq
          (i64.load (local.tee 22 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 21)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (local.get 21) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 23 (i32.load8_u (i32.add (i32.wrap_i64 (local.get 21)) (i32.load offset=8 (local.get 22)))))
    ) (else
      (local.set 24 (call $regionReach (local.get 21) (i32.const 1) (i32.const 0x1ab0004) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 24)))
      (local.set 23 (i32.load8_u (local.get 24)))
    ))
    (local.set $r8 (i64.extend8_s (i64.extend_i32_u (local.get 23))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 10000810])
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rcx] (local.get $rcx))
  (i64.store [rsi] (local.get $rsi))
  (i64.store [r8] (local.get $r8))
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

;; user64: stores
;;   mov [rbx],rax
;;   mov [rdx+4],ecx
;;   mov [rdi],si
;;   mov [r9+1],r8b
;;   mov qword [r10],0FFFFFFFFFFFFFFFFh
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 867 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $rdi i64) (local $r8 i64) (local $r9 i64) (local $r10 i64) (local i64 i64 i64 i32 i32 i32 i32 i32 i64 i32 i64)
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
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 21 (local.tee 20 (local.get $rax)))
    (local.set 22 (local.get $rbx))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 23 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 22)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 22) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (i64.store (i32.add (i32.wrap_i64 (local.get 22)) (i32.load offset=0x4008 (local.get 23))) (local.get 21))
    ) (else
      (local.set 24 (call $regionStore (local.get 22) (local.get 21) (i32.const 264) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 24)))
    ))
    (local.set 23 (local.tee 24 (i32.wrap_i64 (local.get $rcx))))
    (local.set 22 (i64.add (local.get $rdx) (i64.const 4)))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 25 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 22)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 22) (i64.const 3)) (i64.const 0xfffffffffffff000)))
      (then
      (i32.store (i32.add (i32.wrap_i64 (local.get 22)) (i32.load offset=0x4008 (local.get 25))) (local.get 23))
    ) (else
      (local.set 26 (call $regionStore (local.get 22) (i64.extend_i32_u (local.get 23)) (i32.const 260) (i32.const 0xab0002) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 26)))
    ))
    (local.set 25 (local.tee 26 (i32.and (i32.wrap_i64 (local.get $rsi)) (i32.const 0xffff))))
    (local.set 22 (local.get $rdi))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 23 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 22)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 22) (i64.const 1)) (i64.const 0xfffffffffffff000)))
      (then
      (i32.store16 (i32.add (i32.wrap_i64 (local.get 22)) (i32.load offset=0x4008 (local.get 23))) (local.get 25))
    ) (else
      (local.set 24 (call $regionStore (local.get 22) (i64.extend_i32_u (local.get 25)) (i32.const 258) (i32.const 0x12b0003) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 24)))
    ))
    (local.set 23 (local.tee 24 (i32.and (i32.wrap_i64 (local.get $r8)) (i32.const 255))))
    (local.set 22 (i64.add (local.get $r9) (i64.const 1)))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 25 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 22)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (local.get 22) (i64.const 0xfffffffffffff000)))
      (then
      (i32.store8 (i32.add (i32.wrap_i64 (local.get 22)) (i32.load offset=0x4008 (local.get 25))) (local.get 23))
    ) (else
      (local.set 26 (call $regionStore (local.get 22) (i64.extend_i32_u (local.get 23)) (i32.const 257) (i32.const 0x1ab0004) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 26)))
    ))
    (local.set 22 (local.get $r10))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 26 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 22)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 22) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (i64.store (i32.add (i32.wrap_i64 (local.get 22)) (i32.load offset=0x4008 (local.get 26))) (i64.const -1))
    ) (else
      (local.set 25 (call $regionStore (local.get 22) (i64.const -1) (i32.const 264) (i32.const 0x22b0005) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 25)))
    ))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 5)))
    (local.set $result [interpret 10000814])
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

;; user64: read, modify, write
;;   add [rbx],rax
;;   inc dword [rdx+8]
;;   xor byte [rsi],55h
;;   not word [rdi]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 987 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rdx i64) (local $rbx i64) (local $rsi i64)
  (local $rdi i64) (local i32 i64 i32 i32 i64 i64 i64 i64 i64 i64 i32 i32 i32 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
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
    (local.set 17 (local.get $rbx))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 18 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 17)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 17) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 16 (i32.add (i32.wrap_i64 (local.get 17)) (i32.load offset=0x4008 (local.get 18))))
    ) (else
      (local.set 19 (call $regionReach (local.get 17) (i32.const 776) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 19)))
      (local.set 16 (local.get 19))
    ))
    (local.set 20 (i64.load (local.get 16)))
    (local.set 21 (local.get $rax))
    (local.set 23 (local.tee 22 (i64.add (local.get 20) (local.get 21))))
    (i64.store (local.get 16) (local.get 23))
    (if (i32.lt_u (local.get 16) (i32.const 0x3000)) (then
      (call $regionCommit (i32.const 0x2b0001) (local.get $budget))
      (local.set $budget (i32.load [budget]))
    ))
    (local.set 24 (local.get 20))
    (local.set 25 (local.get 22))
    (local.set $flagsKind (i32.const 4))
    (local.set $flagsResult (local.get 25))
    (local.set $flagsOperand (local.get 24))
    (local.set 23 (i64.add (local.get $rdx) (i64.const 8)))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 18 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 23)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 23) (i64.const 3)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 19 (i32.add (i32.wrap_i64 (local.get 23)) (i32.load offset=0x4008 (local.get 18))))
    ) (else
      (local.set 16 (call $regionReach (local.get 23) (i32.const 772) (i32.const 0xab0002) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 16)))
      (local.set 19 (local.get 16))
    ))
    (local.set 28 (local.tee 27 (i32.add (local.tee 26 (i32.load (local.get 19))) (i32.const 1))))
    (i32.store (local.get 19) (local.get 28))
    (if (i32.lt_u (local.get 19) (i32.const 0x3000)) (then
      (call $regionCommit (i32.const 0xab0002) (local.get $budget))
      (local.set $budget (i32.load [budget]))
    ))
    (local.set 29 (local.get 27))
    (local.set 30 (local.get 26))
    (local.set 23 (local.get $rsi))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 27 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 23)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (local.get 23) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 28 (i32.add (i32.wrap_i64 (local.get 23)) (i32.load offset=0x4008 (local.get 27))))
    ) (else
      (local.set 26 (call $regionReach (local.get 23) (i32.const 769) (i32.const 0x12b0003) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 26)) (then
        (local.set $result (i32.const 0))
        (local.set $keptFlags (i64.lt_u (local.get 25) (local.get 24)))
        (local.set $keptMask (i32.const 1))
        (local.set $flagsKind (i32.const 0x2002))
        (local.set $flagsResult (i64.extend_i32_u (local.get 29)))
        (local.set $flagsOperand (i64.extend_i32_u (local.get 30)))
        (br $1)
      ))
      (local.set 28 (local.get 26))
    ))
    (local.set 19 (local.tee 18 (i32.xor (local.tee 16 (i32.load8_u (local.get 28))) (i32.const 85))))
    (i32.store8 (local.get 28) (local.get 19))
    (if (i32.lt_u (local.get 28) (i32.const 0x3000)) (then
      (call $regionCommit (i32.const 0x12b0003) (local.get $budget))
      (local.set $budget (i32.load [budget]))
    ))
    (local.set 31 (local.get 18))
    (local.set $flagsKind (i32.const 0x3804))
    (local.set $flagsOperand (local.tee $flagsResult (i64.extend_i32_u (local.get 31))))
    (local.set 23 (local.get $rdi))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 18 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 23)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 23) (i64.const 1)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 19 (i32.add (i32.wrap_i64 (local.get 23)) (i32.load offset=0x4008 (local.get 18))))
    ) (else
      (local.set 16 (call $regionReach (local.get 23) (i32.const 770) (i32.const 0x1ab0004) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 16)))
      (local.set 19 (local.get 16))
    ))
    (local.set 27 (i32.xor (local.tee 26 (i32.load16_u (local.get 19))) (i32.const -1)))
    (i32.store16 (local.get 19) (local.get 27))
    (if (i32.lt_u (local.get 19) (i32.const 0x3000)) (then
      (call $regionCommit (i32.const 0x1ab0004) (local.get $budget))
      (local.set $budget (i32.load [budget]))
    ))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 1000080c])
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

;; user64: fields of one structure
;;   mov rax,[rbx]
;;   mov rcx,[rbx+8]
;;   mov [rbx+10h],rcx
;;   mov edx,[rbx+18h]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 519 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i32 i64 i32 i64 i32 i64 i32 i64)
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
    (local.set 16 (local.get $rbx))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 16)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 16) (i64.const 27)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 15 (i32.add (i32.wrap_i64 (local.get 16)) (i32.load offset=0x4008 (local.get 17))))
    ) (else
      (if (i32.eqz (local.tee 15 (call $regionAnchor (local.get 16) (i32.const 0x1001c) (i32.const 0x8008)))) (then
        (call $countTowardsOutgrown (i32.const 0x5600000) (i32.const 0x941) (i32.const 1) (i32.const 1))
        (local.set $result [interpret 10000800])
        (br $1)
      ))
    ))
    (local.set $rax (local.tee 18 (i64.load (local.get 15))))
    (local.set 16 (local.tee 18 (local.tee $rcx (local.tee 18 (i64.load offset=8 (local.get 15))))))
    (i64.store offset=16 (local.get 15) (local.get 16))
    (local.set $rdx (i64.extend_i32_u (local.tee 17 (i32.load offset=24 (local.get 15)))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 1000080e])
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

;; user64: relative to RIP
;;   mov rax,[rel 10000A00h]
;;   cmp dword [rel 10000A07h],0
;;   je short 0000000010000811h
;;   nop
;;   nop
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 635 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local i64 i64 i32 i32 i32 i32 i32 i32 i64 i32 i64)
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
      (local.set 13 (i64.add (local.get $page) (i64.const 0xa00)))
      (if
          (i64.eq
            (i64.load (local.tee 14 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 13)) (i32.const 8)) (i32.const 0x3ff0)))))
            (i64.and (i64.add (local.get 13) (i64.const 7)) (i64.const 0xfffffffffffff000)))
        (then
        (local.set 12 (i64.load (i32.add (i32.wrap_i64 (local.get 13)) (i32.load offset=8 (local.get 14)))))
      ) (else
        (local.set 15 (call $regionReach (local.get 13) (i32.const 8) (i32.const 0x2b0001) (local.get $budget)))
        (local.set $budget (i32.load [budget]))
        (br_if $1 (i32.eqz (local.get 15)))
        (local.set 12 (i64.load (local.get 15)))
      ))
      (local.set $rax (local.get 12))
      (local.set 13 (i64.add (local.get $page) (i64.const 0xa07)))
      (if
          (i64.eq
            (i64.load (local.tee 14 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 13)) (i32.const 8)) (i32.const 0x3ff0)))))
            (i64.and (i64.add (local.get 13) (i64.const 3)) (i64.const 0xfffffffffffff000)))
        (then
        (local.set 15 (i32.load (i32.add (i32.wrap_i64 (local.get 13)) (i32.load offset=8 (local.get 14)))))
      ) (else
        (local.set 16 (call $regionReach (local.get 13) (i32.const 4) (i32.const 0xab0002) (local.get $budget)))
        (local.set $budget (i32.load [budget]))
        (br_if $1 (i32.eqz (local.get 16)))
        (local.set 15 (i32.load (local.get 16)))
      ))
      (local.set 17 (local.get 15))
      (local.set 18 (i32.sub (local.get 15) (i32.const 0)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
      (if (i32.eqz (local.get 17)) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x811)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 0x2005))
          (local.set $flagsResult (i64.extend_i32_u (local.get 18)))
          (local.set $flagsOperand (i64.extend_i32_u (local.get 17)))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 0x2005))
        (local.set $flagsResult (i64.extend_i32_u (local.get 18)))
        (local.set $flagsOperand (i64.extend_i32_u (local.get 17)))
        (br $2)
      ))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $flagsKind (i32.const 0x2005))
      (local.set $flagsResult (i64.extend_i32_u (local.get 18)))
      (local.set $flagsOperand (i64.extend_i32_u (local.get 17)))
      (br $2)
    )
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000812])
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

;; user64: a pointer chain
;;   mov rax,[rax]
;;   mov rax,[rax+8]
;;   mov rax,[rax]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 608 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local i64 i64 i32 i32 i32 i64 i32 i64)
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
          (i64.load (local.tee 14 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 13)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 13) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 12 (i64.load (i32.add (i32.wrap_i64 (local.get 13)) (i32.load offset=8 (local.get 14)))))
    ) (else
      (local.set 15 (call $regionReach (local.get 13) (i32.const 8) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 15)))
      (local.set 12 (i64.load (local.get 15)))
    ))
    (local.set 12 (i64.add (local.tee $rax (local.get 12)) (i64.const 8)))
    (if
        (i64.eq
          (i64.load (local.tee 15 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 12)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 12) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 13 (i64.load (i32.add (i32.wrap_i64 (local.get 12)) (i32.load offset=8 (local.get 15)))))
    ) (else
      (local.set 14 (call $regionReach (local.get 12) (i32.const 8) (i32.const 0xab0002) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 14)))
      (local.set 13 (i64.load (local.get 14)))
    ))
    (local.set 13 (local.tee $rax (local.get 13)))
    (if
        (i64.eq
          (i64.load (local.tee 14 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 13)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 13) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 12 (i64.load (i32.add (i32.wrap_i64 (local.get 13)) (i32.load offset=8 (local.get 14)))))
    ) (else
      (local.set 15 (call $regionReach (local.get 13) (i32.const 8) (i32.const 0x12b0003) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 15)))
      (local.set 12 (i64.load (local.get 15)))
    ))
    (local.set $rax (local.get 12))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 1000080a])
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

;; user64: thread-local
;;   mov rax,[fs:0]
;;   mov rcx,[fs:rbx+8]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 560 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rbx i64)
  (local i64 i64 i32 i32 i32 i64 i32 i64)
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
    (local.set 15 (i64.add (i64.const 0) (i64.load [segmentBase[4]])))
    (if
        (i64.eq
          (i64.load (local.tee 16 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 15)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 15) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 14 (i64.load (i32.add (i32.wrap_i64 (local.get 15)) (i32.load offset=8 (local.get 16)))))
    ) (else
      (local.set 17 (call $regionReach (local.get 15) (i32.const 8) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 17)))
      (local.set 14 (i64.load (local.get 17)))
    ))
    (local.set $rax (local.get 14))
    (local.set 14 (i64.add (i64.add (local.get $rbx) (i64.const 8)) (i64.load [segmentBase[4]])))
    (if
        (i64.eq
          (i64.load (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 14)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 14) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 15 (i64.load (i32.add (i32.wrap_i64 (local.get 14)) (i32.load offset=8 (local.get 17)))))
    ) (else
      (local.set 16 (call $regionReach (local.get 14) (i32.const 8) (i32.const 0xab0002) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 16)))
      (local.set 15 (i64.load (local.get 16)))
    ))
    (local.set $rcx (local.get 15))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 1000080e])
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

;; user64: addresses of 32 bits
;;   mov eax,[ebx+ecx*4]
;;   mov [edx],eax
;; is left to the interpreter

;; user64: 16-byte load and store
;;   movups xmm0,[rax]
;;   movaps [rbx],xmm0
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 620 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rbx i64) (local $xmm0 v128)
  (local i32 i64 i32 i32 v128 v128 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 15 (local.get $rax))
    (if
        (i64.eq
          (i64.load (local.tee 16 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 15)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 15) (i64.const 15)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 14 (i32.add (i32.wrap_i64 (local.get 15)) (i32.load offset=8 (local.get 16))))
    ) (else
      (local.set 17 (call $regionReach (local.get 15) (i32.const 16) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 17)))
      (local.set 14 (local.get 17))
    ))
    (local.set 19 (local.tee 18 (local.tee $xmm0 (local.tee 18 (v128.load (local.get 14))))))
    (if (i32.and (i32.wrap_i64 (local.tee 15 (local.get $rbx))) (i32.const 15)) (then
      (i32.store [faultVector] (i32.const 14))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $result [fault 10000803])
      (br $1)
    ))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 15)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 15) (i64.const 15)) (i64.const 0xfffffffffffff000)))
      (then
      (v128.store (i32.add (i32.wrap_i64 (local.get 15)) (i32.load offset=0x4008 (local.get 17))) (local.get 19))
    ) (else
      (local.set 16 (call $regionReach (local.get 15) (i32.const 272) (i32.const 0xab0002) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 16)))
      (v128.store (local.get 16) (local.get 19))
      (if (i32.lt_u (local.get 16) (i32.const 0x3000)) (then
        (call $regionCommit (i32.const 0xab0002) (local.get $budget))
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000806])
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

;; user64: atomic
;;   lock inc dword [rbx]
;;   lock xadd [rdx],rax
;;   xchg rcx,[rsi]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 931 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local i32 i64 i32 i32 i32 i32 i32 i32 i32 i64 i64 i64 i64 i64 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsi (i64.load [rsi]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set 17 (local.get $rbx))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 18 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 17)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 17) (i64.const 3)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 16 (i32.add (i32.wrap_i64 (local.get 17)) (i32.load offset=0x4008 (local.get 18))))
    ) (else
      (local.set 19 (call $regionReach (local.get 17) (i32.const 772) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 19)))
      (local.set 16 (local.get 19))
    ))
    (local.set 22 (local.tee 21 (i32.add (local.tee 20 (i32.load (local.get 16))) (i32.const 1))))
    (i32.store (local.get 16) (local.get 22))
    (if (i32.lt_u (local.get 16) (i32.const 0x3000)) (then
      (call $regionCommit (i32.const 0x2b0001) (local.get $budget))
      (local.set $budget (i32.load [budget]))
    ))
    (local.set 23 (local.get 21))
    (local.set 24 (local.get 20))
    (local.set 17 (local.get $rdx))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 21 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 17)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 17) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 22 (i32.add (i32.wrap_i64 (local.get 17)) (i32.load offset=0x4008 (local.get 21))))
    ) (else
      (local.set 20 (call $regionReach (local.get 17) (i32.const 776) (i32.const 0xab0002) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 20)) (then
        (local.set $result (i32.const 0))
        (local.set 25 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
        (local.set 26 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
        (local.set $keptFlags
          (local.tee 19
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
        (local.set $flagsKind (i32.const 0x2002))
        (local.set $flagsResult (i64.extend_i32_u (local.get 23)))
        (local.set $flagsOperand (i64.extend_i32_u (local.get 24)))
        (br $1)
      ))
      (local.set 22 (local.get 20))
    ))
    (local.set 27 (i64.load (local.get 22)))
    (local.set 28 (local.get $rax))
    (local.set 30 (local.tee 29 (i64.add (local.get 27) (local.get 28))))
    (i64.store (local.get 22) (local.get 30))
    (if (i32.lt_u (local.get 22) (i32.const 0x3000)) (then
      (call $regionCommit (i32.const 0xab0002) (local.get $budget))
      (local.set $budget (i32.load [budget]))
    ))
    (local.set $rax (local.get 27))
    (local.set 31 (local.get 27))
    (local.set 32 (local.get 29))
    (local.set $flagsKind (i32.const 4))
    (local.set $flagsResult (local.get 32))
    (local.set $flagsOperand (local.get 31))
    (local.set 30 (local.get $rsi))
    (if
        (i64.eq
          (i64.load offset=0x4000
            (local.tee 20 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 30)) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.and (i64.add (local.get 30) (i64.const 7)) (i64.const 0xfffffffffffff000)))
      (then
      (local.set 19 (i32.add (i32.wrap_i64 (local.get 30)) (i32.load offset=0x4008 (local.get 20))))
    ) (else
      (local.set 21 (call $regionReach (local.get 30) (i32.const 776) (i32.const 0x12b0003) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 21)))
      (local.set 19 (local.get 21))
    ))
    (local.set 29 (i64.load (local.get 19)))
    (local.set 27 (local.tee 28 (local.get $rcx)))
    (i64.store (local.get 19) (local.get 27))
    (if (i32.lt_u (local.get 19) (i32.const 0x3000)) (then
      (call $regionCommit (i32.const 0x12b0003) (local.get $budget))
      (local.set $budget (i32.load [budget]))
    ))
    (local.set $rcx (local.get 29))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 1000080b])
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

;; user64: compare and exchange
;;   lock cmpxchg [rdx],rcx
;;   jne short 0000000010000808h
;;   nop
;;   nop
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 635 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64)
  (local i32 i64 i32 i32 i64 i64 i64 i32 i64 i64 i64 i32 i64 i32 i64)
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
      (local.set 15 (local.get $rdx))
      (if
          (i64.eq
            (i64.load offset=0x4000
              (local.tee 16 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 15)) (i32.const 8)) (i32.const 0x3ff0)))))
            (i64.and (i64.add (local.get 15) (i64.const 7)) (i64.const 0xfffffffffffff000)))
        (then
        (local.set 14 (i32.add (i32.wrap_i64 (local.get 15)) (i32.load offset=0x4008 (local.get 16))))
      ) (else
        (local.set 17 (call $regionReach (local.get 15) (i32.const 776) (i32.const 0x2b0001) (local.get $budget)))
        (local.set $budget (i32.load [budget]))
        (br_if $1 (i32.eqz (local.get 17)))
        (local.set 14 (local.get 17))
      ))
      (local.set 18 (i64.load (local.get 14)))
      (local.set 19 (local.get $rcx))
      (local.set 21 (i64.eq (local.tee 20 (local.get $rax)) (local.get 18)))
      (local.set 22 (select (local.get 19) (local.get 18) (local.get 21)))
      (i64.store (local.get 14) (local.get 22))
      (if (i32.lt_u (local.get 14) (i32.const 0x3000)) (then
        (call $regionCommit (i32.const 0x2b0001) (local.get $budget))
        (local.set $budget (i32.load [budget]))
      ))
      (if (i32.eqz (local.get 21)) (then
        (local.set $rax (local.get 18))
      ))
      (local.set 23 (local.get 20))
      (local.set 24 (i64.sub (local.get 20) (local.get 18)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (local.set 22 (i64.sub (local.get 23) (local.get 24)))
      (if (i32.eqz (i64.eq (local.get 23) (local.get 22))) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x808)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 5))
          (local.set $flagsResult (local.get 24))
          (local.set $flagsOperand (local.get 23))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 5))
        (local.set $flagsResult (local.get 24))
        (local.set $flagsOperand (local.get 23))
        (br $2)
      ))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $flagsKind (i32.const 5))
      (local.set $flagsResult (local.get 24))
      (local.set $flagsOperand (local.get 23))
      (br $2)
    )
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000809])
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

;; user64: absolute address
;;   mov eax,[qword 20000010h]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 433 bytes
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
    (if
        (i64.eq
          (i64.load (local.tee 13 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.const 0x20000010) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.const 0x20000000))
      (then
      (local.set 12 (i32.load (i32.add (i32.const 0x20000010) (i32.load offset=8 (local.get 13)))))
    ) (else
      (local.set 14 (call $regionReach (i64.const 0x20000010) (i32.const 4) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $1 (i32.eqz (local.get 14)))
      (local.set 12 (i32.load (local.get 14)))
    ))
    (local.set $rax (i64.extend_i32_u (local.get 12)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000809])
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
