;; user64: one element
;;   movsb
;;   stosd
;;   lodsq
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 1105 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (i32.store [budget] (local.get $budget))
    (i32.store [instruction] [10000800])
    (i32.store [runStart] [10000800])
    (local.set 11 (call_indirect (type 0) [10000800] (i32.const 198)))
    (i32.store [instruction] (i32.const 0))
    (if (local.get 11) (then
      (if (i32.eq (local.get 11) (i32.const 2)) (then
        (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 0)))
        (return [fault 10000800])
      ))
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 1)))
      (return (select (i32.const 1) (i32.const 0) (i32.eq (local.get 11) (i32.const 3))))
    ))
    (if (i32.load [regionStale]) (then
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 1)))
      (return [interpret 10000801])
    ))
    (local.set $budget (i32.load [budget]))
    (local.set $tlb (i32.load [tlb]))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (i32.store [budget] (local.get $budget))
    (i32.store [instruction] [10000801])
    (i32.store [runStart] [10000800])
    (local.set 11 (call_indirect (type 0) [10000801] (i32.const 209)))
    (i32.store [instruction] (i32.const 0))
    (if (local.get 11) (then
      (if (i32.eq (local.get 11) (i32.const 2)) (then
        (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 1)))
        (return [fault 10000801])
      ))
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 2)))
      (return (select (i32.const 1) (i32.const 0) (i32.eq (local.get 11) (i32.const 3))))
    ))
    (if (i32.load [regionStale]) (then
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 2)))
      (return [interpret 10000802])
    ))
    (local.set $budget (i32.load [budget]))
    (local.set $tlb (i32.load [tlb]))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (i32.store [budget] (local.get $budget))
    (i32.store [instruction] [10000802])
    (i32.store [runStart] [10000800])
    (local.set 11 (call_indirect (type 0) [10000802] (i32.const 214)))
    (i32.store [instruction] (i32.const 0))
    (if (local.get 11) (then
      (if (i32.eq (local.get 11) (i32.const 2)) (then
        (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 2)))
        (return [fault 10000802])
      ))
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 3)))
      (return (select (i32.const 1) (i32.const 0) (i32.eq (local.get 11) (i32.const 3))))
    ))
    (if (i32.load [regionStale]) (then
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 3)))
      (return [interpret 10000804])
    ))
    (local.set $budget (i32.load [budget]))
    (local.set $tlb (i32.load [tlb]))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 3)))
    (local.set $result [interpret 10000804])
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

;; user64: copy of a block
;;   rep movsb
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 581 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (i32.store [budget] (local.get $budget))
    (i32.store [instruction] [10000800])
    (i32.store [runStart] [10000800])
    (local.set 11 (call_indirect (type 0) [10000800] (i32.const 198)))
    (i32.store [instruction] (i32.const 0))
    (if (local.get 11) (then
      (if (i32.eq (local.get 11) (i32.const 2)) (then
        (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 0)))
        (return [fault 10000800])
      ))
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 1)))
      (return (select (i32.const 1) (i32.const 0) (i32.eq (local.get 11) (i32.const 3))))
    ))
    (if (i32.load [regionStale]) (then
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 1)))
      (return [interpret 10000802])
    ))
    (local.set $budget (i32.load [budget]))
    (local.set $tlb (i32.load [tlb]))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000802])
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

;; user64: fill
;;   rep stosq
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 581 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (i32.store [budget] (local.get $budget))
    (i32.store [instruction] [10000800])
    (i32.store [runStart] [10000800])
    (local.set 11 (call_indirect (type 0) [10000800] (i32.const 210)))
    (i32.store [instruction] (i32.const 0))
    (if (local.get 11) (then
      (if (i32.eq (local.get 11) (i32.const 2)) (then
        (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 0)))
        (return [fault 10000800])
      ))
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 1)))
      (return (select (i32.const 1) (i32.const 0) (i32.eq (local.get 11) (i32.const 3))))
    ))
    (if (i32.load [regionStale]) (then
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 1)))
      (return [interpret 10000803])
    ))
    (local.set $budget (i32.load [budget]))
    (local.set $tlb (i32.load [tlb]))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000803])
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

