;; user64: count down
;;   add rax,rdx
;;   dec rcx
;;   jne short 0000000010000800h
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 450 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64)
  (local i64 i64 i64 i64 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (block $1
    (block $2
      (loop $3
        (local.set 14 (local.get $rax))
        (local.set 15 (local.get $rdx))
        (local.set $rax (local.tee 16 (i64.add (local.get 14) (local.get 15))))
        (local.set 17 (local.get 14))
        (local.set 18 (local.get 16))
        (local.set $rcx (local.tee 15 (i64.sub (local.tee 16 (local.get $rcx)) (i64.const 1))))
        (local.set 19 (local.get 15))
        (local.set 20 (local.get 16))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
        (if (i32.eqz (i64.eqz (local.get 19))) (then
          (if (i32.le_s (local.get $budget) (i32.const 0)) (then
            (i64.store [rip] (i64.add (local.get $page) (i64.const 0x800)))
            (local.set $result (i32.const 5))
            (local.set $keptFlags (i64.lt_u (local.get 18) (local.get 17)))
            (local.set $keptMask (i32.const 1))
            (local.set $flagsKind (i32.const 3))
            (local.set $flagsResult (local.get 19))
            (local.set $flagsOperand (local.get 20))
            (br $1)
          ))
          (br $3)
        ))
        (br $2)
      )
    )
    (local.set $result [interpret 10000808])
    (local.set $keptFlags (i64.lt_u (local.get 18) (local.get 17)))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
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

;; user64: sum of an array
;;   add rax,[rdx]
;;   add rdx,8
;;   dec rcx
;;   jne short 0000000010000800h
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 624 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64)
  (local i64 i64 i64 i32 i32 i64 i64 i64 i64 i64 i32 i64 i32 i64)
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
        (local.set 14 (local.get $rax))
        (local.set 16 (local.get $rdx))
        (if
            (i64.eq
              (i64.load
                (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 16)) (i32.const 8)) (i32.const 0x3ff0)))))
              (i64.and (i64.add (local.get 16) (i64.const 7)) (i64.const 0xfffffffffffff000)))
          (then
          (local.set 15 (i64.load (i32.add (i32.wrap_i64 (local.get 16)) (i32.load offset=8 (local.get 17)))))
        ) (else
          (local.set 18 (call $regionReach (local.get 16) (i32.const 8) (i32.const 0x2b0001) (local.get $budget)))
          (local.set $budget (i32.load [budget]))
          (br_if $1 (i32.eqz (local.get 18)))
          (local.set 15 (i64.load (local.get 18)))
        ))
        (local.set $rax (local.tee 19 (i64.add (local.get 14) (local.get 15))))
        (local.set $rdx (local.tee 16 (i64.add (local.tee 19 (local.get $rdx)) (i64.const 8))))
        (local.set 20 (local.get 19))
        (local.set 21 (local.get 16))
        (local.set $rcx (local.tee 19 (i64.sub (local.tee 16 (local.get $rcx)) (i64.const 1))))
        (local.set 22 (local.get 19))
        (local.set 23 (local.get 16))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
        (if (i32.eqz (i64.eqz (local.get 22))) (then
          (if (i32.le_s (local.get $budget) (i32.const 0)) (then
            (i64.store [rip] (i64.add (local.get $page) (i64.const 0x800)))
            (local.set $result (i32.const 5))
            (local.set $keptFlags (i64.lt_u (local.get 21) (local.get 20)))
            (local.set $keptMask (i32.const 1))
            (local.set $flagsKind (i32.const 3))
            (local.set $flagsResult (local.get 22))
            (local.set $flagsOperand (local.get 23))
            (br $1)
          ))
          (local.set $keptFlags (i64.lt_u (local.get 21) (local.get 20)))
          (local.set $keptMask (i32.const 1))
          (local.set $flagsKind (i32.const 3))
          (local.set $flagsResult (local.get 22))
          (local.set $flagsOperand (local.get 23))
          (br $3)
        ))
        (br $2)
      )
    )
    (local.set $result [interpret 1000080c])
    (local.set $keptFlags (i64.lt_u (local.get 21) (local.get 20)))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
    (local.set $flagsResult (local.get 22))
    (local.set $flagsOperand (local.get 23))
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

