;; user32: moves and addresses
;;   mov eax,[ebx+ecx*4+8]
;;   mov [edx],ax
;;   lea esi,[edi+eax]
;;   movzx ecx,byte [esi]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 727 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $rdi i64) (local i32 i32 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (if (i32.ne (i32.load [segmentLimit[1]]) (i32.const -1)) (then
    (return [interpret 10000800])
  ))
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
  (block $2
    (local.set 18 (i32.add (i32.add (i32.wrap_i64 (local.get $rbx)) (i32.shl (i32.wrap_i64 (local.get $rcx)) (i32.const 2))) (i32.const 8)))
    (if
        (i64.eq
          (i64.load (local.tee 19 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 18) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 18) (i32.const 3)) (i32.const 0xfffff000))))
      (then
      (local.set 17 (i32.load (i32.add (local.get 18) (i32.load offset=8 (local.get 19)))))
    ) (else
      (local.set 20 (call $regionReach (i64.extend_i32_u (local.get 18)) (i32.const 4) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $2 (i32.eqz (local.get 20)))
      (local.set 17 (i32.load (local.get 20)))
    ))
    (local.set 19 (local.tee 20 (i32.and (i32.wrap_i64 (local.tee $rax (i64.extend_i32_u (local.get 17)))) (i32.const 0xffff))))
    (local.set 18 (i32.wrap_i64 (local.get $rdx)))
    (if
        (i64.eq
          (i64.load offset=0x4000 (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 18) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 18) (i32.const 1)) (i32.const 0xfffff000))))
      (then
      (i32.store16 (i32.add (local.get 18) (i32.load offset=0x4008 (local.get 17))) (local.get 19))
    ) (else
      (local.set 21
        (call $regionStore
          (i64.extend_i32_u (local.get 18))
          (i64.extend_i32_u (local.get 19))
          (i32.const 258)
          (i32.const 0xab0002)
          (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $2 (i32.eqz (local.get 21)))
    ))
    (local.set 17
      (i32.wrap_i64
        (local.tee $rsi
          (i64.extend_i32_u (i32.wrap_i64 (i64.extend_i32_u (local.tee 21 (i32.wrap_i64 (i64.add (local.get $rdi) (local.get $rax))))))))))
    (if
        (i64.eq
          (i64.load (local.tee 18 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 17) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (local.get 17) (i32.const 0xfffff000))))
      (then
      (local.set 21 (i32.load8_u (i32.add (local.get 17) (i32.load offset=8 (local.get 18)))))
    ) (else
      (local.set 19 (call $regionReach (i64.extend_i32_u (local.get 17)) (i32.const 1) (i32.const 0x1ab0004) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $2 (i32.eqz (local.get 19)))
      (local.set 21 (i32.load8_u (local.get 19)))
    ))
    (local.set $rcx (i64.extend_i32_u (local.get 21)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 1000080d])
    (br $2)
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
      (local.set 22 (i32.wrap_i64 (local.get $next)))
      (local.set 23 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 24 (i32.shl (i32.and (i32.xor (local.get 22) (i32.shr_u (local.get 22) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 25 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 24)) (local.get 23)) (then
        (i64.store [codePage] (local.get 25))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 24)) (i32.load offset=0x40008 (local.get 24)))
      ))
    ))
    (i64.store [rip] (i64.and (i64.sub (local.get $next) (i64.load [codeBase])) (i64.const 0xffffffff)))
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

