;; user64: register to register, all widths
;;   mov rax,rbx
;;   mov ecx,edx
;;   mov si,di
;;   mov r8b,r9b
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 486 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $rdi i64) (local $r8 i64) (local $r9 i64) (local i64 i32 i32 i64 i32 i64)
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
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set $rax (local.tee 19 (local.get $rbx)))
    (local.set $rcx (i64.extend_i32_u (local.tee 20 (i32.wrap_i64 (local.get $rdx)))))
    (local.set 20 (i32.and (i32.wrap_i64 (local.get $rdi)) (i32.const 0xffff)))
    (local.set $rsi
      (i64.or (i64.and (local.get $rsi) (i64.const 0xffffffffffff0000)) (i64.extend_i32_u (i32.and (local.get 20) (i32.const 0xffff)))))
    (local.set 20 (i32.and (i32.wrap_i64 (local.get $r9)) (i32.const 255)))
    (local.set $r8 (i64.or (i64.and (local.get $r8) (i64.const -256)) (i64.extend_i32_u (i32.and (local.get 20) (i32.const 255)))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 1000080b])
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

;; user64: upper byte registers
;;   mov ah,bl
;;   mov ch,ah
;;   movzx edx,ch
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 453 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i32 i32 i64 i32 i64)
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
    (local.set 15 (i32.and (i32.wrap_i64 (local.get $rbx)) (i32.const 255)))
    (local.set 15
      (i32.and
        (i32.shr_u
          (i32.wrap_i64
            (local.tee $rax
              (i64.or
                (i64.and (local.get $rax) (i64.const 0xffffffffffff00ff))
                (i64.extend_i32_u (i32.and (i32.shl (local.get 15) (i32.const 8)) (i32.const 0xff00))))))
          (i32.const 8))
        (i32.const 255)))
    (local.set $rdx
      (i64.extend_i32_u
        (local.tee 15
          (i32.and
            (i32.shr_u
              (i32.wrap_i64
                (local.tee $rcx
                  (i64.or
                    (i64.and (local.get $rcx) (i64.const 0xffffffffffff00ff))
                    (i64.extend_i32_u (i32.and (i32.shl (local.get 15) (i32.const 8)) (i32.const 0xff00))))))
              (i32.const 8))
            (i32.const 255)))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 10000807])
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

;; user64: immediates
;;   mov rax,123456789ABCDEF0h
;;   mov ecx,80000000h
;;   mov rdx,0FFFFFFFFFFFFFFFFh
;;   mov si,7
;;   mov bl,0FFh
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 451 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local i32 i64 i32 i64)
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
    (local.set $rax (i64.const 0x123456789abcdef0))
    (local.set $rcx (i64.const 0x80000000))
    (local.set $rdx (i64.const -1))
    (local.set $rsi (i64.or (i64.and (local.get $rsi) (i64.const 0xffffffffffff0000)) (i64.const 7)))
    (local.set $rbx (i64.or (i64.and (local.get $rbx) (i64.const -256)) (i64.const 255)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 5)))
    (local.set $result [interpret 1000081c])
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rcx] (local.get $rcx))
  (i64.store [rdx] (local.get $rdx))
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

;; user64: extensions
;;   movzx eax,bl
;;   movzx ecx,dx
;;   movsx rsi,dil
;;   movsx r8d,r9w
;;   movsxd r10,r11d
;;   cdqe
;;   cqo
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 531 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $rdi i64) (local $r8 i64) (local $r9 i64) (local $r10 i64) (local $r11 i64) (local i32 i64 i32 i64 i32 i64)
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
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (local.set $rax (i64.extend_i32_u (local.tee 21 (i32.and (i32.wrap_i64 (local.get $rbx)) (i32.const 255)))))
    (local.set $rcx (i64.extend_i32_u (local.tee 21 (i32.and (i32.wrap_i64 (local.get $rdx)) (i32.const 0xffff)))))
    (local.set $rsi (i64.extend8_s (i64.extend_i32_u (local.tee 21 (i32.and (i32.wrap_i64 (local.get $rdi)) (i32.const 255))))))
    (local.set $r8
      (i64.extend_i32_u
        (i32.wrap_i64 (i64.extend16_s (i64.extend_i32_u (local.tee 21 (i32.and (i32.wrap_i64 (local.get $r9)) (i32.const 0xffff))))))))
    (local.set $r10 (i64.extend_i32_s (local.tee 21 (i32.wrap_i64 (local.get $r11)))))
    (local.set $rdx (i64.shr_s (local.tee 22 (local.tee $rax (i64.extend32_s (local.tee 22 (local.get $rax))))) (i64.const 63)))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 7)))
    (local.set $result [interpret 10000815])
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rcx] (local.get $rcx))
  (i64.store [rdx] (local.get $rdx))
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

