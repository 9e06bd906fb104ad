;; `counters` defines a resource whose destructor counts; `user` does what `step` says with handles of it, right and wrong things.
(component
  (component $counters
    (core module $ends
      (global $ended (mut i32) (i32.const 0))
      (func (export "end") (param i32) (global.set $ended (i32.add (global.get $ended) (local.get 0))))
      (func (export "ended") (result i32) (global.get $ended)))
    (core instance $ends (instantiate $ends))
    (type $counter' (resource (rep i32) (dtor (core func $ends "end"))))
    (core func $new (canon resource.new $counter'))
    (core func $rep (canon resource.rep $counter'))
    (core func $drop (canon resource.drop $counter'))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "rep" (func $rep (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "get") (param i32) (result i32) (local.get 0))
      (func (export "take") (param i32) (result i32) (local $r i32)
        (local.set $r (call $rep (local.get 0)))
        (call $drop (local.get 0))
        (local.get $r)))
    (core instance $i (instantiate $m (with "" (instance (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
    (export $counter "counter" (type $counter'))
    (func (export "make") (param "n" u32) (result (own $counter)) (canon lift (core func $i "make")))
    (func (export "get") (param "c" (borrow $counter)) (result u32) (canon lift (core func $i "get")))
    (func (export "take") (param "c" (own $counter)) (result u32) (canon lift (core func $i "take")))
    (func (export "ended") (result u32) (canon lift (core func $ends "ended"))))
  ;; passes a borrow on, and forgets to drop it if it is told to
  (component $middle
    (import "counter" (type $counter (sub resource)))
    (import "get" (func $get (param "c" (borrow $counter)) (result u32)))
    (core func $get (canon lower (func $get)))
    (core func $drop (canon resource.drop $counter))
    (core module $m
      (import "" "get" (func $get (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "look") (param i32 i32) (result i32)
        (local $n i32)
        (local.set $n (call $get (local.get 0)))
        (if (i32.eqz (local.get 1)) (then (call $drop (local.get 0))))
        (local.get $n)))
    (core instance $i (instantiate $m (with "" (instance (export "get" (func $get)) (export "drop" (func $drop))))))
    (func (export "look") (param "c" (borrow $counter)) (param "keep" bool) (result u32) (canon lift (core func $i "look"))))
  (component $user
    (import "counter" (type $counter (sub resource)))
    (import "make" (func $make (param "n" u32) (result (own $counter))))
    (import "get" (func $get (param "c" (borrow $counter)) (result u32)))
    (import "take" (func $take (param "c" (own $counter)) (result u32)))
    (import "ended" (func $ended (result u32)))
    (import "look" (func $look (param "c" (borrow $counter)) (param "keep" bool) (result u32)))
    (core func $make (canon lower (func $make)))
    (core func $get (canon lower (func $get)))
    (core func $take (canon lower (func $take)))
    (core func $ended (canon lower (func $ended)))
    (core func $look (canon lower (func $look)))
    (core func $drop (canon resource.drop $counter))
    (core module $m
      (import "" "make" (func $make (param i32) (result i32)))
      (import "" "get" (func $get (param i32) (result i32)))
      (import "" "take" (func $take (param i32) (result i32)))
      (import "" "ended" (func $ended (result i32)))
      (import "" "look" (func $look (param i32 i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func $number (param i32 i32) (result i32) (i32.add (i32.mul (local.get 0) (i32.const 1000)) (local.get 1)))
      (func (export "step") (param $step i32) (result i32)
        (local $a i32) (local $b i32) (local $n i32)
        (local.set $a (call $make (i32.const 5)))
        (local.set $b (call $make (i32.const 7)))
        (block $8 (block $7 (block $6 (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
          (br_table $0 $1 $2 $3 $4 $5 $6 $7 $8 (local.get $step)))
          ;; 0: handles are small numbers
          (return (call $number (local.get $a) (local.get $b))))
          ;; 1: borrowed, then dropped
          (local.set $n (call $get (local.get $b)))
          (call $drop (local.get $a))
          (return (call $number (local.get $n) (call $ended))))
          ;; 2: given away; the taker drops it
          (local.set $n (call $take (local.get $b)))
          (return (call $number (local.get $n) (call $ended))))
          ;; 3: given away and used
          (drop (call $take (local.get $b)))
          (return (call $get (local.get $b))))
          ;; 4: dropped twice
          (call $drop (local.get $a))
          (call $drop (local.get $a))
          (return (i32.const 0)))
          ;; 5: a number is used again
          (call $drop (local.get $a))
          (return (call $number (call $make (i32.const 1)) (local.get $a))))
          ;; 6: a borrow that goes through a component in between
          (local.set $n (call $look (local.get $b) (i32.const 0)))
          (call $drop (local.get $b))
          (return (call $number (local.get $n) (call $ended))))
          ;; 7: a borrow that is not dropped
          (return (call $look (local.get $b) (i32.const 1))))
        ;; 8: no handle at all
        (call $get (i32.const 99))))
    (core instance $i (instantiate $m (with "" (instance
      (export "make" (func $make)) (export "get" (func $get)) (export "take" (func $take)) (export "ended" (func $ended)) (export "look" (func $look)) (export "drop" (func $drop))))))
    (func (export "step") (param "n" u32) (result u32) (canon lift (core func $i "step"))))
  (instance $c (instantiate $counters))
  (instance $m (instantiate $middle (with "counter" (type $c "counter")) (with "get" (func $c "get"))))
  (instance $u (instantiate $user (with "counter" (type $c "counter")) (with "make" (func $c "make")) (with "get" (func $c "get"))
    (with "take" (func $c "take")) (with "ended" (func $c "ended")) (with "look" (func $m "look"))))
  (export "step" (func $u "step")))