;; user32: the stack of 32 bits
;;   push ebp
;;   mov ebp,esp
;;   push ebx
;;   mov ebx,[ebp+8]
;;   pop ebx
;;   pop ebp
;;   ret
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 780 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rbx i64) (local $rsp i64) (local $rbp i64)
  (local i32 i32 i32 i32 i32 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (if (i32.ne (i32.load [segmentLimit[1]]) (i32.const -1)) (then
    (return [interpret 10000800])
  ))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsp (i64.load [rsp]))
  (local.set $rbp (i64.load [rbp]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $2
    (local.set 16 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -8)))
    (if
        (i64.eq
          (i64.load offset=0x4000 (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 16) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 16) (i32.const 11)) (i32.const 0xfffff000))))
      (then
      (local.set 15 (i32.add (local.get 16) (i32.load offset=0x4008 (local.get 17))))
    ) (else
      (if (i32.eqz (local.tee 15 (call $regionAnchor (i64.extend_i32_u (local.get 16)) (i32.const 0x1000c) (i32.const 0x48104)))) (then
        (call $countTowardsOutgrown (i32.const 0x5600000) (i32.const 0x941) (i32.const 1) (i32.const 1))
        (local.set $result [interpret 10000800])
        (br $2)
      ))
    ))
    (local.set 19 (local.tee 18 (i32.wrap_i64 (local.get $rbp))))
    (i32.store offset=4 (local.get 15) (local.get 19))
    (local.set $rbp
      (i64.extend_i32_u (local.tee 19 (i32.wrap_i64 (local.tee $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))))))
    (local.set 18 (local.tee 19 (i32.wrap_i64 (local.get $rbx))))
    (i32.store (local.get 15) (local.get 18))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 19 (i32.add (i32.wrap_i64 (local.get $rbp)) (i32.const 8)))
    (if
        (i64.eq
          (i64.load (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 19) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 19) (i32.const 3)) (i32.const 0xfffff000))))
      (then
      (local.set 18 (i32.load (i32.add (local.get 19) (i32.load offset=8 (local.get 17)))))
    ) (else
      (local.set 16 (call $regionReach (i64.extend_i32_u (local.get 19)) (i32.const 0x404) (i32.const 0x1ab0004) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $2 (i32.eqz (local.get 16)))
      (local.set 18 (i32.load (local.get 16)))
    ))
    (local.set $rbx (i64.extend_i32_u (local.get 18)))
    (local.set 16 (i32.load (local.get 15)))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set $rbx (i64.extend_i32_u (local.get 16)))
    (local.set 16 (i32.load offset=4 (local.get 15)))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set $rbp (i64.extend_i32_u (local.get 16)))
    (local.set 20 (i64.extend_i32_u (local.tee 16 (i32.load offset=8 (local.get 15)))))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set 21 (i64.and (local.get 20) (i64.const 0xffffffff)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 7)))
    (local.set $next (i64.and (i64.add (local.get 21) (i64.load [codeBase])) (i64.const 0xffffffff)))
    (local.set $result (i32.const 3))
    (br $2)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rbx] (local.get $rbx))
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
      (local.set 22 (i32.wrap_i64 (local.get $next)))
      (local.set 23 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 24 (i32.shl (i32.and (i32.xor (local.get 22) (i32.shr_u (local.get 22) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 25 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 24)) (local.get 23)) (then
        (i64.store [codePage] (local.get 25))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 24)) (i32.load offset=0x40008 (local.get 24)))
      ))
    ))
    (i64.store [rip] (i64.and (i64.sub (local.get $next) (i64.load [codeBase])) (i64.const 0xffffffff)))
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

