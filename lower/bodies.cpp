#include "lower/bodies.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include "base/check.h"
#include "canonical-abi/fuse.h"
#include "core/text/parse.h"
#include "wcomp/trap.h"

namespace wcomp::lower {

namespace {

// The memory that the host sees, with an allocator that only goes up: what a call puts there is gone when the call is over. `level` is where
// the call from or to the host that is going on now began; `top` where the next allocation goes. While `moving` is not 0, the host's handle of a
// resource ends and the resource does not.
constexpr std::string_view host_side = R"((module
  (global $code (export "trap_code") (mut i32) (i32.const -1))
  (global $flags (export "flags") (mut i32) (i32.const 3))
  (global $level (export "level") (mut i32) (i32.const 16))
  (global $top (export "top") (mut i32) (i32.const 16))
  (global $moving (export "moving") (mut i32) (i32.const 0))
  (memory (export "memory") 1)

  (func $trap (export "trap") (param $code i32)
    (global.set $code (local.get $code))
    (unreachable))

  (func (export "realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
    (local $at i64) (local $end i64) (local $pages i64)
    (local.set $at (i64.and
      (i64.add (i64.extend_i32_u (global.get $top)) (i64.extend_i32_u (i32.sub (local.get $align) (i32.const 1))))
      (i64.extend_i32_s (i32.sub (i32.const 0) (local.get $align)))))
    ;; what was allocated last grows and shrinks where it is
    (if (i32.and (i32.ne (local.get $old_size) (i32.const 0)) (i32.eq (i32.add (local.get $old) (local.get $old_size)) (global.get $top)))
      (then (if (i32.eqz (i32.and (local.get $old) (i32.sub (local.get $align) (i32.const 1))))
        (then (local.set $at (i64.extend_i32_u (local.get $old)))))))
    (local.set $end (i64.add (local.get $at) (i64.extend_i32_u (local.get $size))))
    (if (i64.gt_u (local.get $end) (i64.const 0xffffffff)) (then (call $trap (i32.const {realloc_failed}))))
    (local.set $pages (i64.shr_u (i64.add (local.get $end) (i64.const 0xffff)) (i64.const 16)))
    (if (i64.gt_u (local.get $pages) (i64.extend_i32_u (memory.size)))
      (then (if (i32.eq (memory.grow (i32.sub (i32.wrap_i64 (local.get $pages)) (memory.size))) (i32.const -1))
        (then (call $trap (i32.const {realloc_failed}))))))
    (global.set $top (i32.wrap_i64 (local.get $end)))
    (if (local.get $old_size) (then (memory.copy (i32.wrap_i64 (local.get $at)) (local.get $old)
      (select (local.get $old_size) (local.get $size) (i32.lt_u (local.get $old_size) (local.get $size))))))
    (i32.wrap_i64 (local.get $at)))))";

// Strings. Encodings: 0 utf8, 1 utf16, 2 latin1+utf16, whose length has bit 31 set where the units are UTF-16. Units: 0 UTF-8, 1 UTF-16, 2 latin1.
constexpr std::string_view strings = R"((module
  (import "" "trap" (func $trap (param i32)))
  (import "" "src" (memory $src 0))
  (import "" "dst" (memory $dst 0))
  (global $at (mut i32) (i32.const 0))    ;; what is read next
  (global $to (mut i32) (i32.const 0))    ;; what is written next
  (global $room (mut i32) (i32.const 0))  ;; bytes that may be written there

  (func $units (param $encoding i32) (param $length i32) (result i32)
    (select
      (select (i32.const 1) (i32.const 2) (i32.lt_s (local.get $length) (i32.const 0)))
      (local.get $encoding)
      (i32.eq (local.get $encoding) (i32.const 2))))

  ;; string_byte_length
  (func $bytes (param $encoding i32) (param $length i32) (result i64)
    (if (i32.eq (local.get $encoding) (i32.const 2))
      (then (return (i64.shl
        (i64.extend_i32_u (i32.and (local.get $length) (i32.const 0x7fffffff)))
        (i64.extend_i32_u (i32.shr_u (local.get $length) (i32.const 31)))))))
    (i64.shl (i64.extend_i32_u (local.get $length)) (i64.extend_i32_u (local.get $encoding))))

