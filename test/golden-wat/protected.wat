;; user32: moves and addresses
;;   mov eax,[ebx+ecx*4+8]
;;   mov [edx],ax
;;   lea esi,[edi+eax]
;;   movzx ecx,byte [esi]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 705 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64) (local $rsi i64) (local $rdi i64)
  (local i32 i32 i32 i32 i32)
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
    (local.set 17 (i32.add (i32.add (i32.wrap_i64 (local.get $rbx)) (i32.shl (i32.wrap_i64 (local.get $rcx)) (i32.const 2))) (i32.const 8)))
    (if
        (i64.eq
          (i64.load (local.tee 18 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 17) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 17) (i32.const 3)) (i32.const 0xfffff000))))
      (then
      (local.set 16 (i32.load (i32.add (local.get 17) (i32.load offset=8 (local.get 18)))))
    ) (else
      (i32.store [budget] (local.get $budget))
      (local.set 19 (call $regionAccess (i64.extend_i32_u (local.get 17)) (i32.const 4) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 19)) (then
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 16 (i32.load (local.get 19)))
    ))
    (local.set 18 (local.tee 19 (i32.and (i32.wrap_i64 (local.tee $rax (i64.extend_i32_u (local.get 16)))) (i32.const 0xffff))))
    (local.set 17 (i32.wrap_i64 (local.get $rdx)))
    (if
        (i64.eq
          (i64.load offset=0x4000 (local.tee 16 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 17) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 17) (i32.const 1)) (i32.const 0xfffff000))))
      (then
      (i32.store16 (i32.add (local.get 17) (i32.load offset=0x4008 (local.get 16))) (local.get 18))
    ) (else
      (i32.store [budget] (local.get $budget))
      (local.set 20 (call $regionAccess (i64.extend_i32_u (local.get 17)) (i32.const 258) [10000804] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 20)) (then
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result (i32.sub [interpret 10000804] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store16 (local.get 20) (local.get 18))
      (if (i32.lt_u (local.get 20) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000804] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set 16
      (i32.wrap_i64
        (local.tee $rsi
          (i64.extend_i32_u (i32.wrap_i64 (i64.extend_i32_u (local.tee 20 (i32.wrap_i64 (i64.add (local.get $rdi) (local.get $rax))))))))))
    (if
        (i64.eq
          (i64.load (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 16) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (local.get 16) (i32.const 0xfffff000))))
      (then
      (local.set 20 (i32.load8_u (i32.add (local.get 16) (i32.load offset=8 (local.get 17)))))
    ) (else
      (i32.store [budget] (local.get $budget))
      (local.set 18 (call $regionAccess (i64.extend_i32_u (local.get 16)) (i32.const 1) [1000080a] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 18)) (then
        (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
        (local.set $result (i32.sub [interpret 1000080a] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 20 (i32.load8_u (local.get 18)))
    ))
    (local.set $rcx (i64.extend_i32_u (local.get 20)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 1000080d])
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
    (return_call $chain)
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
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 1154 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rbx i64) (local $rsp i64) (local $rbp i64)
  (local i32 i32 i32 i32 i32 i32 i32 i64 i64)
  (local.set $page (i64.load [codePage]))
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
  (block $1
    (local.set 15 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -8)))
    (if
        (i64.eq
          (i64.load offset=0x4000 (local.tee 16 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 15) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 15) (i32.const 11)) (i32.const 0xfffff000))))
      (then
      (local.set 14 (i32.add (local.get 15) (i32.load offset=0x4008 (local.get 16))))
    ) (else
      (local.set 14 (call $regionAnchor (i64.extend_i32_u (local.get 15)) (i32.const 0x1000c)))
    ))
    (local.set 18 (local.tee 17 (i32.wrap_i64 (local.get $rbp))))
    (if (local.get 14) (then
      (i32.store offset=4 (local.get 14) (local.get 18))
    ) (else
      (local.set 19 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
      (i32.store [budget] (local.get $budget))
      (local.set 20 (call $regionReach (i64.extend_i32_u (local.get 19)) (i32.const 0x504) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 20)) (then
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store (local.get 20) (local.get 18))
      (if (i32.lt_u (local.get 20) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000800] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $rbp
      (i64.extend_i32_u (local.tee 20 (i32.wrap_i64 (local.tee $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))))))
    (local.set 19 (local.tee 20 (i32.wrap_i64 (local.get $rbx))))
    (if (local.get 14) (then
      (i32.store (local.get 14) (local.get 19))
    ) (else
      (local.set 18 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
      (i32.store [budget] (local.get $budget))
      (local.set 17 (call $regionReach (i64.extend_i32_u (local.get 18)) (i32.const 0x504) [10000803] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 17)) (then
        (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
        (local.set $result (i32.sub [interpret 10000803] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store (local.get 17) (local.get 19))
      (if (i32.lt_u (local.get 17) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000803] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 18 (i32.add (i32.wrap_i64 (local.get $rbp)) (i32.const 8)))
    (if
        (i64.eq
          (i64.load (local.tee 19 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 18) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 18) (i32.const 3)) (i32.const 0xfffff000))))
      (then
      (local.set 17 (i32.load (i32.add (local.get 18) (i32.load offset=8 (local.get 19)))))
    ) (else
      (i32.store [budget] (local.get $budget))
      (local.set 20 (call $regionAccess (i64.extend_i32_u (local.get 18)) (i32.const 0x404) [10000804] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 20)) (then
        (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
        (local.set $result (i32.sub [interpret 10000804] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 17 (i32.load (local.get 20)))
    ))
    (local.set $rbx (i64.extend_i32_u (local.get 17)))
    (if (local.get 14) (then
      (local.set 20 (i32.load (local.get 14)))
    ) (else
      (local.set 19 (i32.wrap_i64 (local.get $rsp)))
      (i32.store [budget] (local.get $budget))
      (local.set 18 (call $regionReach (i64.extend_i32_u (local.get 19)) (i32.const 0x404) [10000807] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 18)) (then
        (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
        (local.set $result (i32.sub [interpret 10000807] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 20 (i32.load (local.get 18)))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set $rbx (i64.extend_i32_u (local.get 20)))
    (if (local.get 14) (then
      (local.set 18 (i32.load offset=4 (local.get 14)))
    ) (else
      (local.set 19 (i32.wrap_i64 (local.get $rsp)))
      (i32.store [budget] (local.get $budget))
      (local.set 20 (call $regionReach (i64.extend_i32_u (local.get 19)) (i32.const 0x404) [10000808] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 20)) (then
        (local.set $budget (i32.sub (local.get $budget) (i32.const 5)))
        (local.set $result (i32.sub [interpret 10000808] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 18 (i32.load (local.get 20)))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set $rbp (i64.extend_i32_u (local.get 18)))
    (if (local.get 14) (then
      (local.set 20 (i32.load offset=8 (local.get 14)))
    ) (else
      (local.set 19 (i32.wrap_i64 (local.get $rsp)))
      (i32.store [budget] (local.get $budget))
      (local.set 18 (call $regionReach (i64.extend_i32_u (local.get 19)) (i32.const 0x404) [10000809] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 18)) (then
        (local.set $budget (i32.sub (local.get $budget) (i32.const 6)))
        (local.set $result (i32.sub [interpret 10000809] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 20 (i32.load (local.get 18)))
    ))
    (if (i32.gt_u (i32.wrap_i64 (local.tee 21 (i64.extend_i32_u (local.get 20)))) (i32.load [segmentLimit[1]])) (then
      (i32.store [faultVector] (i32.const 14))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 6)))
      (local.set $result [fault 10000809])
      (br $1)
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set 22 (i64.and (local.get 21) (i64.const 0xffffffff)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 7)))
    (i64.store [rip] (local.get 22))
    (local.set $result (i32.const 3))
    (br $1)
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
    (return_call $chain)
  ))
  (return (local.get $result))
)

;; user32: PUSHA and POPA
;;   pusha
;;   popa
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 2543 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64) (local $rsp i64) (local $rbp i64)
  (local $rsi i64) (local $rdi i64)
  (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
  (local.set $page (i64.load [codePage]))
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
  (block $1
    (local.set 19 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -32)))
    (if
        (i64.eq
          (i64.load offset=0x4000 (local.tee 20 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 19) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 19) (i32.const 31)) (i32.const 0xfffff000))))
      (then
      (local.set 18 (i32.add (local.get 19) (i32.load offset=0x4008 (local.get 20))))
    ) (else
      (local.set 18 (call $regionAnchor (i64.extend_i32_u (local.get 19)) (i32.const 0x10020)))
    ))
    (local.set 21 (i32.wrap_i64 (local.get $rax)))
    (local.set 22 (i32.wrap_i64 (local.get $rcx)))
    (local.set 23 (i32.wrap_i64 (local.get $rdx)))
    (local.set 24 (i32.wrap_i64 (local.get $rbx)))
    (local.set 25 (i32.wrap_i64 (local.get $rsp)))
    (local.set 26 (i32.wrap_i64 (local.get $rbp)))
    (local.set 27 (i32.wrap_i64 (local.get $rsi)))
    (local.set 28 (i32.wrap_i64 (local.get $rdi)))
    (local.set 29 (local.get $rsp))
    (local.set 30 (local.get 21))
    (if (local.get 18) (then
      (i32.store offset=28 (local.get 18) (local.get 30))
    ) (else
      (local.set 31 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
      (i32.store [budget] (local.get $budget))
      (local.set 32 (call $regionReach (i64.extend_i32_u (local.get 31)) (i32.const 0x504) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 32)) (then
        (local.set $rsp (local.get 29))
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store (local.get 32) (local.get 30))
      (if (i32.lt_u (local.get 32) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000800] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 33 (local.get 22))
    (if (local.get 18) (then
      (i32.store offset=24 (local.get 18) (local.get 33))
    ) (else
      (local.set 34 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
      (i32.store [budget] (local.get $budget))
      (local.set 35 (call $regionReach (i64.extend_i32_u (local.get 34)) (i32.const 0x504) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 35)) (then
        (local.set $rsp (local.get 29))
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store (local.get 35) (local.get 33))
      (if (i32.lt_u (local.get 35) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000800] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 36 (local.get 23))
    (if (local.get 18) (then
      (i32.store offset=20 (local.get 18) (local.get 36))
    ) (else
      (local.set 37 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
      (i32.store [budget] (local.get $budget))
      (local.set 38 (call $regionReach (i64.extend_i32_u (local.get 37)) (i32.const 0x504) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 38)) (then
        (local.set $rsp (local.get 29))
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store (local.get 38) (local.get 36))
      (if (i32.lt_u (local.get 38) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000800] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 39 (local.get 24))
    (if (local.get 18) (then
      (i32.store offset=16 (local.get 18) (local.get 39))
    ) (else
      (local.set 40 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
      (i32.store [budget] (local.get $budget))
      (local.set 41 (call $regionReach (i64.extend_i32_u (local.get 40)) (i32.const 0x504) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 41)) (then
        (local.set $rsp (local.get 29))
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store (local.get 41) (local.get 39))
      (if (i32.lt_u (local.get 41) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000800] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 42 (local.get 25))
    (if (local.get 18) (then
      (i32.store offset=12 (local.get 18) (local.get 42))
    ) (else
      (local.set 43 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
      (i32.store [budget] (local.get $budget))
      (local.set 44 (call $regionReach (i64.extend_i32_u (local.get 43)) (i32.const 0x504) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 44)) (then
        (local.set $rsp (local.get 29))
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store (local.get 44) (local.get 42))
      (if (i32.lt_u (local.get 44) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000800] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 45 (local.get 26))
    (if (local.get 18) (then
      (i32.store offset=8 (local.get 18) (local.get 45))
    ) (else
      (local.set 46 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
      (i32.store [budget] (local.get $budget))
      (local.set 47 (call $regionReach (i64.extend_i32_u (local.get 46)) (i32.const 0x504) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 47)) (then
        (local.set $rsp (local.get 29))
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store (local.get 47) (local.get 45))
      (if (i32.lt_u (local.get 47) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000800] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 48 (local.get 27))
    (if (local.get 18) (then
      (i32.store offset=4 (local.get 18) (local.get 48))
    ) (else
      (local.set 49 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
      (i32.store [budget] (local.get $budget))
      (local.set 50 (call $regionReach (i64.extend_i32_u (local.get 49)) (i32.const 0x504) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 50)) (then
        (local.set $rsp (local.get 29))
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store (local.get 50) (local.get 48))
      (if (i32.lt_u (local.get 50) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000800] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (local.set 51 (local.get 28))
    (if (local.get 18) (then
      (i32.store (local.get 18) (local.get 51))
    ) (else
      (local.set 52 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
      (i32.store [budget] (local.get $budget))
      (local.set 53 (call $regionReach (i64.extend_i32_u (local.get 52)) (i32.const 0x504) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 53)) (then
        (local.set $rsp (local.get 29))
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store (local.get 53) (local.get 51))
      (if (i32.lt_u (local.get 53) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000800] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set 29 (local.tee $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff))))
    (if (local.get 18) (then
      (local.set 53 (i32.load (local.get 18)))
    ) (else
      (local.set 52 (i32.wrap_i64 (local.get $rsp)))
      (i32.store [budget] (local.get $budget))
      (local.set 51 (call $regionReach (i64.extend_i32_u (local.get 52)) (i32.const 0x404) [10000801] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 51)) (then
        (local.set $rsp (local.get 29))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result (i32.sub [interpret 10000801] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 53 (i32.load (local.get 51)))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (if (local.get 18) (then
      (local.set 50 (i32.load offset=4 (local.get 18)))
    ) (else
      (local.set 49 (i32.wrap_i64 (local.get $rsp)))
      (i32.store [budget] (local.get $budget))
      (local.set 48 (call $regionReach (i64.extend_i32_u (local.get 49)) (i32.const 0x404) [10000801] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 48)) (then
        (local.set $rsp (local.get 29))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result (i32.sub [interpret 10000801] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 50 (i32.load (local.get 48)))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (if (local.get 18) (then
      (local.set 47 (i32.load offset=8 (local.get 18)))
    ) (else
      (local.set 46 (i32.wrap_i64 (local.get $rsp)))
      (i32.store [budget] (local.get $budget))
      (local.set 45 (call $regionReach (i64.extend_i32_u (local.get 46)) (i32.const 0x404) [10000801] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 45)) (then
        (local.set $rsp (local.get 29))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result (i32.sub [interpret 10000801] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 47 (i32.load (local.get 45)))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (if (local.get 18) (then
      (local.set 44 (i32.load offset=12 (local.get 18)))
    ) (else
      (local.set 43 (i32.wrap_i64 (local.get $rsp)))
      (i32.store [budget] (local.get $budget))
      (local.set 42 (call $regionReach (i64.extend_i32_u (local.get 43)) (i32.const 0x404) [10000801] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 42)) (then
        (local.set $rsp (local.get 29))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result (i32.sub [interpret 10000801] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 44 (i32.load (local.get 42)))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (if (local.get 18) (then
      (local.set 41 (i32.load offset=16 (local.get 18)))
    ) (else
      (local.set 40 (i32.wrap_i64 (local.get $rsp)))
      (i32.store [budget] (local.get $budget))
      (local.set 39 (call $regionReach (i64.extend_i32_u (local.get 40)) (i32.const 0x404) [10000801] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 39)) (then
        (local.set $rsp (local.get 29))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result (i32.sub [interpret 10000801] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 41 (i32.load (local.get 39)))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (if (local.get 18) (then
      (local.set 38 (i32.load offset=20 (local.get 18)))
    ) (else
      (local.set 37 (i32.wrap_i64 (local.get $rsp)))
      (i32.store [budget] (local.get $budget))
      (local.set 36 (call $regionReach (i64.extend_i32_u (local.get 37)) (i32.const 0x404) [10000801] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 36)) (then
        (local.set $rsp (local.get 29))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result (i32.sub [interpret 10000801] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 38 (i32.load (local.get 36)))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (if (local.get 18) (then
      (local.set 35 (i32.load offset=24 (local.get 18)))
    ) (else
      (local.set 34 (i32.wrap_i64 (local.get $rsp)))
      (i32.store [budget] (local.get $budget))
      (local.set 33 (call $regionReach (i64.extend_i32_u (local.get 34)) (i32.const 0x404) [10000801] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 33)) (then
        (local.set $rsp (local.get 29))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result (i32.sub [interpret 10000801] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 35 (i32.load (local.get 33)))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (if (local.get 18) (then
      (local.set 32 (i32.load offset=28 (local.get 18)))
    ) (else
      (local.set 31 (i32.wrap_i64 (local.get $rsp)))
      (i32.store [budget] (local.get $budget))
      (local.set 30 (call $regionReach (i64.extend_i32_u (local.get 31)) (i32.const 0x404) [10000801] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 30)) (then
        (local.set $rsp (local.get 29))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result (i32.sub [interpret 10000801] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 32 (i32.load (local.get 30)))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const 4)) (i64.const 0xffffffff)))
    (local.set $rdi (i64.extend_i32_u (local.get 53)))
    (local.set $rsi (i64.extend_i32_u (local.get 50)))
    (local.set $rbp (i64.extend_i32_u (local.get 47)))
    (local.set $rbx (i64.extend_i32_u (local.get 41)))
    (local.set $rdx (i64.extend_i32_u (local.get 38)))
    (local.set $rcx (i64.extend_i32_u (local.get 35)))
    (local.set $rax (i64.extend_i32_u (local.get 32)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000802])
    (br $1)
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
    (return_call $chain)
  ))
  (return (local.get $result))
)

;; user32: a loop
;;   add eax,[edx]
;;   add edx,4
;;   dec ecx
;;   jne short 10000800h
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 545 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
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
      (loop $3
        (local.set 13 (i32.wrap_i64 (local.get $rax)))
        (local.set 15 (i32.wrap_i64 (local.get $rdx)))
        (if
            (i64.eq
              (i64.load (local.tee 16 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 15) (i32.const 8)) (i32.const 0x3ff0)))))
              (i64.extend_i32_u (i32.and (i32.add (local.get 15) (i32.const 3)) (i32.const 0xfffff000))))
          (then
          (local.set 14 (i32.load (i32.add (local.get 15) (i32.load offset=8 (local.get 16)))))
        ) (else
          (i32.store [budget] (local.get $budget))
          (local.set 17 (call $regionAccess (i64.extend_i32_u (local.get 15)) (i32.const 4) [10000800] [10000800]))
          (local.set $budget (i32.load [budget]))
          (if (i32.eqz (local.get 17)) (then
            (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
            (br $1)
          ))
          (local.set 14 (i32.load (local.get 17)))
        ))
        (local.set $rax (i64.extend_i32_u (local.tee 18 (i32.add (local.get 13) (local.get 14)))))
        (local.set $rdx (i64.extend_i32_u (local.tee 17 (i32.add (local.tee 18 (i32.wrap_i64 (local.get $rdx))) (i32.const 4)))))
        (local.set 19 (local.get 18))
        (local.set 20 (local.get 17))
        (local.set $rcx (i64.extend_i32_u (local.tee 18 (i32.sub (local.tee 17 (i32.wrap_i64 (local.get $rcx))) (i32.const 1)))))
        (local.set 21 (local.tee 16 (i32.lt_u (local.get 20) (local.get 19))))
        (local.set 22 (local.get 18))
        (local.set 23 (local.get 17))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
        (if (i32.eqz (i32.eqz (local.get 22))) (then
          (if (i32.le_s (local.get $budget) (i32.const 0)) (then
            (i64.store offset=0x1130
              (i32.const 0)
              (i64.and (i64.sub (i64.add (local.get $page) (i64.const 0x800)) (i64.load [codeBase])) (i64.const 0xffffffff)))
            (local.set $result (i32.const 0))
            (local.set $keptFlags (local.get 21))
            (local.set $keptMask (i32.const 1))
            (local.set $flagsKind (i32.const 0x2003))
            (local.set $flagsResult (i64.extend_i32_u (local.get 22)))
            (local.set $flagsOperand (i64.extend_i32_u (local.get 23)))
            (br $1)
          ))
          (local.set $keptFlags (local.get 21))
          (local.set $keptMask (i32.const 1))
          (local.set $flagsKind (i32.const 0x2003))
          (local.set $flagsResult (i64.extend_i32_u (local.get 22)))
          (local.set $flagsOperand (i64.extend_i32_u (local.get 23)))
          (br $3)
        ))
        (br $2)
      )
    )
    (local.set $result [interpret 10000808])
    (local.set $keptFlags (local.get 21))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 0x2003))
    (local.set $flagsResult (i64.extend_i32_u (local.get 22)))
    (local.set $flagsOperand (i64.extend_i32_u (local.get 23)))
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
    (return_call $chain)
  ))
  (return (local.get $result))
)

;; user32: compare and branch
;;   cmp ax,bx
;;   jge short 10000806h
;;   inc ecx
;;   dec edx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 491 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $rbx (i64.load [rbx]))
  (block $1
    (block $2
      (local.set 14 (i32.and (i32.wrap_i64 (local.get $rax)) (i32.const 0xffff)))
      (local.set 15 (i32.and (i32.wrap_i64 (local.get $rbx)) (i32.const 0xffff)))
      (local.set 16 (local.get 14))
      (local.set 17 (local.get 15))
      (local.set 18 (i32.sub (local.get 14) (local.get 15)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i32.eqz (i32.lt_s (i32.extend16_s (local.get 16)) (i32.extend16_s (local.get 17)))) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store offset=0x1130
            (i32.const 0)
            (i64.and (i64.sub (i64.add (local.get $page) (i64.const 0x806)) (i64.load [codeBase])) (i64.const 0xffffffff)))
          (local.set $result (i32.const 0))
          (local.set $flagsKind (i32.const 0x3005))
          (local.set $flagsResult (i64.extend_i32_u (local.get 18)))
          (local.set $flagsOperand (i64.extend_i32_u (local.get 16)))
          (br $1)
        ))
        (local.set $flagsKind (i32.const 0x3005))
        (local.set $flagsResult (i64.extend_i32_u (local.get 18)))
        (local.set $flagsOperand (i64.extend_i32_u (local.get 16)))
        (br $2)
      ))
      (local.set $rcx (i64.extend_i32_u (local.tee 14 (i32.add (local.tee 15 (i32.wrap_i64 (local.get $rcx))) (i32.const 1)))))
      (local.set 20 (local.tee 19 (i32.lt_u (local.get 16) (local.get 17))))
      (local.set 21 (local.get 14))
      (local.set 22 (local.get 15))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (local.get 20))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 0x2002))
      (local.set $flagsResult (i64.extend_i32_u (local.get 21)))
      (local.set $flagsOperand (i64.extend_i32_u (local.get 22)))
      (br $2)
    )
    (local.set $rdx (i64.extend_i32_u (local.tee 14 (i32.sub (local.tee 19 (i32.wrap_i64 (local.get $rdx))) (i32.const 1)))))
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (local.set 24 (local.tee 23 (local.tee 15 (call $carryFlag))))
    (local.set 25 (local.get 14))
    (local.set 26 (local.get 19))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000807])
    (local.set $keptFlags (local.get 24))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 0x2003))
    (local.set $flagsResult (i64.extend_i32_u (local.get 25)))
    (local.set $flagsOperand (i64.extend_i32_u (local.get 26)))
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
    (return_call $chain)
  ))
  (return (local.get $result))
)

;; user32: a call, and what it returns to
;;   call 10000840h
;;   test eax,eax
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 537 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $keptFlags i32) (local $keptMask i32) (local $rsp i64) (local i64 i64 i32 i32 i32 i32 i64)
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
    (if
        (i32.gt_u
          (i32.wrap_i64
            (local.tee 11
              (i64.and (i64.sub (i64.add (local.get $page) (i64.const 0x840)) (i64.load [codeBase])) (i64.const 0xffffffff))))
          (i32.load [segmentLimit[1]]))
      (then
      (i32.store [faultVector] (i32.const 14))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $result [fault 10000800])
      (br $1)
    ))
    (local.set 13 (i32.wrap_i64 (local.tee 12 (i64.sub (i64.add (local.get $page) (i64.const 0x805)) (i64.load [codeBase])))))
    (local.set 14 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
    (if
        (i64.eq
          (i64.load offset=0x4000 (local.tee 15 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 14) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 14) (i32.const 3)) (i32.const 0xfffff000))))
      (then
      (i32.store (i32.add (local.get 14) (i32.load offset=0x4008 (local.get 15))) (local.get 13))
    ) (else
      (i32.store [budget] (local.get $budget))
      (local.set 16 (call $regionAccess (i64.extend_i32_u (local.get 14)) (i32.const 0x504) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 16)) (then
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store (local.get 16) (local.get 13))
      (if (i32.lt_u (local.get 16) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000800] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (if
        (i32.gt_u
          (i32.wrap_i64
            (local.tee 17
              (i64.and (i64.sub (i64.add (local.get $page) (i64.const 0x840)) (i64.load [codeBase])) (i64.const 0xffffffff))))
          (i32.load [segmentLimit[1]]))
      (then
      (i32.store [faultVector] (i32.const 14))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $result [fault 10000800])
      (br $1)
    ))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (i64.store offset=0x1130
      (i32.const 0)
      (i64.and (i64.sub (i64.add (local.get $page) (i64.const 0x840)) (i64.load [codeBase])) (i64.const 0xffffffff)))
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
    (return_call $chain)
  ))
  (return (local.get $result))
)

;; user32: 64-bit arithmetic in pairs
;;   add eax,ecx
;;   adc edx,ebx
;;   imul edi,esi
;;   mul ecx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 372 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64) (local $rsi i64) (local $rdi i64)
  (local i32 i32 i32 i32 i32 i32 i64 i32 i64)
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
    (local.set 16 (i32.wrap_i64 (local.get $rax)))
    (local.set 17 (i32.wrap_i64 (local.get $rcx)))
    (local.set $rax (i64.extend_i32_u (local.tee 18 (i32.add (local.get 16) (local.get 17)))))
    (local.set 19 (local.get 16))
    (local.set 20 (local.get 18))
    (local.set 18 (i32.wrap_i64 (local.get $rdx)))
    (local.set 17 (i32.wrap_i64 (local.get $rbx)))
    (local.set 16 (i32.lt_u (local.get 20) (local.get 19)))
    (local.set $rdx (i64.extend_i32_u (local.tee 21 (i32.add (i32.add (local.get 18) (local.get 17)) (local.get 16)))))
    (local.set 21 (i32.wrap_i64 (local.get $rdi)))
    (local.set 16 (i32.wrap_i64 (local.get $rsi)))
    (local.set $rdi (i64.extend_i32_u (local.tee 17 (i32.mul (local.get 21) (local.get 16)))))
    (local.set 17 (i32.wrap_i64 (local.get $rcx)))
    (local.set $rax
      (i64.extend_i32_u
        (i32.wrap_i64 (local.tee 22 (i64.mul (i64.extend_i32_u (local.tee 16 (i32.wrap_i64 (local.get $rax)))) (i64.extend_i32_u (local.get 17)))))))
    (local.set $rdx (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u (local.get 22) (i64.const 32)))))
    (local.set 23 (local.tee 21 (i32.wrap_i64 (local.get 22))))
    (local.set 24 (local.get 22))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 10000809])
    (local.set $keptFlags
      (i32.or
        (i64.ne (local.get 24) (i64.extend_i32_u (local.get 23)))
        (i32.or (i32.shl (i64.ne (local.get 24) (i64.extend_i32_u (local.get 23))) (i32.const 11)) (i32.const 0))))
    (local.set $keptMask (i32.const 0x811))
    (local.set $flagsKind (i32.const 0x2001))
    (local.set $flagsResult (i64.extend_i32_u (local.get 23)))
    (br $1)
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
    (return_call $chain)
  ))
  (return (local.get $result))
)

;; user32: decimal
;;   daa
;;   aam 0Ah
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 486 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
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
    (local.set 11 (i32.and (i32.wrap_i64 (local.get $rax)) (i32.const 255)))
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (local.set 12 (call $settleFlags))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (local.set 13
      (i32.or (i32.and (i32.shr_u (local.get 12) (i32.const 4)) (i32.const 1)) (i32.gt_u (i32.and (local.get 11) (i32.const 15)) (i32.const 9))))
    (local.set 14 (i32.or (i32.and (local.get 12) (i32.const 1)) (i32.gt_u (local.get 11) (i32.const 153))))
    (local.set 15 (i32.add (select (i32.const 6) (i32.const 0) (local.get 13)) (select (i32.const 96) (i32.const 0) (local.get 14))))
    (local.set 16 (i32.and (i32.add (local.get 11) (local.get 15)) (i32.const 255)))
    (local.set 17 (local.get 14))
    (local.set $rax (i64.or (i64.and (local.get $rax) (i64.const -256)) (i64.extend_i32_u (i32.and (local.get 16) (i32.const 255)))))
    (local.set 18 (local.get 16))
    (local.set 19 (local.get 17))
    (local.set 20 (local.get 13))
    (local.set 16 (i32.rem_u (local.tee 17 (i32.and (i32.wrap_i64 (local.get $rax)) (i32.const 255))) (i32.const 10)))
    (local.set $rax
      (i64.or
        (i64.and (local.get $rax) (i64.const 0xffffffffffff0000))
        (i64.extend_i32_u (i32.and (i32.or (i32.shl (i32.div_u (local.get 17) (i32.const 10)) (i32.const 8)) (local.get 16)) (i32.const 0xffff)))))
    (local.set 21 (local.get 16))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (local.set $result [interpret 10000803])
    (local.set $keptFlags (i32.or (i32.const 0) (i32.or (i32.shl (i32.const 0) (i32.const 11)) (i32.const 0))))
    (local.set $keptMask (i32.const 0x811))
    (local.set $flagsKind (i32.const 0x3801))
    (local.set $flagsResult (i64.extend_i32_u (local.get 21)))
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
    (return_call $chain)
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
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 802 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rbx i64) (local $xmm0 v128) (local $xmm1 v128)
  (local i64 i32 i32 i32 f64 f64 f64 i64 i64 f64 f64 i64 i64 i64 f64)
  (local.set $page (i64.load [codePage]))
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
  (block $1
    (local.set 15 (i32.wrap_i64 (local.get $rax)))
    (if
        (i64.eq
          (i64.load (local.tee 16 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 15) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 15) (i32.const 7)) (i32.const 0xfffff000))))
      (then
      (local.set 14 (i64.load (i32.add (local.get 15) (i32.load offset=8 (local.get 16)))))
    ) (else
      (i32.store [budget] (local.get $budget))
      (local.set 17 (call $regionAccess (i64.extend_i32_u (local.get 15)) (i32.const 8) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 17)) (then
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 14 (i64.load (local.get 17)))
    ))
    (local.set $xmm0 (i64x2.replace_lane 0 (v128.const i32x4 0x0 0x0 0x0 0x0) (local.get 14)))
    (local.set 18 (f64x2.extract_lane 0 (local.get $xmm1)))
    (local.set 20 (f64.add (local.tee 19 (f64x2.extract_lane 0 (local.get $xmm0))) (local.get 18)))
    (local.set 14 (i64.shl (i64.reinterpret_f64 (local.get 19)) (i64.const 1)))
    (local.set 21 (i64.shl (i64.reinterpret_f64 (local.get 18)) (i64.const 1)))
    (local.set 22 (i64.shl (i64.reinterpret_f64 (local.get 20)) (i64.const 1)))
    (if
        (i32.and
          (i32.eq (i32.and (local.tee 16 (local.tee 17 (i32.load [mxcsr]))) (i32.const 0xffc0)) (i32.const 0x1f80))
          (i32.and
            (i32.and
              (i64.ge_u (i64.sub (local.get 14) (i64.const 2)) (i64.const 0x1ffffffffffffe))
              (i64.ge_u (i64.sub (local.get 21) (i64.const 2)) (i64.const 0x1ffffffffffffe)))
            (i64.lt_u (local.get 22) (i64.const 0xffe0000000000000))))
      (then
      (if (i32.eqz (i32.and (local.get 16) (i32.const 32))) (then
        (local.set 24 (f64.sub (local.get 20) (local.get 19)))
        (if
            (f64.ne (f64.add (f64.sub (local.get 19) (f64.sub (local.get 20) (local.get 24))) (f64.sub (local.get 18) (local.get 24))) (f64.const 0))
          (then
          (i32.store [mxcsr] (i32.or (local.get 16) (i32.const 32)))
        ))
      ))
      (local.set 23 (local.get 20))
    ) (else
      (i32.store [floatRaised] (i32.const 0))
      (local.set 25 (i64.reinterpret_f64 (local.get 19)))
      (local.set 26 (i64.reinterpret_f64 (local.get 18)))
      (local.set 28 (f64.reinterpret_i64 (local.tee 27 (call $f64Add (local.get 25) (local.get 26)))))
      (if (local.tee 15 (call $settleFloat)) (then
        (if (i32.load [faultVector]) (then
          (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
          (local.set $result [fault 10000804])
          (br $1)
        ))
      ))
      (local.set 23 (local.get 28))
    ))
    (local.set 26 (local.tee 27 (i64x2.extract_lane 0 (local.tee $xmm0 (f64x2.replace_lane 0 (local.get $xmm0) (local.get 23))))))
    (local.set 15 (i32.wrap_i64 (local.get $rbx)))
    (if
        (i64.eq
          (i64.load offset=0x4000 (local.tee 16 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 15) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 15) (i32.const 7)) (i32.const 0xfffff000))))
      (then
      (i64.store (i32.add (local.get 15) (i32.load offset=0x4008 (local.get 16))) (local.get 26))
    ) (else
      (i32.store [budget] (local.get $budget))
      (local.set 17 (call $regionAccess (i64.extend_i32_u (local.get 15)) (i32.const 264) [10000808] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 17)) (then
        (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
        (local.set $result (i32.sub [interpret 10000808] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i64.store (local.get 17) (local.get 26))
      (if (i32.lt_u (local.get 17) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000808] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 1000080c])
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
    (return_call $chain)
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
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 743 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rsp i64) (local i32 i32 i32 i32 i32 i32 i32 i64 i64 i64)
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
    (local.set 13 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -8)))
    (if
        (i64.eq
          (i64.load offset=0x4000 (local.tee 14 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 13) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 13) (i32.const 7)) (i32.const 0xfffff000))))
      (then
      (local.set 12 (i32.add (local.get 13) (i32.load offset=0x4008 (local.get 14))))
    ) (else
      (local.set 12 (call $regionAnchor (i64.extend_i32_u (local.get 13)) (i32.const 0x10008)))
    ))
    (local.set 16 (local.tee 15 (i32.wrap_i64 (local.get $rax))))
    (if (local.get 12) (then
      (i32.store offset=4 (local.get 12) (local.get 16))
    ) (else
      (local.set 17 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
      (i32.store [budget] (local.get $budget))
      (local.set 18 (call $regionReach (i64.extend_i32_u (local.get 17)) (i32.const 0x504) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 18)) (then
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store (local.get 18) (local.get 16))
      (if (i32.lt_u (local.get 18) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000800] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (if
        (i32.gt_u
          (i32.wrap_i64
            (local.tee 19
              (i64.and (i64.sub (i64.add (local.get $page) (i64.const 0x80e)) (i64.load [codeBase])) (i64.const 0xffffffff))))
          (i32.load [segmentLimit[1]]))
      (then
      (i32.store [faultVector] (i32.const 14))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $result [fault 10000801])
      (br $1)
    ))
    (local.set 18 (i32.wrap_i64 (local.tee 20 (i64.sub (i64.add (local.get $page) (i64.const 0x806)) (i64.load [codeBase])))))
    (if (local.get 12) (then
      (i32.store (local.get 12) (local.get 18))
    ) (else
      (local.set 17 (i32.add (i32.wrap_i64 (local.get $rsp)) (i32.const -4)))
      (i32.store [budget] (local.get $budget))
      (local.set 16 (call $regionReach (i64.extend_i32_u (local.get 17)) (i32.const 0x504) [10000801] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 16)) (then
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (local.set $result (i32.sub [interpret 10000801] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (i32.store (local.get 16) (local.get 18))
      (if (i32.lt_u (local.get 16) (i32.const 0x3000)) (then
        (i32.store [budget] (local.get $budget))
        (call $regionCommit [10000801] [10000800])
        (local.set $budget (i32.load [budget]))
      ))
    ))
    (local.set $rsp (i64.and (i64.add (local.get $rsp) (i64.const -4)) (i64.const 0xffffffff)))
    (if
        (i32.gt_u
          (i32.wrap_i64
            (local.tee 21
              (i64.and (i64.sub (i64.add (local.get $page) (i64.const 0x80e)) (i64.load [codeBase])) (i64.const 0xffffffff))))
          (i32.load [segmentLimit[1]]))
      (then
      (i32.store [faultVector] (i32.const 14))
      (i32.store [faultErrorCode] (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $result [fault 10000801])
      (br $1)
    ))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
    (i64.store offset=0x1130
      (i32.const 0)
      (i64.and (i64.sub (i64.add (local.get $page) (i64.const 0x80e)) (i64.load [codeBase])) (i64.const 0xffffffff)))
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
    (return_call $chain)
  ))
  (return (local.get $result))
)

;; user32: thread-local
;;   mov eax,[gs:14h]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 329 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local i32 i32 i32 i32)
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
    (local.set 12 (i32.add (i32.const 20) (i32.load [segmentBase[5]])))
    (if
        (i64.eq
          (i64.load (local.tee 13 (i32.add (local.get $tlb) (i32.and (i32.shr_u (local.get 12) (i32.const 8)) (i32.const 0x3ff0)))))
          (i64.extend_i32_u (i32.and (i32.add (local.get 12) (i32.const 3)) (i32.const 0xfffff000))))
      (then
      (local.set 11 (i32.load (i32.add (local.get 12) (i32.load offset=8 (local.get 13)))))
    ) (else
      (i32.store [budget] (local.get $budget))
      (local.set 14 (call $regionAccess (i64.extend_i32_u (local.get 12)) (i32.const 4) [10000800] [10000800]))
      (local.set $budget (i32.load [budget]))
      (if (i32.eqz (local.get 14)) (then
        (local.set $result (i32.sub [interpret 10000800] (i32.ne (i32.load [faultVector]) (i32.const 0))))
        (br $1)
      ))
      (local.set 11 (i32.load (local.get 14)))
    ))
    (local.set $rax (i64.extend_i32_u (local.get 11)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000806])
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
    (return_call $chain)
  ))
  (return (local.get $result))
)