;; user32: PUSHA and POPA
;;   pusha
;;   popa
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 1031 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsp i64) (local $rbp i64) (local $rsi i64) (local $rdi i64)
  (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (if (i32.ne (i32.load [segmentLimit[1]]) (i32.const -1)) (then
    (return [interpret 10000800])
  ))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsp (i64.load [rsp]))
  (local.set $rbp (i64.load [rbp]))
  (local.set $rsi (i64.load [rsi]))
  (local.set $rdi (i64.load [rdi]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $2
    (local.set 20 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -32)))
    (if
        (i64.eq
          (i64.load offset=0x4000 (local.tee 21 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 20) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 20) (i32.const 31)) (i32.const 0xfffff000))))
      (then
      (local.set 19 (i32.add (local.get 20) (i32.load offset=0x4008 (local.get 21))))
    ) (else
      (if (i32.eqz (local.tee 19 (call $regionAnchor (i64.extend_i32_u (local.get 20)) (i32.const 0x10020) (i32.const 0)))) (then
        (call $countTowardsOutgrown (i32.const 0x5600000) (i32.const 0x941) (i32.const 1) (i32.const 1))
        (local.set $result [interpret 10000800])
        (br $2)
      ))
    ))
    (local.set 22 (i32.wrap_i64 (local.get $rax)))
    (local.set 23 (i32.wrap_i64 (local.get $rcx)))
    (local.set 24 (i32.wrap_i64 (local.get $rdx)))
    (local.set 25 (i32.wrap_i64 (local.get $rbx)))
    (local.set 26 (i32.wrap_i64 (local.get $rsp)))
    (local.set 27 (i32.wrap_i64 (local.get $rbp)))
    (local.set 28 (i32.wrap_i64 (local.get $rsi)))
    (local.set 29 (i32.wrap_i64 (local.get $rdi)))
    (local.set 30 (local.get $rsp))
    (local.set 31 (local.get 22))
    (i32.store offset=28 (local.get 19) (local.get 31))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 32 (local.get 23))
    (i32.store offset=24 (local.get 19) (local.get 32))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 33 (local.get 24))
    (i32.store offset=20 (local.get 19) (local.get 33))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 34 (local.get 25))
    (i32.store offset=16 (local.get 19) (local.get 34))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 35 (local.get 26))
    (i32.store offset=12 (local.get 19) (local.get 35))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 36 (local.get 27))
    (i32.store offset=8 (local.get 19) (local.get 36))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 37 (local.get 28))
    (i32.store offset=4 (local.get 19) (local.get 37))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 38 (local.get 29))
    (i32.store (local.get 19) (local.get 38))
    (local.set 30 (local.tee $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff))))
    (local.set 38 (i32.load (local.get 19)))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set 37 (i32.load offset=4 (local.get 19)))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set 36 (i32.load offset=8 (local.get 19)))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set 35 (i32.load offset=12 (local.get 19)))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set 34 (i32.load offset=16 (local.get 19)))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set 33 (i32.load offset=20 (local.get 19)))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set 32 (i32.load offset=24 (local.get 19)))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set 31 (i32.load offset=28 (local.get 19)))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set $rdi (i64.extend_i32_u (local.get 38)))
    (local.set $rsi (i64.extend_i32_u (local.get 37)))
    (local.set $rbp (i64.extend_i32_u (local.get 36)))
    (local.set $rbx (i64.extend_i32_u (local.get 34)))
    (local.set $rdx (i64.extend_i32_u (local.get 33)))
    (local.set $rcx (i64.extend_i32_u (local.get 32)))
    (local.set $rax (i64.extend_i32_u (local.get 31)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000802])
    (br $2)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rcx] (local.get $rcx))
  (i64.store [rdx] (local.get $rdx))
  (i64.store [rbx] (local.get $rbx))
  (i64.store [rsp] (local.get $rsp))
  (i64.store [rbp] (local.get $rbp))
  (i64.store [rsi] (local.get $rsi))
  (i64.store [rdi] (local.get $rdi))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (i32.store offset=0x1138
    (i32.const 0)
    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
  (i32.store [budget] (local.get $budget))
  (if (i32.eq (local.get $result) (i32.const 3)) (then
    (if (i32.gt_s (local.get $budget) (i32.const 0)) (then
      (local.set 39 (i32.wrap_i64 (local.get $next)))
      (local.set 40 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 41 (i32.shl (i32.and (i32.xor (local.get 39) (i32.shr_u (local.get 39) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 42 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 41)) (local.get 40)) (then
        (i64.store [codePage] (local.get 42))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 41)) (i32.load offset=0x40008 (local.get 41)))
      ))
    ))
    (i64.store [rip] (i64.and (i64.sub (local.get $next) (i64.load [codeBase])) (i64.const 0xffffffff)))
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

;; user32: a loop
;;   add eax,[edx]
;;   add edx,4
;;   dec ecx
;;   jne short 10000800h
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 685 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64)
  (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (if (i32.ne (i32.load [segmentLimit[1]]) (i32.const -1)) (then
    (return [interpret 10000800])
  ))
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
  (block $2
    (block $3
      (loop $4
        (local.set 14 (i32.wrap_i64 (local.get $rax)))
        (local.set 16 (i32.wrap_i64 (local.get $rdx)))
        (if
            (i64.eq
              (i64.load (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 16) (i32.const 8)) (i32.const 0x3ff0)))))
              (i64.extend_i32_u (i32.and (i32.add (local.get 16) (i32.const 3)) (i32.const 0xfffff000))))
          (then
          (local.set 15 (i32.load (i32.add (local.get 16) (i32.load offset=8 (local.get 17)))))
        ) (else
          (local.set 18 (call $regionReach (i64.extend_i32_u (local.get 16)) (i32.const 4) (i32.const 0x2b0001) (local.get $budget)))
          (local.set $budget (i32.load [budget]))
          (br_if $2 (i32.eqz (local.get 18)))
          (local.set 15 (i32.load (local.get 18)))
        ))
        (local.set $rax (i64.extend_i32_u (local.tee 19 (i32.add (local.get 14) (local.get 15)))))
        (local.set $rdx (i64.extend_i32_u (local.tee 18 (i32.add (local.tee 19 (i32.wrap_i64 (local.get $rdx))) (i32.const 4)))))
        (local.set 20 (local.get 19))
        (local.set 21 (local.get 18))
        (local.set $rcx (i64.extend_i32_u (local.tee 19 (i32.sub (local.tee 18 (i32.wrap_i64 (local.get $rcx))) (i32.const 1)))))
        (local.set 22 (local.get 19))
        (local.set 23 (local.get 18))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
        (if (i32.eqz (i32.eqz (local.get 22))) (then
          (if (i32.le_s (local.get $budget) (i32.const 0)) (then
            (i64.store offset=0x1130
              (i32.const 0)
              (i64.and (i64.sub (i64.add (local.get $page) (i64.const 0x800)) (i64.load [codeBase])) (i64.const 0xffffffff)))
            (local.set $result (i32.const 5))
            (local.set $keptFlags (i32.lt_u (local.get 21) (local.get 20)))
            (local.set $keptMask (i32.const 1))
            (local.set $flagsKind (i32.const 0x2003))
            (local.set $flagsResult (i64.extend_i32_u (local.get 22)))
            (local.set $flagsOperand (i64.extend_i32_u (local.get 23)))
            (br $2)
          ))
          (local.set $keptFlags (i32.lt_u (local.get 21) (local.get 20)))
          (local.set $keptMask (i32.const 1))
          (local.set $flagsKind (i32.const 0x2003))
          (local.set $flagsResult (i64.extend_i32_u (local.get 22)))
          (local.set $flagsOperand (i64.extend_i32_u (local.get 23)))
          (br $4)
        ))
        (br $3)
      )
    )
    (local.set $result [interpret 10000808])
    (local.set $keptFlags (i32.lt_u (local.get 21) (local.get 20)))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 0x2003))
    (local.set $flagsResult (i64.extend_i32_u (local.get 22)))
    (local.set $flagsOperand (i64.extend_i32_u (local.get 23)))
    (br $2)
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
      (local.set 24 (i32.wrap_i64 (local.get $next)))
      (local.set 25 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 26 (i32.shl (i32.and (i32.xor (local.get 24) (i32.shr_u (local.get 24) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 27 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 26)) (local.get 25)) (then
        (i64.store [codePage] (local.get 27))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 26)) (i32.load offset=0x40008 (local.get 26)))
      ))
    ))
    (i64.store [rip] (i64.and (i64.sub (local.get $next) (i64.load [codeBase])) (i64.const 0xffffffff)))
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