;; user64: length of a string
;;   cmp byte [rax],0
;;   lea rax,[rax+1]
;;   jne short 0000000010000800h
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 537 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local i32 i64 i32 i32 i32 i32 i32 i64 i32 i64)
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
      (loop $3
        (local.set 13 (local.get $rax))
        (if
            (i64.eq
              (i64.load
                (local.tee 14 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 13)) (i32.const 8)) (i32.const 0x3ff0)))))
              (i64.and (local.get 13) (i64.const 0xfffffffffffff000)))
          (then
          (local.set 12 (i32.load8_u (i32.add (i32.wrap_i64 (local.get 13)) (i32.load offset=8 (local.get 14)))))
        ) (else
          (local.set 15 (call $regionReach (local.get 13) (i32.const 1) (i32.const 0x2b0001) (local.get $budget)))
          (local.set $budget (i32.load [budget]))
          (br_if $1 (i32.eqz (local.get 15)))
          (local.set 12 (i32.load8_u (local.get 15)))
        ))
        (local.set 16 (local.get 12))
        (local.set 17 (i32.sub (local.get 12) (i32.const 0)))
        (local.set $rax (local.tee 13 (i64.add (local.get $rax) (i64.const 1))))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
        (if (i32.eqz (i32.eqz (local.get 16))) (then
          (if (i32.le_s (local.get $budget) (i32.const 0)) (then
            (i64.store [rip] (i64.add (local.get $page) (i64.const 0x800)))
            (local.set $result (i32.const 5))
            (local.set $flagsKind (i32.const 0x3805))
            (local.set $flagsResult (i64.extend_i32_u (local.get 17)))
            (local.set $flagsOperand (i64.extend_i32_u (local.get 16)))
            (br $1)
          ))
          (local.set $flagsKind (i32.const 0x3805))
          (local.set $flagsResult (i64.extend_i32_u (local.get 17)))
          (local.set $flagsOperand (i64.extend_i32_u (local.get 16)))
          (br $3)
        ))
        (br $2)
      )
    )
    (local.set $result [interpret 10000809])
    (local.set $flagsKind (i32.const 0x3805))
    (local.set $flagsResult (i64.extend_i32_u (local.get 17)))
    (local.set $flagsOperand (i64.extend_i32_u (local.get 16)))
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