  ;; find_string: gives the number of bytes
  (func $find (param $encoding i32) (param $ptr i32) (param $length i32) (result i32)
    (local $bytes i64)
    (local.set $bytes (call $bytes (local.get $encoding) (local.get $length)))
    (if (i64.gt_u (local.get $bytes) (i64.const 0xfffffff)) (then (call $trap (i32.const {string_too_long}))))
    (if (i32.and (local.get $ptr) (i32.ne (local.get $encoding) (i32.const 0))) (then (call $trap (i32.const {unaligned_pointer}))))
    (if (i64.gt_u (i64.add (i64.extend_i32_u (local.get $ptr)) (local.get $bytes)) (i64.shl (i64.extend_i32_u (memory.size $src)) (i64.const 16)))
      (then (call $trap (i32.const {pointer_out_of_bounds}))))
    (i32.wrap_i64 (local.get $bytes)))

  (func $next_utf8 (param $end i32) (result i32)
    (local $c i32) (local $lead i32) (local $byte i32) (local $more i32) (local $left i32)
    (local.set $lead (i32.load8_u $src (global.get $at)))
    (global.set $at (i32.add (global.get $at) (i32.const 1)))
    (if (i32.lt_u (local.get $lead) (i32.const 0x80)) (then (return (local.get $lead))))
    (local.set $more (i32.add (i32.const 1) (i32.add (i32.ge_u (local.get $lead) (i32.const 0xe0)) (i32.ge_u (local.get $lead) (i32.const 0xf0)))))
    (if (i32.or (i32.or (i32.lt_u (local.get $lead) (i32.const 0xc2)) (i32.gt_u (local.get $lead) (i32.const 0xf4)))
                (i32.gt_u (local.get $more) (i32.sub (local.get $end) (global.get $at))))
      (then (call $trap (i32.const {invalid_utf8}))))
    (local.set $c (i32.and (local.get $lead) (i32.shr_u (i32.const 0x3f) (local.get $more))))
    (local.set $left (local.get $more))
    (loop $tail
      (local.set $byte (i32.load8_u $src (global.get $at)))
      (if (i32.ne (i32.and (local.get $byte) (i32.const 0xc0)) (i32.const 0x80)) (then (call $trap (i32.const {invalid_utf8}))))
      (local.set $c (i32.or (i32.shl (local.get $c) (i32.const 6)) (i32.and (local.get $byte) (i32.const 0x3f))))
      (global.set $at (i32.add (global.get $at) (i32.const 1)))
      (br_if $tail (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    ;; longer than it need be, a surrogate, or beyond Unicode; two bytes were settled by the first
    (if (i32.or (i32.lt_u (local.get $c) (select (i32.const 0x10000) (select (i32.const 0x800) (i32.const 0x80) (i32.eq (local.get $more) (i32.const 2))) (i32.eq (local.get $more) (i32.const 3))))
                (i32.or (i32.gt_u (local.get $c) (i32.const 0x10ffff)) (i32.eq (i32.and (local.get $c) (i32.const 0x1ff800)) (i32.const 0xd800))))
      (then (call $trap (i32.const {invalid_utf8}))))
    (local.get $c))

  (func $next_utf16 (param $end i32) (result i32)
    (local $c i32) (local $low i32)
    (local.set $c (i32.load16_u $src (global.get $at)))
    (global.set $at (i32.add (global.get $at) (i32.const 2)))
    (if (i32.ne (i32.and (local.get $c) (i32.const 0xf800)) (i32.const 0xd800)) (then (return (local.get $c))))
    (if (i32.or (i32.ge_u (local.get $c) (i32.const 0xdc00)) (i32.eq (global.get $at) (local.get $end))) (then (call $trap (i32.const {invalid_utf16}))))
    (local.set $low (i32.load16_u $src (global.get $at)))
    (global.set $at (i32.add (global.get $at) (i32.const 2)))
    (if (i32.ne (i32.and (local.get $low) (i32.const 0xfc00)) (i32.const 0xdc00)) (then (call $trap (i32.const {invalid_utf16}))))
    (i32.add (i32.const 0x10000) (i32.or (i32.shl (i32.and (local.get $c) (i32.const 0x3ff)) (i32.const 10)) (i32.and (local.get $low) (i32.const 0x3ff)))))

  ;; the scalar value at $at
  (func $next (param $units i32) (param $end i32) (result i32)
    (if (i32.eqz (local.get $units)) (then (return (call $next_utf8 (local.get $end)))))
    (if (i32.eq (local.get $units) (i32.const 1)) (then (return (call $next_utf16 (local.get $end)))))
    (i32.load8_u $src (global.get $at))
    (global.set $at (i32.add (global.get $at) (i32.const 1))))

  ;; string-measure
  (func $measure (export "measure") (param $from i32) (param $ptr i32) (param $length i32) (param $encoding i32) (result i32)
    (local $units i32) (local $end i32) (local $c i32) (local $utf8 i32) (local $utf16 i32) (local $all i32)
    (local.set $end (i32.add (local.get $ptr) (call $find (local.get $from) (local.get $ptr) (local.get $length))))
    (local.set $units (call $units (local.get $from) (local.get $length)))
    (global.set $at (local.get $ptr))
    (block $done
      (loop $each
        (br_if $done (i32.eq (global.get $at) (local.get $end)))
        ;; eight characters of ASCII at a time
        (if (i32.and (i32.ne (local.get $units) (i32.const 1)) (i32.ge_u (i32.sub (local.get $end) (global.get $at)) (i32.const 8)))
          (then (if (i64.eqz (i64.and (i64.load $src align=1 (global.get $at)) (i64.const 0x8080808080808080)))
            (then
              (global.set $at (i32.add (global.get $at) (i32.const 8)))
              (local.set $utf8 (i32.add (local.get $utf8) (i32.const 8)))
              (local.set $utf16 (i32.add (local.get $utf16) (i32.const 8)))
              (br $each)))))
        (local.set $c (call $next (local.get $units) (local.get $end)))
        (local.set $utf8 (i32.add (i32.add (local.get $utf8) (i32.const 1))
          (i32.add (i32.ge_u (local.get $c) (i32.const 0x80)) (i32.add (i32.ge_u (local.get $c) (i32.const 0x800)) (i32.ge_u (local.get $c) (i32.const 0x10000))))))
        (local.set $utf16 (i32.add (i32.add (local.get $utf16) (i32.const 1)) (i32.ge_u (local.get $c) (i32.const 0x10000))))
        (local.set $all (i32.or (local.get $all) (local.get $c)))
        (br $each)))
    (if (i32.eqz (local.get $encoding)) (then (return (local.get $utf8))))
    (i32.or (local.get $utf16) (i32.shl (i32.and (i32.eq (local.get $encoding) (i32.const 2)) (i32.ge_u (local.get $all) (i32.const 0x100))) (i32.const 31))))

  ;; the place for that many more bytes
  (func $place (param $bytes i32) (result i32)
    (if (i32.lt_u (global.get $room) (local.get $bytes)) (then (call $trap (i32.const {pointer_out_of_bounds}))))
    (global.set $room (i32.sub (global.get $room) (local.get $bytes)))
    (global.get $to)
    (global.set $to (i32.add (global.get $to) (local.get $bytes))))

  (func $tail (param $c i32) (param $shift i32) (result i32)
    (i32.or (i32.const 0x80) (i32.and (i32.shr_u (local.get $c) (local.get $shift)) (i32.const 0x3f))))

  (func $put_utf8 (param $c i32)
    (local $to i32)
    (if (i32.lt_u (local.get $c) (i32.const 0x80)) (then (i32.store8 $dst (call $place (i32.const 1)) (local.get $c)) (return)))
    (if (i32.lt_u (local.get $c) (i32.const 0x800)) (then
      (local.set $to (call $place (i32.const 2)))
      (i32.store8 $dst (local.get $to) (i32.or (i32.const 0xc0) (i32.shr_u (local.get $c) (i32.const 6))))
      (i32.store8 $dst offset=1 (local.get $to) (call $tail (local.get $c) (i32.const 0)))
      (return)))
    (if (i32.lt_u (local.get $c) (i32.const 0x10000)) (then
      (local.set $to (call $place (i32.const 3)))
      (i32.store8 $dst (local.get $to) (i32.or (i32.const 0xe0) (i32.shr_u (local.get $c) (i32.const 12))))
      (i32.store8 $dst offset=1 (local.get $to) (call $tail (local.get $c) (i32.const 6)))
      (i32.store8 $dst offset=2 (local.get $to) (call $tail (local.get $c) (i32.const 0)))
      (return)))
    (local.set $to (call $place (i32.const 4)))
    (i32.store8 $dst (local.get $to) (i32.or (i32.const 0xf0) (i32.shr_u (local.get $c) (i32.const 18))))
    (i32.store8 $dst offset=1 (local.get $to) (call $tail (local.get $c) (i32.const 12)))
    (i32.store8 $dst offset=2 (local.get $to) (call $tail (local.get $c) (i32.const 6)))
    (i32.store8 $dst offset=3 (local.get $to) (call $tail (local.get $c) (i32.const 0))))

  (func $put_utf16 (param $c i32)
    (if (i32.lt_u (local.get $c) (i32.const 0x10000)) (then (i32.store16 $dst align=1 (call $place (i32.const 2)) (local.get $c)) (return)))
    (local.set $c (i32.sub (local.get $c) (i32.const 0x10000)))
    (i32.store $dst align=1 (call $place (i32.const 4)) (i32.or
      (i32.or (i32.const 0xd800) (i32.shr_u (local.get $c) (i32.const 10)))
      (i32.shl (i32.or (i32.const 0xdc00) (i32.and (local.get $c) (i32.const 0x3ff))) (i32.const 16)))))

  (func $put (param $units i32) (param $c i32)
    (if (i32.eqz (local.get $units)) (then (call $put_utf8 (local.get $c)) (return)))
    (if (i32.eq (local.get $units) (i32.const 1)) (then (call $put_utf16 (local.get $c)) (return)))
    (if (i32.ge_u (local.get $c) (i32.const 0x100)) (then (call $trap (i32.const {pointer_out_of_bounds}))))
    (i32.store8 $dst (call $place (i32.const 1)) (local.get $c)))

  ;; string-transcode
  (func (export "transcode") (param $from i32) (param $ptr i32) (param $length i32) (param $encoding i32) (param $dst i32) (param $dst_length i32)
    (local $units i32) (local $dst_units i32) (local $bytes i32) (local $end i32) (local $dst_bytes i64)
    (local.set $bytes (call $find (local.get $from) (local.get $ptr) (local.get $length)))
    (local.set $dst_bytes (call $bytes (local.get $encoding) (local.get $dst_length)))
    (if (i64.gt_u (i64.add (i64.extend_i32_u (local.get $dst)) (local.get $dst_bytes)) (i64.shl (i64.extend_i32_u (memory.size $dst)) (i64.const 16)))
      (then (call $trap (i32.const {pointer_out_of_bounds}))))
    (local.set $units (call $units (local.get $from) (local.get $length)))
    (local.set $dst_units (call $units (local.get $encoding) (local.get $dst_length)))
    (if (i32.eq (local.get $units) (local.get $dst_units))
      (then
        (if (i64.ne (i64.extend_i32_u (local.get $bytes)) (local.get $dst_bytes)) (then (call $trap (i32.const {pointer_out_of_bounds}))))
        (memory.copy $dst $src (local.get $dst) (local.get $ptr) (local.get $bytes))
        (return)))
    (if (i64.gt_u (local.get $dst_bytes) (i64.const 0xffffffff)) (then (call $trap (i32.const {pointer_out_of_bounds}))))
    (global.set $at (local.get $ptr))
    (local.set $end (i32.add (local.get $ptr) (local.get $bytes)))
    (global.set $to (local.get $dst))
    (global.set $room (i32.wrap_i64 (local.get $dst_bytes)))
    (block $done
      (loop $each
        (br_if $done (i32.eq (global.get $at) (local.get $end)))
        (call $put (local.get $dst_units) (call $next (local.get $units) (local.get $end)))
        (br $each)))
    (if (global.get $room) (then (call $trap (i32.const {pointer_out_of_bounds})))))

  ;; string-copy
  (func (export "copy") (param $encoding i32) (param $ptr i32) (param $length i32) (param $dst i32)
    (local $bytes i32)
    (local.set $bytes (call $find (local.get $encoding) (local.get $ptr) (local.get $length)))
    (if (i64.gt_u (i64.add (i64.extend_i32_u (local.get $dst)) (i64.extend_i32_u (local.get $bytes))) (i64.shl (i64.extend_i32_u (memory.size $dst)) (i64.const 16)))
      (then (call $trap (i32.const {pointer_out_of_bounds}))))
    (drop (call $measure (local.get $encoding) (local.get $ptr) (local.get $length) (local.get $encoding)))
    (memory.copy $dst $src (local.get $dst) (local.get $ptr) (local.get $bytes))))
)";

// The handles of one component instance. An entry of 16 bytes: the resource type (0: free), the representation (of a free entry the next free
// one), the scope of a borrow (0: it is an own), how often it is lent. Entry 0 is none.
constexpr std::string_view handles = R"((module
  (import "" "trap" (func $trap (param i32)))
  (import "" "note-lender" (func $note_lender (param i32)))
  (memory 1)
  (global $free (mut i32) (i32.const 0))
  (global $length (mut i32) (i32.const 1))

  (func (export "add") (param $type i32) (param $rep i32) (param $scope i32) (result i32)
    (local $handle i32) (local $entry i32)
    (if (local.tee $handle (global.get $free))
      (then (global.set $free (i32.load offset=4 (i32.shl (local.get $handle) (i32.const 4)))))
      (else
        (local.set $handle (global.get $length))
        (if (i32.ge_u (i32.shr_u (local.get $handle) (i32.const 12)) (memory.size))
          (then (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then (call $trap (i32.const {limit_exceeded}))))))
        (if (i32.ge_u (local.get $handle) (i32.const 0xfffffff)) (then (call $trap (i32.const {limit_exceeded}))))
        (global.set $length (i32.add (local.get $handle) (i32.const 1)))))
    (local.set $entry (i32.shl (local.get $handle) (i32.const 4)))
    (i32.store (local.get $entry) (local.get $type))
    (i32.store offset=4 (local.get $entry) (local.get $rep))
    (i32.store offset=8 (local.get $entry) (local.get $scope))
    (i32.store offset=12 (local.get $entry) (i32.const 0))
    (local.get $handle))