;; user32: compare and branch
;;   cmp ax,bx
;;   jge short 10000806h
;;   inc ecx
;;   dec edx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 666 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (if (i32.ne (i32.load [segmentLimit[1]]) (i32.const -1)) (then
    (return [interpret 10000800])
  ))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $2
    (block $3
      (local.set 15 (i32.and (i32.wrap_i64 (local.get $rax)) (i32.const 0xffff)))
      (local.set 16 (i32.and (i32.wrap_i64 (local.get $rbx)) (i32.const 0xffff)))
      (local.set 17 (local.get 15))
      (local.set 18 (local.get 16))
      (local.set 19 (i32.sub (local.get 15) (local.get 16)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i32.eqz (i32.lt_s (i32.extend16_s (local.get 17)) (i32.extend16_s (local.get 18)))) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store offset=0x1130
            (i32.const 0)
            (i64.and (i64.sub (i64.add (local.get $page) (i64.const 0x806)) (i64.load [codeBase])) (i64.const 0xffffffff)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 0x3005))
          (local.set $flagsResult (i64.extend_i32_u (local.get 19)))
          (local.set $flagsOperand (i64.extend_i32_u (local.get 17)))
          (br $2)
        ))
        (local.set $flagsKind (i32.const 0x3005))
        (local.set $flagsResult (i64.extend_i32_u (local.get 19)))
        (local.set $flagsOperand (i64.extend_i32_u (local.get 17)))
        (br $3)
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
      (br $3)
    )
    (local.set $rdx (i64.extend_i32_u (local.tee 16 (i32.sub (local.tee 15 (i32.wrap_i64 (local.get $rdx))) (i32.const 1)))))
    (local.set 22 (local.get 16))
    (local.set 23 (local.get 15))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000807])
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
    (br $2)
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
    (i64.store [rip] (i64.and (i64.sub (local.get $next) (i64.load [codeBase])) (i64.const 0xffffffff)))
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

