;; Tuples, options, results and lists of them between components; an instance whose start function runs between the others' instantiations,
;; with data behind it; two instances of one component.
(component
  (component $sums
    (core module $memory (memory (export "memory") 1) (data (i32.const 64) "\07"))
    (core instance $memory (instantiate $memory))
    (core module $start
      (import "" "memory" (memory 1))
      (start $init)
      (func $init (i32.store (i32.const 64) (i32.mul (i32.load (i32.const 64)) (i32.const 1000)))))
    (core instance (instantiate $start (with "" (instance $memory))))
    (core module $m
      (import "" "memory" (memory 1))
      (global $calls (mut i32) (i32.const 0))
      (global $p (mut i32) (i32.const 4096))
      (data (i32.const 65) "\01")
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (local $r i32)
        (local.set $r (i32.and (i32.add (global.get $p) (i32.sub (local.get 2) (i32.const 1))) (i32.sub (i32.const 0) (local.get 2))))
        (global.set $p (i32.add (local.get $r) (local.get 3)))
        (local.get $r))
      (func $of_point (param $p i32) (result i32)
        (i32.add (i32.trunc_f32_s (f32.load (local.get $p))) (i32.add (i32.wrap_i64 (i64.load offset=8 (local.get $p))) (i32.load8_u offset=16 (local.get $p)))))
      ;; option of one point, a list of points, a result: everything flat
      (func (export "sum") (param $has i32) (param $x f32) (param $y i64) (param $ok i32) (param $list i32) (param $length i32) (param $failed i32) (param $how i32) (result i32)
        (local $sum i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (local.set $sum (i32.add (i32.load (i32.const 64)) (i32.mul (global.get $calls) (i32.const 1000000))))
        (if (local.get $has) (then (local.set $sum (i32.add (local.get $sum)
          (i32.add (i32.trunc_f32_s (local.get $x)) (i32.add (i32.wrap_i64 (local.get $y)) (local.get $ok)))))))
        (block $done (loop $each
          (br_if $done (i32.eqz (local.get $length)))
          (local.set $sum (i32.add (local.get $sum) (call $of_point (local.get $list))))
          (local.set $list (i32.add (local.get $list) (i32.const 24)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $each)))
        (if (local.get $failed) (then (local.set $sum (i32.add (local.get $sum) (local.get $how)))))
        (i32.store (i32.const 80) (local.get $sum))
        (i32.store8 (i32.const 84) (local.get $failed))
        (i32.const 80)))
    (core instance $i (instantiate $m (with "" (instance $memory))))
    (func (export "sum") (param "one" (option (tuple f32 u64 bool))) (param "many" (list (tuple f32 u64 bool))) (param "r" (result (error u8))) (result (tuple u32 bool))
      (canon lift (core func $i "sum") (memory (core memory $memory "memory")) (realloc (core func $i "realloc")))))
  (component $user
    (import "one" (func $one (param "one" (option (tuple f32 u64 bool))) (param "many" (list (tuple f32 u64 bool))) (param "r" (result (error u8))) (result (tuple u32 bool))))
    (import "two" (func $two (param "one" (option (tuple f32 u64 bool))) (param "many" (list (tuple f32 u64 bool))) (param "r" (result (error u8))) (result (tuple u32 bool))))
    (core module $memory (memory (export "memory") 1))
    (core instance $memory (instantiate $memory))
    (core func $one (canon lower (func $one) (memory (core memory $memory "memory"))))
    (core func $two (canon lower (func $two) (memory (core memory $memory "memory"))))
    (core module $m
      (import "" "memory" (memory 1))
      (import "" "one" (func $one (param i32 f32 i64 i32 i32 i32 i32 i32 i32)))
      (import "" "two" (func $two (param i32 f32 i64 i32 i32 i32 i32 i32 i32)))
      (func $point (param $at i32) (param $x f32) (param $y i64) (param $ok i32)
        (f32.store (local.get $at) (local.get $x))
        (i64.store offset=8 (local.get $at) (local.get $y))
        (i32.store8 offset=16 (local.get $at) (local.get $ok)))
      (func (export "try") (param $n i32) (result i32)
        (call $point (i32.const 104) (f32.const 10) (i64.const 20) (i32.const 1))
        (call $point (i32.const 128) (f32.const 100) (i64.const 200) (i32.const 77))
        ;; 0: all is well, both instances
        (if (i32.eqz (local.get $n)) (then
          (call $one (i32.const 1) (f32.const 1) (i64.const 2) (i32.const 3) (i32.const 104) (i32.const 2) (i32.const 1) (i32.const 0x109) (i32.const 16))
          (call $one (i32.const 0) (f32.const 1) (i64.const 2) (i32.const 3) (i32.const 104) (i32.const 0) (i32.const 0) (i32.const 9) (i32.const 24))
          (call $two (i32.const 0) (f32.const 1) (i64.const 2) (i32.const 3) (i32.const 104) (i32.const 1) (i32.const 0) (i32.const 9) (i32.const 32))
          (return (i32.add (i32.load (i32.const 16)) (i32.add (i32.mul (i32.const 3) (i32.load (i32.const 24))) (i32.mul (i32.const 5) (i32.load (i32.const 32))))))))
        ;; 1: a discriminant that is none; 2: a list that is too long for memory; 3: one at an odd address
        (if (i32.eq (local.get $n) (i32.const 1)) (then
          (call $one (i32.const 2) (f32.const 1) (i64.const 2) (i32.const 3) (i32.const 104) (i32.const 2) (i32.const 1) (i32.const 9) (i32.const 16))))
        (if (i32.eq (local.get $n) (i32.const 2)) (then
          (call $one (i32.const 1) (f32.const 1) (i64.const 2) (i32.const 3) (i32.const 104) (i32.const 3000) (i32.const 1) (i32.const 9) (i32.const 16))))
        (if (i32.eq (local.get $n) (i32.const 3)) (then
          (call $one (i32.const 1) (f32.const 1) (i64.const 2) (i32.const 3) (i32.const 105) (i32.const 1) (i32.const 1) (i32.const 9) (i32.const 16))))
        (i32.const 0)))
    (core instance $i (instantiate $m (with "" (instance (export "memory" (memory $memory "memory")) (export "one" (func $one)) (export "two" (func $two))))))
    (func (export "try") (param "n" u32) (result u32) (canon lift (core func $i "try"))))
  (instance $a (instantiate $sums))
  (instance $b (instantiate $sums))
  (instance $u (instantiate $user (with "one" (func $a "sum")) (with "two" (func $b "sum"))))
  (export "try" (func $u "try")))