  ;; the entry, if it is there and of the type
  (func $find (param $handle i32) (param $type i32) (result i32)
    (local $entry i32)
    (if (i32.ge_u (local.get $handle) (global.get $length)) (then (call $trap (i32.const {unknown_handle}))))
    (local.set $entry (i32.shl (local.get $handle) (i32.const 4)))
    (if (i32.eqz (i32.load (local.get $entry))) (then (call $trap (i32.const {unknown_handle}))))
    (if (i32.ne (i32.load (local.get $entry)) (local.get $type)) (then (call $trap (i32.const {handle_wrong_type}))))
    (local.get $entry))

  (func (export "rep") (param $handle i32) (param $type i32) (result i32)
    (i32.load offset=4 (call $find (local.get $handle) (local.get $type))))

  ;; gives the representation and the scope
  (func $remove (export "remove") (param $handle i32) (param $type i32) (result i32 i32)
    (local $entry i32)
    (local.set $entry (call $find (local.get $handle) (local.get $type)))
    (if (i32.load offset=12 (local.get $entry)) (then (call $trap (i32.const {handle_still_lent}))))
    (i32.load offset=4 (local.get $entry))
    (i32.load offset=8 (local.get $entry))
    (i32.store (local.get $entry) (i32.const 0))
    (i32.store offset=4 (local.get $entry) (global.get $free))
    (global.set $free (local.get $handle)))