;; user64: addresses that are only computed
;;   lea rax,[rbx+rcx*8+10h]
;;   lea edx,[rsi+rdi]
;;   lea r8,[rel 10000908h]
;;   lea r9w,[r10+1]
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 494 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $rdi i64) (local $r8 i64) (local $r9 i64) (local $r10 i64) (local i64 i32 i64 i32 i64)
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
    (local.set $rax (local.tee 20 (i64.add (i64.add (local.get $rbx) (i64.shl (local.get $rcx) (i64.const 3))) (i64.const 16))))
    (local.set $rdx (i64.extend_i32_u (i32.wrap_i64 (local.tee 20 (i64.add (local.get $rsi) (local.get $rdi))))))
    (local.set $r8 (local.tee 20 (i64.add (local.get $page) (i64.const 0x908))))
    (local.set 20 (i64.add (local.get $r10) (i64.const 1)))
    (local.set $r9
      (i64.or
        (i64.and (local.get $r9) (i64.const 0xffffffffffff0000))
        (i64.extend_i32_u (i32.and (i32.and (i32.wrap_i64 (local.get 20)) (i32.const 0xffff)) (i32.const 0xffff)))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 10000814])
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rdx] (local.get $rdx))
  (i64.store [r8] (local.get $r8))
  (i64.store [r9] (local.get $r9))
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

;; user64: exchanges
;;   xchg rbx,rax
;;   xchg ecx,edx
;;   xchg sil,dil
;;   bswap rax
;;   bswap ecx
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 609 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local $rdi i64) (local i64 i64 i32 i32 i32 i32 i32 i64 i32 i64)
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
    (local.set 17 (local.get $rbx))
    (local.set $rbx (local.tee 18 (local.get $rax)))
    (local.set $rax (local.get 17))
    (local.set 19 (i32.wrap_i64 (local.get $rdx)))
    (local.set $rdx (i64.extend_i32_u (local.tee 20 (i32.wrap_i64 (local.get $rcx)))))
    (local.set $rcx (i64.extend_i32_u (local.get 19)))
    (local.set 20 (i32.and (i32.wrap_i64 (local.get $rdi)) (i32.const 255)))
    (local.set 19 (i32.and (i32.wrap_i64 (local.get $rsi)) (i32.const 255)))
    (local.set $rdi (i64.or (i64.and (local.get $rdi) (i64.const -256)) (i64.extend_i32_u (i32.and (local.get 19) (i32.const 255)))))
    (local.set $rsi (i64.or (i64.and (local.get $rsi) (i64.const -256)) (i64.extend_i32_u (i32.and (local.get 20) (i32.const 255)))))
    (local.set 19 (i32.wrap_i64 (local.tee 18 (local.get $rax))))
    (local.set 20 (i32.wrap_i64 (i64.shr_u (local.get 18) (i64.const 32))))
    (local.set 21 (i32.rotl (local.get 19) (i32.const 8)))
    (local.set 22 (i32.rotl (local.get 20) (i32.const 8)))
    (local.set $rax
      (i64.or
        (i64.shl
          (i64.extend_i32_u
            (i32.or (i32.and (local.get 21) (i32.const 0xff00ff)) (i32.and (i32.rotl (local.get 21) (i32.const 16)) (i32.const 0xff00ff00))))
          (i64.const 32))
        (i64.extend_i32_u
          (i32.or (i32.and (local.get 22) (i32.const 0xff00ff)) (i32.and (i32.rotl (local.get 22) (i32.const 16)) (i32.const 0xff00ff00))))))
    (local.set $rcx
      (i64.extend_i32_u
        (i32.or
          (i32.and (local.tee 21 (i32.rotl (local.tee 22 (i32.wrap_i64 (local.get $rcx))) (i32.const 8))) (i32.const 0xff00ff))
          (i32.and (i32.rotl (local.get 21) (i32.const 16)) (i32.const 0xff00ff00)))))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 5)))
    (local.set $result [interpret 1000080c])
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rcx] (local.get $rcx))
  (i64.store [rdx] (local.get $rdx))
  (i64.store [rbx] (local.get $rbx))
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

;; user64: the rest of a register is dead after a sub-register write
;;   mov al,bl
;;   movzx eax,al
;;   mov cx,dx
;;   mov ecx,1
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 438 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local i32 i32 i64 i32 i64)
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
    (local.set 15 (i32.and (i32.wrap_i64 (local.get $rbx)) (i32.const 255)))
    (local.set $rax
      (i64.extend_i32_u
        (local.tee 15
          (i32.and
            (i32.wrap_i64
              (local.tee $rax (i64.or (i64.and (local.get $rax) (i64.const -256)) (i64.extend_i32_u (i32.and (local.get 15) (i32.const 255))))))
            (i32.const 255)))))
    (local.set 15 (i32.and (i32.wrap_i64 (local.get $rdx)) (i32.const 0xffff)))
    (local.set $rcx
      (i64.or (i64.and (local.get $rcx) (i64.const 0xffffffffffff0000)) (i64.extend_i32_u (i32.and (local.get 15) (i32.const 0xffff)))))
    (local.set $rcx (i64.const 1))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
    (local.set $result [interpret 1000080d])
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