;; user64: copy of bytes
;;   movzx eax,byte [rsi]
;;   mov [rdi],al
;;   inc rsi
;;   inc rdi
;;   dec ecx
;;   jne short 0000000010000800h
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 973 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rsi i64) (local $rdi i64)
  (local i32 i64 i32 i32 i32 i64 i64 i64 i64 i64 i32 i32 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rsi (i64.load [rsi]))
  (local.set $rdi (i64.load [rdi]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (block $2
      (loop $3
        (local.set 16 (local.get $rsi))
        (if
            (i64.eq
              (i64.load
                (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 16)) (i32.const 8)) (i32.const 0x3ff0)))))
              (i64.and (local.get 16) (i64.const 0xfffffffffffff000)))
          (then
          (local.set 15 (i32.load8_u (i32.add (i32.wrap_i64 (local.get 16)) (i32.load offset=8 (local.get 17)))))
        ) (else
          (local.set 18 (call $regionReach (local.get 16) (i32.const 1) (i32.const 0x2b0001) (local.get $budget)))
          (local.set $budget (i32.load [budget]))
          (br_if $1 (i32.eqz (local.get 18)))
          (local.set 15 (i32.load8_u (local.get 18)))
        ))
        (local.set 17 (local.tee 18 (i32.and (i32.wrap_i64 (local.tee $rax (i64.extend_i32_u (local.get 15)))) (i32.const 255))))
        (local.set 16 (local.get $rdi))
        (if
            (i64.eq
              (i64.load offset=0x4000
                (local.tee 15 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 16)) (i32.const 8)) (i32.const 0x3ff0)))))
              (i64.and (local.get 16) (i64.const 0xfffffffffffff000)))
          (then
          (i32.store8 (i32.add (i32.wrap_i64 (local.get 16)) (i32.load offset=0x4008 (local.get 15))) (local.get 17))
        ) (else
          (local.set 19
            (call $regionStore (local.get 16) (i64.extend_i32_u (local.get 17)) (i32.const 257) (i32.const 0xab0002) (local.get $budget)))
          (local.set $budget (i32.load [budget]))
          (br_if $1 (i32.eqz (local.get 19)))
        ))
        (local.set $rsi (local.tee 20 (i64.add (local.tee 16 (local.get $rsi)) (i64.const 1))))
        (local.set 21 (local.get 20))
        (local.set 22 (local.get 16))
        (local.set $rdi (local.tee 16 (i64.add (local.tee 20 (local.get $rdi)) (i64.const 1))))
        (local.set 23 (local.get 16))
        (local.set 24 (local.get 20))
        (local.set $rcx (i64.extend_i32_u (local.tee 15 (i32.sub (local.tee 19 (i32.wrap_i64 (local.get $rcx))) (i32.const 1)))))
        (local.set 25 (local.get 15))
        (local.set 26 (local.get 19))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 6)))
        (if (i32.eqz (i32.eqz (local.get 25))) (then
          (if (i32.le_s (local.get $budget) (i32.const 0)) (then
            (i64.store [rip] (i64.add (local.get $page) (i64.const 0x800)))
            (local.set $result (i32.const 5))
            (local.set 16 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
            (local.set 20 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
            (local.set $keptFlags
              (local.tee 15
                (select
                  (i32.and
                    (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
                    (i32.const 1))
                  (select
                    (i64.lt_u (local.get 20) (local.get 16))
                    (i64.lt_u (local.get 16) (i64.sub (local.get 16) (local.get 20)))
                    (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
                  (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
            (local.set $keptMask (i32.const 1))
            (local.set $flagsKind (i32.const 0x2003))
            (local.set $flagsResult (i64.extend_i32_u (local.get 25)))
            (local.set $flagsOperand (i64.extend_i32_u (local.get 26)))
            (br $1)
          ))
          (local.set 27 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
          (local.set 28 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
          (local.set $keptFlags
            (local.tee 19
              (select
                (i32.and
                  (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
                  (i32.const 1))
                (select
                  (i64.lt_u (local.get 28) (local.get 27))
                  (i64.lt_u (local.get 27) (i64.sub (local.get 27) (local.get 28)))
                  (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
                (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
          (local.set $keptMask (i32.const 1))
          (local.set $flagsKind (i32.const 0x2003))
          (local.set $flagsResult (i64.extend_i32_u (local.get 25)))
          (local.set $flagsOperand (i64.extend_i32_u (local.get 26)))
          (br $3)
        ))
        (br $2)
      )
    )
    (local.set $result [interpret 1000080f])
    (local.set 28 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 27 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 19
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 27) (local.get 28))
            (i64.lt_u (local.get 28) (i64.sub (local.get 28) (local.get 27)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 0x2003))
    (local.set $flagsResult (i64.extend_i32_u (local.get 25)))
    (local.set $flagsOperand (i64.extend_i32_u (local.get 26)))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rcx] (local.get $rcx))
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
      (local.set 29 (i32.wrap_i64 (local.get $next)))
      (local.set 30 (i64.xor (local.get $next) (i64.load [jumpKey])))
      (local.set 31 (i32.shl (i32.and (i32.xor (local.get 29) (i32.shr_u (local.get 29) (i32.const 10))) (i32.const 1023)) (i32.const 4)))
      (local.set 32 (i64.and (local.get $next) (i64.const 0xfffffffffffff000)))
      (if (i64.eq (i64.load offset=0x40000 (local.get 31)) (local.get 30)) (then
        (i64.store [codePage] (local.get 32))
        (return_call_indirect (type 0) (i32.load offset=0x4000c (local.get 31)) (i32.load offset=0x40008 (local.get 31)))
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

;; user64: one loop in another
;;   mov edx,3
;;   add rax,rdx
;;   dec edx
;;   jne short 0000000010000805h
;;   dec ecx
;;   jne short 0000000010000800h
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 577 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64)
  (local i64 i64 i64 i64 i64 i32 i32 i32 i32 i32 i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (block $1
    (block $2
      (loop $3
        (local.set $rdx (i64.const 3))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
        (block $4
          (loop $5
            (local.set 14 (local.get $rax))
            (local.set 15 (local.get $rdx))
            (local.set $rax (local.tee 16 (i64.add (local.get 14) (local.get 15))))
            (local.set 17 (local.get 14))
            (local.set 18 (local.get 16))
            (local.set $rdx (i64.extend_i32_u (local.tee 20 (i32.sub (local.tee 19 (i32.wrap_i64 (local.get $rdx))) (i32.const 1)))))
            (local.set 21 (local.get 20))
            (local.set 22 (local.get 19))
            (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
            (if (i32.eqz (i32.eqz (local.get 21))) (then
              (if (i32.le_s (local.get $budget) (i32.const 0)) (then
                (i64.store [rip] (i64.add (local.get $page) (i64.const 0x805)))
                (local.set $result (i32.const 5))
                (local.set $keptFlags (i64.lt_u (local.get 18) (local.get 17)))
                (local.set $keptMask (i32.const 1))
                (local.set $flagsKind (i32.const 0x2003))
                (local.set $flagsResult (i64.extend_i32_u (local.get 21)))
                (local.set $flagsOperand (i64.extend_i32_u (local.get 22)))
                (br $1)
              ))
              (br $5)
            ))
            (br $4)
          )
        )
        (local.set $rcx (i64.extend_i32_u (local.tee 19 (i32.sub (local.tee 20 (i32.wrap_i64 (local.get $rcx))) (i32.const 1)))))
        (local.set 23 (local.get 19))
        (local.set 24 (local.get 20))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
        (if (i32.eqz (i32.eqz (local.get 23))) (then
          (if (i32.le_s (local.get $budget) (i32.const 0)) (then
            (i64.store [rip] (i64.add (local.get $page) (i64.const 0x800)))
            (local.set $result (i32.const 5))
            (local.set $keptFlags (i64.lt_u (local.get 18) (local.get 17)))
            (local.set $keptMask (i32.const 1))
            (local.set $flagsKind (i32.const 0x2003))
            (local.set $flagsResult (i64.extend_i32_u (local.get 23)))
            (local.set $flagsOperand (i64.extend_i32_u (local.get 24)))
            (br $1)
          ))
          (br $3)
        ))
        (br $2)
      )
    )
    (local.set $result [interpret 10000810])
    (local.set $keptFlags (i64.lt_u (local.get 18) (local.get 17)))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 0x2003))
    (local.set $flagsResult (i64.extend_i32_u (local.get 23)))
    (local.set $flagsOperand (i64.extend_i32_u (local.get 24)))
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

;; user64: two ways out
;;   cmp [rsi],al
;;   je short 0000000010000811h
;;   inc rsi
;;   dec rcx
;;   jne short 0000000010000800h
;;   mov ebx,1
;;   inc rax
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 862 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rbx i64) (local $rsi i64)
  (local i32 i64 i32 i32 i32 i32 i32 i32 i64 i64 i64 i64 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rbx (i64.load [rbx]))
  (local.set $rsi (i64.load [rsi]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (block $2
      (block $3
        (loop $4
          (local.set 16 (local.get $rsi))
          (if
              (i64.eq
                (i64.load
                  (local.tee 17 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 16)) (i32.const 8)) (i32.const 0x3ff0)))))
                (i64.and (local.get 16) (i64.const 0xfffffffffffff000)))
            (then
            (local.set 15 (i32.load8_u (i32.add (i32.wrap_i64 (local.get 16)) (i32.load offset=8 (local.get 17)))))
          ) (else
            (local.set 18 (call $regionReach (local.get 16) (i32.const 1) (i32.const 0x2b0001) (local.get $budget)))
            (local.set $budget (i32.load [budget]))
            (br_if $1 (i32.eqz (local.get 18)))
            (local.set 15 (i32.load8_u (local.get 18)))
          ))
          (local.set 19 (i32.and (i32.wrap_i64 (local.get $rax)) (i32.const 255)))
          (local.set 20 (local.get 15))
          (local.set 21 (local.get 19))
          (local.set 22 (i32.sub (local.get 15) (local.get 19)))
          (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
          (if (i32.eq (local.get 20) (local.get 21)) (then
            (if (i32.le_s (local.get $budget) (i32.const 0)) (then
              (i64.store [rip] (i64.add (local.get $page) (i64.const 0x811)))
              (local.set $result (i32.const 5))
              (local.set $flagsKind (i32.const 0x3805))
              (local.set $flagsResult (i64.extend_i32_u (local.get 22)))
              (local.set $flagsOperand (i64.extend_i32_u (local.get 20)))
              (br $1)
            ))
            (local.set $flagsKind (i32.const 0x3805))
            (local.set $flagsResult (i64.extend_i32_u (local.get 22)))
            (local.set $flagsOperand (i64.extend_i32_u (local.get 20)))
            (br $2)
          ))
          (local.set $rsi (local.tee 23 (i64.add (local.tee 16 (local.get $rsi)) (i64.const 1))))
          (local.set 24 (local.get 23))
          (local.set 25 (local.get 16))
          (local.set $rcx (local.tee 16 (i64.sub (local.tee 23 (local.get $rcx)) (i64.const 1))))
          (local.set 26 (local.get 16))
          (local.set 27 (local.get 23))
          (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
          (if (i32.eqz (i64.eqz (local.get 26))) (then
            (if (i32.le_s (local.get $budget) (i32.const 0)) (then
              (i64.store [rip] (i64.add (local.get $page) (i64.const 0x800)))
              (local.set $result (i32.const 5))
              (local.set $keptFlags (i32.lt_u (local.get 20) (local.get 21)))
              (local.set $keptMask (i32.const 1))
              (local.set $flagsKind (i32.const 3))
              (local.set $flagsResult (local.get 26))
              (local.set $flagsOperand (local.get 27))
              (br $1)
            ))
            (local.set $keptFlags (i32.lt_u (local.get 20) (local.get 21)))
            (local.set $keptMask (i32.const 1))
            (local.set $flagsKind (i32.const 3))
            (local.set $flagsResult (local.get 26))
            (local.set $flagsOperand (local.get 27))
            (br $4)
          ))
          (br $3)
        )
      )
      (local.set $rbx (i64.const 1))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (local.set $keptFlags (i32.lt_u (local.get 20) (local.get 21)))
      (local.set $keptMask (i32.const 1))
      (local.set $flagsKind (i32.const 3))
      (local.set $flagsResult (local.get 26))
      (local.set $flagsOperand (local.get 27))
      (br $2)
    )
    (local.set $rax (local.tee 23 (i64.add (local.tee 16 (local.get $rax)) (i64.const 1))))
    (local.set 28 (local.get 23))
    (local.set 29 (local.get 16))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000814])
    (local.set 23 (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set 16 (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags
      (local.tee 19
        (select
          (i32.and
            (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags))
            (i32.const 1))
          (select
            (i64.lt_u (local.get 16) (local.get 23))
            (i64.lt_u (local.get 23) (i64.sub (local.get 23) (local.get 16)))
            (i32.eq (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))
          (i32.lt_u (i32.and (local.get $flagsKind) (i32.const 255)) (i32.const 4)))))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 2))
    (local.set $flagsResult (local.get 28))
    (local.set $flagsOperand (local.get 29))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i64.store [rcx] (local.get $rcx))
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

;; user64: two ways in, so without a head of its own
;;   test eax,eax
;;   je short 0000000010000807h
;;   inc rdx
;;   add rdx,rcx
;;   dec rcx
;;   jne short 0000000010000804h
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 582 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64)
  (local i32 i32 i32 i32 i64 i64 i64 i64 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (block $1
    (local.set 14 (i32.const 0))
    (block $2
      (local.set 15 (i32.wrap_i64 (local.get $rax)))
      (local.set 16 (i32.wrap_i64 (local.get $rax)))
      (local.set 17 (i32.and (local.get 15) (local.get 16)))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (if (i32.eqz (local.get 17)) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x807)))
          (local.set $result (i32.const 5))
          (local.set $flagsKind (i32.const 0x2004))
          (local.set $flagsOperand (local.tee $flagsResult (i64.extend_i32_u (local.get 17))))
          (br $1)
        ))
        (local.set 14 (i32.const 0))
        (br $2)
      ))
      (local.set 14 (i32.const 1))
      (br $2)
    )
    (block $5
      (loop $6
        (block $7
          (block $8
            (br_table $7 $8 (local.get 14))
          )
          (local.set $rdx (local.tee 19 (i64.add (local.tee 18 (local.get $rdx)) (i64.const 1))))
          (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
          (local.set 14 (i32.const 0))
          (br $6)
        )
        (local.set 19 (local.get $rdx))
        (local.set 18 (local.get $rcx))
        (local.set $rdx (local.tee 20 (i64.add (local.get 19) (local.get 18))))
        (local.set 21 (local.get 19))
        (local.set 22 (local.get 20))
        (local.set $rcx (local.tee 18 (i64.sub (local.tee 20 (local.get $rcx)) (i64.const 1))))
        (local.set 23 (local.get 18))
        (local.set 24 (local.get 20))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
        (if (i32.eqz (i64.eqz (local.get 23))) (then
          (if (i32.le_s (local.get $budget) (i32.const 0)) (then
            (i64.store [rip] (i64.add (local.get $page) (i64.const 0x804)))
            (local.set $result (i32.const 5))
            (local.set $keptFlags (i64.lt_u (local.get 22) (local.get 21)))
            (local.set $keptMask (i32.const 1))
            (local.set $flagsKind (i32.const 3))
            (local.set $flagsResult (local.get 23))
            (local.set $flagsOperand (local.get 24))
            (br $1)
          ))
          (local.set 14 (i32.const 1))
          (br $6)
        ))
        (br $5)
      )
    )
    (local.set $result [interpret 1000080f])
    (local.set $keptFlags (i64.lt_u (local.get 22) (local.get 21)))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
    (local.set $flagsResult (local.get 23))
    (local.set $flagsOperand (local.get 24))
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

;; user64: a function that is called, rcx times
;;   call 000000001000080Ch
;;   dec rcx
;;   jne short 0000000010000800h
;;   jmp short 0000000010000810h
;;   add rax,rdx
;;   ret
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
    (local.set $next (i64.add (local.get $page) (i64.const 0x80c)))
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

;; user64: a function that calls another
;;   call 000000001000080Ch
;;   dec rcx
;;   jne short 0000000010000800h
;;   jmp short 000000001000081Ch
;;   push rbx
;;   mov rbx,rax
;;   call 0000000010000817h
;;   pop rbx
;;   ret
;;   lea rax,[rbx+rdx]
;;   ret
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
    (local.set $next (i64.add (local.get $page) (i64.const 0x80c)))
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

;; user64: CRC without a table
;;   movzx edx,byte [rsi]
;;   xor eax,edx
;;   inc rsi
;;   mov edx,8
;;   mov ebx,eax
;;   and ebx,1
;;   neg ebx
;;   and ebx,0EDB88320h
;;   shr eax,1
;;   xor eax,ebx
;;   dec edx
;;   jne short 000000001000080Dh
;;   dec rcx
;;   jne short 0000000010000800h
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 844 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64) (local $rbx i64)
  (local $rsi i64) (local i32 i64 i32 i32 i64 i32 i32 i32 i64 i64 i32 i64 i32 i64)
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
    (block $2
      (loop $3
        (local.set 17 (local.get $rsi))
        (if
            (i64.eq
              (i64.load
                (local.tee 18 (i32.add (local.get $tlb) (i32.and (i32.shr_u (i32.wrap_i64 (local.get 17)) (i32.const 8)) (i32.const 0x3ff0)))))
              (i64.and (local.get 17) (i64.const 0xfffffffffffff000)))
          (then
          (local.set 16 (i32.load8_u (i32.add (i32.wrap_i64 (local.get 17)) (i32.load offset=8 (local.get 18)))))
        ) (else
          (local.set 19 (call $regionReach (local.get 17) (i32.const 1) (i32.const 0x2b0001) (local.get $budget)))
          (local.set $budget (i32.load [budget]))
          (br_if $1 (i32.eqz (local.get 19)))
          (local.set 16 (i32.load8_u (local.get 19)))
        ))
        (local.set $rdx (i64.extend_i32_u (local.get 16)))
        (local.set 19 (i32.wrap_i64 (local.get $rax)))
        (local.set 18 (i32.wrap_i64 (local.get $rdx)))
        (local.set $rax (i64.extend_i32_u (local.tee 16 (i32.xor (local.get 19) (local.get 18)))))
        (local.set $rsi (local.tee 20 (i64.add (local.tee 17 (local.get $rsi)) (i64.const 1))))
        (local.set $rdx (i64.const 8))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 4)))
        (block $5
          (loop $6
            (local.set 18
              (i32.wrap_i64
                (local.tee $rbx
                  (i64.extend_i32_u
                    (local.tee 18
                      (i32.and
                        (local.tee 16 (i32.wrap_i64 (local.tee $rbx (i64.extend_i32_u (local.tee 16 (i32.wrap_i64 (local.get $rax)))))))
                        (i32.const 1)))))))
            (local.set $rbx
              (i64.extend_i32_u
                (local.tee 18
                  (i32.and
                    (local.tee 16 (i32.wrap_i64 (local.tee $rbx (i64.extend_i32_u (local.tee 16 (i32.sub (i32.const 0) (local.get 18)))))))
                    (i32.const 0xedb88320)))))
            (local.set 16
              (i32.wrap_i64
                (local.tee $rax (i64.extend_i32_u (local.tee 16 (i32.shr_u (local.tee 18 (i32.wrap_i64 (local.get $rax))) (i32.const 1)))))))
            (local.set 18 (i32.wrap_i64 (local.get $rbx)))
            (local.set $rax (i64.extend_i32_u (local.tee 19 (i32.xor (local.get 16) (local.get 18)))))
            (local.set 21 (local.get 19))
            (local.set $rdx (i64.extend_i32_u (local.tee 18 (i32.sub (local.tee 19 (i32.wrap_i64 (local.get $rdx))) (i32.const 1)))))
            (local.set 22 (local.get 18))
            (local.set 23 (local.get 19))
            (local.set $budget (i32.sub (local.get $budget) (i32.const 8)))
            (if (i32.eqz (i32.eqz (local.get 22))) (then
              (if (i32.le_s (local.get $budget) (i32.const 0)) (then
                (i64.store [rip] (i64.add (local.get $page) (i64.const 0x80d)))
                (local.set $result (i32.const 5))
                (local.set $keptFlags (i32.const 0))
                (local.set $keptMask (i32.const 1))
                (local.set $flagsKind (i32.const 0x2003))
                (local.set $flagsResult (i64.extend_i32_u (local.get 22)))
                (local.set $flagsOperand (i64.extend_i32_u (local.get 23)))
                (br $1)
              ))
              (br $6)
            ))
            (br $5)
          )
        )
        (local.set $rcx (local.tee 17 (i64.sub (local.tee 20 (local.get $rcx)) (i64.const 1))))
        (local.set 24 (local.get 17))
        (local.set 25 (local.get 20))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
        (if (i32.eqz (i64.eqz (local.get 24))) (then
          (if (i32.le_s (local.get $budget) (i32.const 0)) (then
            (i64.store [rip] (i64.add (local.get $page) (i64.const 0x800)))
            (local.set $result (i32.const 5))
            (local.set $keptFlags (i32.const 0))
            (local.set $keptMask (i32.const 1))
            (local.set $flagsKind (i32.const 3))
            (local.set $flagsResult (local.get 24))
            (local.set $flagsOperand (local.get 25))
            (br $1)
          ))
          (local.set $keptFlags (i32.const 0))
          (local.set $keptMask (i32.const 1))
          (local.set $flagsKind (i32.const 3))
          (local.set $flagsResult (local.get 24))
          (local.set $flagsOperand (local.get 25))
          (br $3)
        ))
        (br $2)
      )
    )
    (local.set $result [interpret 10000827])
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
    (local.set $flagsResult (local.get 24))
    (local.set $flagsOperand (local.get 25))
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

;; user64: xorshift
;;   mov rdx,rax
;;   shl rdx,0Dh
;;   xor rax,rdx
;;   mov rdx,rax
;;   shr rdx,7
;;   xor rax,rdx
;;   dec rcx
;;   jne short 0000000010000800h
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 493 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local $rax i64) (local $rcx i64) (local $rdx i64)
  (local i64 i64 i64 i64 i64 i64 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $rcx (i64.load [rcx]))
  (local.set $rdx (i64.load [rdx]))
  (block $1
    (block $2
      (loop $3
        (local.set $rdx (local.tee 15 (i64.shl (local.tee 14 (local.tee $rdx (local.tee 14 (local.get $rax)))) (i64.const 13))))
        (local.set 15 (local.get $rax))
        (local.set 14 (local.get $rdx))
        (local.set $rdx
          (local.tee 14
            (i64.shr_u
              (local.tee 16 (local.tee $rdx (local.tee 16 (local.tee $rax (local.tee 16 (i64.xor (local.get 15) (local.get 14)))))))
              (i64.const 7))))
        (local.set 14 (local.get $rax))
        (local.set 16 (local.get $rdx))
        (local.set $rax (local.tee 15 (i64.xor (local.get 14) (local.get 16))))
        (local.set 17 (local.get 15))
        (local.set $rcx (local.tee 16 (i64.sub (local.tee 15 (local.get $rcx)) (i64.const 1))))
        (local.set 18 (local.get 16))
        (local.set 19 (local.get 15))
        (local.set $budget (i32.sub (local.get $budget) (i32.const 8)))
        (if (i32.eqz (i64.eqz (local.get 18))) (then
          (if (i32.le_s (local.get $budget) (i32.const 0)) (then
            (i64.store [rip] (i64.add (local.get $page) (i64.const 0x800)))
            (local.set $result (i32.const 5))
            (local.set $keptFlags (i32.const 0))
            (local.set $keptMask (i32.const 1))
            (local.set $flagsKind (i32.const 3))
            (local.set $flagsResult (local.get 18))
            (local.set $flagsOperand (local.get 19))
            (br $1)
          ))
          (br $3)
        ))
        (br $2)
      )
    )
    (local.set $result [interpret 10000819])
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 1))
    (local.set $flagsKind (i32.const 3))
    (local.set $flagsResult (local.get 18))
    (local.set $flagsOperand (local.get 19))
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