  (func (export "take-own") (param $handle i32) (param $type i32) (result i32)
    (if (i32.load offset=8 (call $find (local.get $handle) (local.get $type))) (then (call $trap (i32.const {handle_wrong_kind}))))
    (call $remove (local.get $handle) (local.get $type))
    (drop))

  (func (export "lend") (param $handle i32) (param $type i32) (result i32)
    (local $entry i32)
    (local.set $entry (call $find (local.get $handle) (local.get $type)))
    (i32.store offset=12 (local.get $entry) (i32.add (i32.load offset=12 (local.get $entry)) (i32.const 1)))
    (call $note_lender (local.get $handle))
    (i32.load offset=4 (local.get $entry)))

  (func (export "end-lending") (param $handle i32)
    (local $entry i32)
    (local.set $entry (i32.shl (local.get $handle) (i32.const 4)))
    (i32.store offset=12 (local.get $entry) (i32.sub (i32.load offset=12 (local.get $entry)) (i32.const 1)))))
)";

// Scopes of borrows, a stack of them: the address of the scope around it, how many borrows its callee holds, then the handles that are lent.
constexpr std::string_view scopes = R"((module
  (import "" "trap" (func $trap (param i32)))
  (memory 1 65535)
  (global $scope (mut i32) (i32.const 0))  ;; the innermost; 0: none
  (global $top (mut i32) (i32.const 16))

  (func $push (param $word i32)
    (if (i32.ge_u (i32.shr_u (global.get $top) (i32.const 16)) (memory.size))
      (then (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then (call $trap (i32.const {limit_exceeded}))))))
    (i32.store (global.get $top) (local.get $word))
    (global.set $top (i32.add (global.get $top) (i32.const 4))))

  (func (export "enter")
    (local $scope i32)
    (local.set $scope (global.get $top))
    (call $push (global.get $scope))
    (call $push (i32.const 0))
    (global.set $scope (local.get $scope)))

  (func (export "note-lender") (param $handle i32) (call $push (local.get $handle)))

  ;; the callee has one more borrow; gives the scope
  (func (export "add-borrow") (result i32)
    (i32.store offset=4 (global.get $scope) (i32.add (i32.load offset=4 (global.get $scope)) (i32.const 1)))
    (global.get $scope))

  ;; the callee has one less; `scope` as its handle says
  (func (export "drop-borrow") (param $scope i32)
    (local.set $scope (i32.and (local.get $scope) (i32.const -2)))
    (i32.store offset=4 (local.get $scope) (i32.sub (i32.load offset=4 (local.get $scope)) (i32.const 1))))

  (func (export "check-borrows")
    (if (i32.load offset=4 (global.get $scope)) (then (call $trap (i32.const {borrow_not_dropped})))))

  ;; a handle that is lent no longer; 0: that was all, the scope is over
  (func (export "next-lender") (result i32)
    (if (i32.ne (global.get $top) (i32.add (global.get $scope) (i32.const 8)))
      (then
        (global.set $top (i32.sub (global.get $top) (i32.const 4)))
        (return (i32.load (global.get $top)))))
    (global.set $top (global.get $scope))
    (global.set $scope (i32.load (global.get $scope)))
    (i32.const 0)))
)";