;; user32: a call, and what it returns to
;;   call 10000840h
;;   test eax,eax
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 506 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rsp i64) (local i64 i32 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (if (i32.ne (i32.load [segmentLimit[1]]) (i32.const -1)) (then
    (return [interpret 10000800])
  ))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rsp (i64.load [rsp]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $2
    (local.set 13 (i32.wrap_i64 (local.tee 12 (i64.sub (i64.add (local.get $page) (i64.const 0x805)) (i64.load [codeBase])))))
    (local.set 14 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
    (if
        (i64.eq
          (i64.load offset=0x4000 (local.tee 15 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 14) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 14) (i32.const 3)) (i32.const 0xfffff000))))
      (then
      (i32.store (i32.add (local.get 14) (i32.load offset=0x4008 (local.get 15))) (local.get 13))
    ) (else
      (local.set 16
        (call $regionStore
          (i64.extend_i32_u (local.get 14))
          (i64.extend_i32_u (local.get 13))
          (i32.const 0x504)
          (i32.const 0x2b0001)
          (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $2 (i32.eqz (local.get 16)))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $next (i64.and (i64.add (local.get $page) (i64.const 0x840)) (i64.const 0xffffffff)))
    (local.set $result (i32.const 3))
    (br $2)
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
    (i64.store [rip] (i64.and (i64.sub (local.get $next) (i64.load [codeBase])) (i64.const 0xffffffff)))
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

;; user32: 64-bit arithmetic in pairs
;;   add eax,ecx
;;   adc edx,ebx
;;   imul edi,esi
;;   mul ecx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 545 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $rdi i64) (local i32 i32 i32 i32 i32 i32 i64 i32 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (if (i32.ne (i32.load [segmentLimit[1]]) (i32.const -1)) (then
    (return [interpret 10000800])
  ))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsi (i64.load [rsi]))
  (local.set $rdi (i64.load [rdi]))
  (block $2
    (local.set 17 (i32.wrap_i64 (local.get $rax)))
    (local.set 18 (i32.wrap_i64 (local.get $rcx)))
    (local.set $rax (i64.extend_i32_u (local.tee 19 (i32.add (local.get 17) (local.get 18)))))
    (local.set 20 (local.get 17))
    (local.set 21 (local.get 19))
    (local.set 19 (i32.wrap_i64 (local.get $rdx)))
    (local.set 18 (i32.wrap_i64 (local.get $rbx)))
    (local.set 17 (i32.lt_u (local.get 21) (local.get 20)))
    (local.set $rdx (i64.extend_i32_u (local.tee 22 (i32.add (i32.add (local.get 19) (local.get 18)) (local.get 17)))))
    (local.set 22 (i32.wrap_i64 (local.get $rdi)))
    (local.set 17 (i32.wrap_i64 (local.get $rsi)))
    (local.set $rdi (i64.extend_i32_u (local.tee 18 (i32.mul (local.get 22) (local.get 17)))))
    (local.set 18 (i32.wrap_i64 (local.get $rcx)))
    (local.set $rax
      (i64.extend_i32_u
        (i32.wrap_i64 (local.tee 23 (i64.mul (i64.extend_i32_u (local.tee 17 (i32.wrap_i64 (local.get $rax)))) (i64.extend_i32_u (local.get 18)))))))
    (local.set $rdx (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u (local.get 23) (i64.const 32)))))
    (local.set 24 (local.tee 22 (i32.wrap_i64 (local.get 23))))
    (local.set 25 (local.get 23))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 10000809])
    (local.set $keptFlags
      (i32.or
        (i64.ne (local.get 25) (i64.extend_i32_u (local.get 24)))
        (i32.or (i32.shl (i64.ne (local.get 25) (i64.extend_i32_u (local.get 24))) (i32.const 11)) (i32.const 0))))
    (local.set $keptMask (i32.const 0x811))
    (local.set $flagsKind (i32.const 0x2001))
    (local.set $flagsResult (i64.extend_i32_u (local.get 24)))
    (br $2)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rdx] (local.get $rdx))
  (i64.store [rdi] (local.get $rdi))
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
    (i64.store [rip] (i64.and (i64.sub (local.get $next) (i64.load [codeBase])) (i64.const 0xffffffff)))
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

