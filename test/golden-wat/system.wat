;; user64: what no region holds
;;   cpuid
;; is left to the interpreter

;; user64: the region ends before it, and begins after it
;;   inc rax
;;   rdtsc
;;   inc rcx
(func $region_10000800 (type 1) (result i32)  ;; 212 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $rax i64) (local i64 i64 i32 i32 i32 i64 i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.load [flagsResult]))
  (local.set $flagsOperand (i64.load [flagsOperand]))
  (block $1
    (local.set $rax (local.tee 9 (i64.add (local.tee 8 (local.get $rax)) (i64.const 1))))
    (i32.store [flagsKind] (local.get $flagsKind))
    (i64.store [flagsResult] (local.get $flagsResult))
    (i64.store [flagsOperand] (local.get $flagsOperand))
    (local.set 12 (local.tee 11 (local.tee 10 (call $carryFlag))))
    (local.set 13 (local.get 9))
    (local.set 14 (local.get 8))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000803])
    (i32.store [flags] (i32.or (i32.and (i32.load [flags]) (i32.const -2)) (local.get 12)))
    (local.set $flagsKind (i32.const 2))
    (local.set $flagsResult (local.get 13))
    (local.set $flagsOperand (local.get 14))
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (local.get $flagsResult))
  (i64.store [flagsOperand] (local.get $flagsOperand))
  (i32.store [budget] (local.get $budget))
  (return (local.get $result))
)

;; user64: system call
;;   mov eax,1
;;   syscall
(func $region_10000800 (type 1) (result i32)  ;; 131 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $rax i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.load [flagsResult]))
  (local.set $flagsOperand (i64.load [flagsOperand]))
  (block $1
    (local.set $rax (i64.const 1))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000805])
    (br $1)
    (unreachable)
  )
  (i64.store [rax] (local.get $rax))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (local.get $flagsResult))
  (i64.store [flagsOperand] (local.get $flagsOperand))
  (i32.store [budget] (local.get $budget))
  (return (local.get $result))
)

;; user64: fences and hints
;;   mfence
;;   pause
;;   prefetcht0 [rax]
;;   endbr64
;;   nop dword [rax]
(func $region_10000800 (type 1) (result i32)  ;; 119 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $rax i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rax (i64.load [rax]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.load [flagsResult]))
  (local.set $flagsOperand (i64.load [flagsOperand]))
  (block $1
    (local.set $budget (i32.sub (local.get $budget) (i32.const 5)))
    (local.set $result [interpret 1000080f])
    (br $1)
    (unreachable)
  )
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (local.get $flagsResult))
  (i64.store [flagsOperand] (local.get $flagsOperand))
  (i32.store [budget] (local.get $budget))
  (return (local.get $result))
)

;; user64: port
;;   mov edx,3F8h
;;   in al,dx
(func $region_10000800 (type 1) (result i32)  ;; 132 bytes
  (local $page i64) (local $tlb i32) (local $budget i32) (local $result i32) (local $flagsKind i32) (local $flagsResult i64) (local $flagsOperand i64)
  (local $rdx i64)
  (local.set $page (i64.load [codePage]))
  (local.set $budget (i32.load [budget]))
  (local.set $tlb (i32.load [tlb]))
  (local.set $rdx (i64.load [rdx]))
  (local.set $flagsKind (i32.load [flagsKind]))
  (local.set $flagsResult (i64.load [flagsResult]))
  (local.set $flagsOperand (i64.load [flagsOperand]))
  (block $1
    (local.set $rdx (i64.const 1016))
    (local.set $budget (i32.sub (local.get $budget) (i32.const 1)))
    (local.set $result [interpret 10000805])
    (br $1)
    (unreachable)
  )
  (i64.store [rdx] (local.get $rdx))
  (i32.store [flagsKind] (local.get $flagsKind))
  (i64.store [flagsResult] (local.get $flagsResult))
  (i64.store [flagsOperand] (local.get $flagsOperand))
  (i32.store [budget] (local.get $budget))
  (return (local.get $result))
)