core::ValidModule assemble(const std::string& text) {
  const auto valid = [&]() -> Result<core::ValidModule> {
    WCOMP_TRY(Bytes bytes, core::text::parse("body", text));
    WCOMP_TRY(core::Module module, core::decode(std::move(bytes)));
    return core::validate(std::move(module));
  }();
  if (!valid) check_failed(valid.error().to_string().c_str(), __FILE__, __LINE__);
  return *valid;
}

}  // namespace

std::string with_numbers(std::string_view text) {
  fmt::dynamic_format_arg_store<fmt::format_context> numbers;
#define WCOMP_TRAP(name, meaning) numbers.push_back(fmt::arg(#name, static_cast<int>(TrapCode::name)));
#include "wcomp/traps.def"
#undef WCOMP_TRAP
  numbers.push_back(fmt::arg("may_leave", cabi::flag_may_leave));
  numbers.push_back(fmt::arg("may_enter", cabi::flag_may_enter));
  return fmt::vformat(text, numbers);
}

const core::ValidModule& host_side_module() {
  static const core::ValidModule module = assemble(with_numbers(host_side));
  return module;
}
const core::ValidModule& strings_module() {
  static const core::ValidModule module = assemble(with_numbers(strings));
  return module;
}
const core::ValidModule& handles_module() {
  static const core::ValidModule module = assemble(with_numbers(handles));
  return module;
}
const core::ValidModule& scopes_module() {
  static const core::ValidModule module = assemble(with_numbers(scopes));
  return module;
}