;; user32: decimal
;;   daa
;;   aam 0Ah
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 657 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64)
  (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (if (i32.ne (i32.load [segmentLimit[1]]) (i32.const -1)) (then
    (return [interpret 10000800])
  ))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $2
    (local.set 12 (i32.and (i32.wrap_i64 (local.get $rax)) (i32.const 255)))
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (local.set 13 (call $settleFlags))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (local.set 14
      (i32.or (i32.and (i32.shr_u (local.get 13) (i32.const 4)) (i32.const 1)) (i32.gt_u (i32.and (local.get 12) (i32.const 15)) (i32.const 9))))
    (local.set 15 (i32.or (i32.and (local.get 13) (i32.const 1)) (i32.gt_u (local.get 12) (i32.const 153))))
    (local.set 16 (i32.add (select (i32.const 6) (i32.const 0) (local.get 14)) (select (i32.const 96) (i32.const 0) (local.get 15))))
    (local.set 17 (i32.and (i32.add (local.get 12) (local.get 16)) (i32.const 255)))
    (local.set 18 (local.get 15))
    (local.set $rax (i64.or (i64.and (local.get $rax) (i64.const -256)) (i64.extend_i32_u (i32.and (local.get 17) (i32.const 255)))))
    (local.set 19 (local.get 17))
    (local.set 20 (local.get 18))
    (local.set 21 (local.get 14))
    (local.set 17 (i32.rem_u (local.tee 18 (i32.and (i32.wrap_i64 (local.get $rax)) (i32.const 255))) (i32.const 10)))
    (local.set $rax
      (i64.or
        (i64.and (local.get $rax) (i64.const 0xffffffffffff0000))
        (i64.extend_i32_u (i32.and (i32.or (i32.shl (i32.div_u (local.get 18) (i32.const 10)) (i32.const 8)) (local.get 17)) (i32.const 0xffff)))))
    (local.set 22 (local.get 17))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000803])
    (local.set $keptFlags (i32.or (i32.const 0) (i32.or (i32.shl (i32.const 0) (i32.const 11)) (i32.const 0))))
    (local.set $keptMask (i32.const 0x811))
    (local.set $flagsKind (i32.const 0x3801))
    (local.set $flagsResult (i64.extend_i32_u (local.get 22)))
    (br $2)
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
      (local.set 23 (i32.wrap_i64 (local.get $next)))
      (local.set 24 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 25 (i32.shl (i32.and (i32.xor (local.get 23) (i32.shr_u (local.get 23) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 26 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 25)) (local.get 24)) (then
        (i64.store [codePage] (local.get 26))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 25)) (i32.load offset=0x40008 (local.get 25)))
      ))
    ))
    (i64.store [rip] (i64.and (i64.sub (local.get $next) (i64.load [codeBase])) (i64.const 0xffffffff)))
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

;; user32: addresses of 16 bits
;;   mov eax,[bx+si+4]
;; is left to the interpreter

