;; hello, written by hand: a core module that asks WASI preview 1 to write 15 bytes to standard output.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param $fd i32) (param $iovs i32) (param $iovs_len i32) (param $nwritten i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param $status i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00" "\0f\00\00\00")  ;; one iovec: the text's address (16) and its length (15)
  (data (i32.const 16) "hello from wat\n")

  (func (export "_start")
    (local $errno i32)
    (local.set $errno
      (call $fd_write
        (i32.const 1)     ;; standard output
        (i32.const 0)     ;; address of the iovecs
        (i32.const 1)     ;; how many
        (i32.const 8)))   ;; where the number of written bytes goes
    (if (local.get $errno)
      (then (call $proc_exit (i32.const 1))))))