core::ValidModule flags_module(std::size_t count) {
  core::ModuleBuilder m;
  for (std::size_t i = 0; i < count; ++i) {
    m.export_global(fmt::to_string(i), m.global({.type = core::ValType::i32, .is_mutable = true}, cabi::flag_may_leave | cabi::flag_may_enter));
  }
  return m.build_valid();
}

std::string text_of(const core::FuncType& type) {
  std::string out;
  const auto list = [&](std::string_view word, const std::vector<core::ValType>& types) {
    if (types.empty()) return;
    fmt::format_to(std::back_inserter(out), "{}({}", out.empty() ? "" : " ", word);
    for (const core::ValType t : types) fmt::format_to(std::back_inserter(out), " {}", core::to_string(t));
    out += ')';
  };
  list("param", type.params);
  list("result", type.results);
  return out;
}

void Glue::func(std::string_view id, const core::FuncType& type, Item item) {
  fmt::format_to(std::back_inserter(imports_), "  (import \"\" \"{0}\" (func ${0} {1}))\n", id, text_of(type));
  items_.push_back(item);
}

void Glue::global(std::string_view id, Item item) {
  fmt::format_to(std::back_inserter(imports_), "  (import \"\" \"{0}\" (global ${0} (mut i32)))\n", id);
  items_.push_back(item);
}

void Glue::field(std::string_view text) {
  fields_ += "  ";
  fields_ += text;
  fields_ += '\n';
}

Result<InstanceIdx> Glue::add_to(Merger& merger) const { return merger.add(assemble(fmt::format("(module\n{}{})", imports_, fields_)), items_, {}); }

}  // namespace wcomp::lower