;; user32: SSE2 of 32-bit code
;;   movsd xmm0,[eax]
;;   addsd xmm0,xmm1
;;   movsd [ebx],xmm0
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 863 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rbx i64) (local $xmm0 v128) (local $xmm1 v128)
  (local i64 i32 i32 i32 f64 f64 f64 i64 i64 f64 f64 i64 i64 i64 f64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (if (i32.ne (i32.load [segmentLimit[1]]) (i32.const -1)) (then
    (return [interpret 10000800])
  ))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $xmm0 (v128.load [xmm0]))
  (local.set $xmm1 (v128.load [xmm1]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $2
    (local.set 16 (i32.wrap_i64 (local.get $rax)))
    (if
        (i64.eq
          (i64.load (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 16) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 16) (i32.const 7)) (i32.const 0xfffff000))))
      (then
      (local.set 15 (i64.load (i32.add (local.get 16) (i32.load offset=8 (local.get 17)))))
    ) (else
      (local.set 18 (call $regionReach (i64.extend_i32_u (local.get 16)) (i32.const 8) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $2 (i32.eqz (local.get 18)))
      (local.set 15 (i64.load (local.get 18)))
    ))
    (local.set $xmm0 (i64x2.replace_lane 0 (v128.const i32x4 0x0 0x0 0x0 0x0) (local.get 15)))
    (local.set 19 (f64x2.extract_lane 0 (local.get $xmm1)))
    (local.set 21 (f64.add (local.tee 20 (f64x2.extract_lane 0 (local.get $xmm0))) (local.get 19)))
    (local.set 15 (i64.shl (i64.reinterpret_f64 (local.get 20)) (i64.const 1)))
    (local.set 22 (i64.shl (i64.reinterpret_f64 (local.get 19)) (i64.const 1)))
    (local.set 23 (i64.shl (i64.reinterpret_f64 (local.get 21)) (i64.const 1)))
    (if
        (i32.and
          (i32.eq (i32.and (local.tee 17 (local.tee 18 (i32.load [mxcsr]))) (i32.const 0xffc0)) (i32.const 0x1f80))
          (i32.and
            (i32.and
              (i64.ge_u (i64.sub (local.get 15) (i64.const 2)) (i64.const 0x1ffffffffffffe))
              (i64.ge_u (i64.sub (local.get 22) (i64.const 2)) (i64.const 0x1ffffffffffffe)))
            (i64.lt_u (local.get 23) (i64.const 0xffe0000000000000))))
      (then
      (if (i32.eqz (i32.and (local.get 17) (i32.const 32))) (then
        (local.set 25 (f64.sub (local.get 21) (local.get 20)))
        (if
            (f64.ne (f64.add (f64.sub (local.get 20) (f64.sub (local.get 21) (local.get 25))) (f64.sub (local.get 19) (local.get 25))) (f64.const 0))
          (then
          (i32.store [mxcsr] (i32.or (local.get 17) (i32.const 32)))
        ))
      ))
      (local.set 24 (local.get 21))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 26 (i64.reinterpret_f64 (local.get 20)))
      (local.set 27 (i64.reinterpret_f64 (local.get 19)))
      (local.set 29 (f64.reinterpret_i64 (local.tee 28 (call $f64Add (local.get 26) (local.get 27)))))
      (if (local.tee 16 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
          (local.set $result [fault 10000804])
          (br $2)
        ))
      ))
      (local.set 24 (local.get 29))
    ))
    (local.set 27 (local.tee 28 (i64x2.extract_lane 0 (local.tee $xmm0 (f64x2.replace_lane 0 (local.get $xmm0) (local.get 24))))))
    (local.set 16 (i32.wrap_i64 (local.get $rbx)))
    (if
        (i64.eq
          (i64.load offset=0x4000 (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 16) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 16) (i32.const 7)) (i32.const 0xfffff000))))
      (then
      (i64.store (i32.add (local.get 16) (i32.load offset=0x4008 (local.get 17))) (local.get 27))
    ) (else
      (local.set 18 (call $regionStore (i64.extend_i32_u (local.get 16)) (local.get 27) (i32.const 264) (i32.const 0x12b0003) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $2 (i32.eqz (local.get 18)))
    ))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 1000080c])
    (br $2)
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
      (local.set 30 (i32.wrap_i64 (local.get $next)))
      (local.set 31 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 32 (i32.shl (i32.and (i32.xor (local.get 30) (i32.shr_u (local.get 30) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 33 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 32)) (local.get 31)) (then
        (i64.store [codePage] (local.get 33))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 32)) (i32.load offset=0x40008 (local.get 32)))
      ))
    ))
    (i64.store [rip] (i64.and (i64.sub (local.get $next) (i64.load [codeBase])) (i64.const 0xffffffff)))
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

