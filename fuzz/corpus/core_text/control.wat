(module $control
  (type $unary (func (param i32) (result i32)))
  (import "host" "tick" (func $tick (param i64)))
  (tag $oops (param i32 i64))
  (table $t 2 4 funcref)
  (elem (table $t) (i32.const 0) func $count $choose)
  (elem declare func $count)
  (func $count (export "count") (type $unary) (local $n i32)
    block $out (result i32)
      loop $again
        (if (i32.eqz (local.get 0)) (then (br $out (local.get $n))))
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (local.set $n (i32.add (local.get $n) (i32.const 2)))
        br $again
      end
      unreachable
    end)
  (func $choose (type $unary) (param $which i32) (result i32)
    (block $a (block $b (block $c (br_table $a $b $c (local.get $which)))
      (return_call $count (i32.const 3)))
      (return (call_indirect $t (type $unary) (i32.const 4) (i32.const 0))))
    (if (result i32) (local.get 0) (then (i32.const 1)) (else (call_ref $unary (i32.const 2) (ref.func $count)))))
  (func (export "try") (result i32)
    (block $h (result i32 i64)
      (try_table (catch $oops $h) (throw $oops (i32.const 7) (i64.const 8)))
      unreachable)
    (call $tick)))