;; user64: search
;;   repne scasb
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 581 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (i32.store offset=0x1138
      (i32.const 0)
      (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
    (i32.store [budget] (local.get $budget))
    (i32.store [instruction] [10000800])
    (i32.store [runStart] [10000800])
    (local.set 11 (call_indirect (type 0) [10000800] (i32.const 215)))
    (i32.store [instruction] (i32.const 0))
    (if (local.get 11) (then
      (if (i32.eq (local.get 11) (i32.const 2)) (then
        (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 0)))
        (return [fault 10000800])
      ))
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 1)))
      (return (select (i32.const 1) (i32.const 0) (i32.eq (local.get 11) (i32.const 3))))
    ))
    (if (i32.load [regionStale]) (then
      (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 1)))
      (return [interpret 10000802])
    ))
    (local.set $budget (i32.load [budget]))
    (local.set $tlb (i32.load [tlb]))
    (local.set $flagsKind (i32.load [flagsKind]))
    (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
    (local.set $keptFlags (i32.const 0))
    (local.set $keptMask (i32.const 0))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000802])
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

;; user64: comparison
;;   repe cmpsb
;;   je short 0000000010000805h
;;   nop
;;   nop
(func $region_10000800 (type 0) (param i32) (result i32)  ;; 730 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $next i64) (local $flagsKind i32) (local $flagsResult i64)
  (local $flagsOperand i64) (local $keptFlags i32) (local $keptMask i32) (local i32 i32 i64 i32 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $flagsOperand (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
  (local.set $keptFlags (i32.const 0))
  (local.set $keptMask (i32.const 0))
  (block $1
    (block $2
      (i32.store [flagsKind] (local.get $flagsKind))
      (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (i32.store offset=0x1138
        (i32.const 0)
        (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
      (i32.store [budget] (local.get $budget))
      (i32.store [instruction] [10000800])
      (i32.store [runStart] [10000800])
      (local.set 11 (call_indirect (type 0) [10000800] (i32.const 202)))
      (i32.store [instruction] (i32.const 0))
      (if (local.get 11) (then
        (if (i32.eq (local.get 11) (i32.const 2)) (then
          (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 0)))
          (return [fault 10000800])
        ))
        (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 1)))
        (return (select (i32.const 1) (i32.const 0) (i32.eq (local.get 11) (i32.const 3))))
      ))
      (if (i32.load [regionStale]) (then
        (i32.store [budget] (i32.sub (i32.load [budget]) (i32.const 1)))
        (return [interpret 10000802])
      ))
      (local.set $budget (i32.load [budget]))
      (local.set $tlb (i32.load [tlb]))
      (local.set $flagsKind (i32.load [flagsKind]))
      (local.set $flagsResult (i64.shr_u (i64.load [flagsResult]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (local.set $flagsOperand
        (i64.shr_u (i64.load [flagsOperand]) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (local.set $keptFlags (i32.const 0))
      (local.set $keptMask (i32.const 0))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 2)))
      (i32.store [flagsKind] (local.get $flagsKind))
      (i64.store [flagsResult] (i64.shl (local.get $flagsResult) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (i64.store [flagsOperand] (i64.shl (local.get $flagsOperand) (i64.extend_i32_u (i32.shr_u (local.get $flagsKind) (i32.const 8)))))
      (i32.store offset=0x1138
        (i32.const 0)
        (i32.or (i32.and (i32.load [flags]) (i32.xor (local.get $keptMask) (i32.const -1))) (local.get $keptFlags)))
      (if (i32.eqz (i32.and (i32.load [flagsKind]) (i32.const 255))) (then
        (local.set 11 (i32.and (i32.shr_u (i32.load [flags]) (i32.const 6)) (i32.const 1)))
      ) (else
        (local.set 11 (i64.eqz (i64.load [flagsResult])))
      ))
      (if (local.get 11) (then
        (if (i32.le_s (local.get $budget) (i32.const 0)) (then
          (i64.store [rip] (i64.add (local.get $page) (i64.const 0x805)))
          (local.set $result (i32.const 5))
          (br $1)
        ))
        (br $2)
      ))
      (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
      (br $2)
    )
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000806])
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