;; user32: a function of 32-bit code that is called
;;   push eax
;;   call 1000080Eh
;;   add esp,4
;;   dec ecx
;;   jne short 10000800h
;;   jmp short 10000814h
;;   mov eax,[esp+4]
;;   inc eax
;;   ret
;;   nop
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 559 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rsp i64)
  (local i32 i32 i32 i32 i32 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (if (i32.ne (i32.load [segmentLimit[1]]) (i32.const -1)) (then
    (return [interpret 10000800])
  ))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rsp (i64.load [rsp]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $2
    (local.set 14 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -8)))
    (if
        (i64.eq
          (i64.load offset=0x4000 (local.tee 15 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 14) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 14) (i32.const 7)) (i32.const 0xfffff000))))
      (then
      (local.set 13 (i32.add (local.get 14) (i32.load offset=0x4008 (local.get 15))))
    ) (else
      (if (i32.eqz (local.tee 13 (call $regionAnchor (i64.extend_i32_u (local.get 14)) (i32.const 0x10008) (i32.const 0x48104)))) (then
        (call $countTowardsOutgrown (i32.const 0x5600000) (i32.const 0x941) (i32.const 1) (i32.const 1))
        (local.set $result [interpret 10000800])
        (br $2)
      ))
    ))
    (local.set 17 (local.tee 16 (i32.wrap_i64 (local.get $rax))))
    (i32.store offset=4 (local.get 13) (local.get 17))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 17 (i32.wrap_i64 (local.tee 18 (i64.sub (i64.add (local.get $page) (i64.const 0x806)) (i64.load [codeBase])))))
    (i32.store (local.get 13) (local.get 17))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $next (i64.and (i64.add (local.get $page) (i64.const 0x80e)) (i64.const 0xffffffff)))
    (local.set $result (i32.const 3))
    (br $2)
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
      (local.set 19 (i32.wrap_i64 (local.get $next)))
      (local.set 20 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 21 (i32.shl (i32.and (i32.xor (local.get 19) (i32.shr_u (local.get 19) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 22 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 21)) (local.get 20)) (then
        (i64.store [codePage] (local.get 22))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 21)) (i32.load offset=0x40008 (local.get 21)))
      ))
    ))
    (i64.store [rip] (i64.and (i64.sub (local.get $next) (i64.load [codeBase])) (i64.const 0xffffffff)))
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

;; user32: thread-local
;;   mov eax,[gs:14h]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 469 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local i32 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (if (i32.ne (i32.load [segmentLimit[1]]) (i32.const -1)) (then
    (return [interpret 10000800])
  ))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $2
    (local.set 13 (i32.add (i32.const 20) (i32.load [segmentBase[5]])))
    (if
        (i64.eq
          (i64.load (local.tee 14 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 13) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 13) (i32.const 3)) (i32.const 0xfffff000))))
      (then
      (local.set 12 (i32.load (i32.add (local.get 13) (i32.load offset=8 (local.get 14)))))
    ) (else
      (local.set 15 (call $regionReach (i64.extend_i32_u (local.get 13)) (i32.const 4) (i32.const 0x2b0001) (local.get $budget)))
      (local.set $budget (i32.load [budget]))
      (br_if $2 (i32.eqz (local.get 15)))
      (local.set 12 (i32.load (local.get 15)))
    ))
    (local.set $rax (i64.extend_i32_u (local.get 12)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000806])
    (br $2)
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
    (i64.store [rip] (i64.and (i64.sub (local.get $next) (i64.load [codeBase])) (i64.const 0xffffffff)))
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
