  ;; What the host gives: see wit/host.wit.
  (import "rollcall:connector/host@0.1.0" "now-ms" (func $now-ms (result i64)))
  (import "rollcall:connector/host@0.1.0" "random" (func $random (param $length i32) (param $list i32)))
  (import "rollcall:connector/host@0.1.0" "log" (func $log (param $level i32) (param $text i32) (param $length i32)))

  ;; Where an answer is built that is not the same each time: 32 bytes from 16 on.
  ;; The line of standard error that is not at its end yet: 4,096 bytes from 64 on.
  (global $line-length (mut i32) (i32.const 0))

  ;; What arguments and lists are put into. Every function leaves it empty: its answer is read before the next one begins.
  (func $alloc (param $size i32) (result i32)
    (local $at i32) (local $end i32)
    (local.set $at (global.get $heap))
    (local.set $end (i32.and (i32.add (i32.add (local.get $at) (local.get $size)) (i32.const 15)) (i32.const -16)))
    (if (i32.lt_u (local.get $end) (local.get $at)) (then (unreachable)))
    (if (i32.gt_u (local.get $end) (i32.shl (memory.size) (i32.const 16)))
      (then
        (br_if 0 (i32.ge_s
          (memory.grow (i32.add
            (i32.shr_u (i32.sub (local.get $end) (i32.shl (memory.size) (i32.const 16))) (i32.const 16))
            (i32.const 1)))
          (i32.const 0)))
        (unreachable)))
    (global.set $heap (local.get $end))
    (local.get $at))
  (func (export "cabi_realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (call $alloc (local.get $size)))
    (memory.copy (local.get $at) (local.get $old)
      (select (local.get $old-size) (local.get $size) (i32.lt_u (local.get $old-size) (local.get $size))))
    (local.get $at))

  ;; As many random bytes as wanted. The host gives at most 1,024 at a time.
  (func $random-bytes (param $length i32) (result i32)
    (local $bytes i32) (local $done i32) (local $n i32)
    (if (i32.gt_u (local.get $length) (i32.const 1048576)) (then (unreachable)))
    (local.set $bytes (call $alloc (local.get $length)))
    (block $all
      (loop $more
        (br_if $all (i32.ge_u (local.get $done) (local.get $length)))
        (local.set $n (i32.sub (local.get $length) (local.get $done)))
        (if (i32.gt_u (local.get $n) (i32.const 1024)) (then (local.set $n (i32.const 1024))))
        (call $random (local.get $n) (i32.const 16))
        (if (i32.ne (i32.load (i32.const 20)) (local.get $n)) (then (unreachable)))
        (memory.copy (i32.add (local.get $bytes) (local.get $done)) (i32.load (i32.const 16)) (local.get $n))
        (local.set $done (i32.add (local.get $done) (local.get $n)))
        (br $more)))
    (local.get $bytes))

  ;; Standard error, a line at a time into the host's log, which takes nothing that is not UTF-8.
  (func $say (param $text i32) (param $length i32)
    (local $end i32) (local $byte i32)
    (local.set $end (i32.add (local.get $text) (local.get $length)))
    (block $all
      (loop $more
        (br_if $all (i32.ge_u (local.get $text) (local.get $end)))
        (local.set $byte (i32.load8_u (local.get $text)))
        (local.set $text (i32.add (local.get $text) (i32.const 1)))
        (if (i32.eq (local.get $byte) (i32.const 10))
          (then (call $end-line))
          (else
            (i32.store8 (i32.add (i32.const 64) (global.get $line-length)) (local.get $byte))
            (global.set $line-length (i32.add (global.get $line-length) (i32.const 1)))
            (if (i32.eq (global.get $line-length) (i32.const 4096)) (then (call $end-line)))))
        (br $more))))
  (func $end-line
    (if (global.get $line-length)
      (then
        (call $repair (i32.const 64) (i32.add (i32.const 64) (global.get $line-length)))
        (call $log (i32.const LOG_ERROR) (i32.const 64) (global.get $line-length))
        (global.set $line-length (i32.const 0)))))

  (func $exit
    (call $end-line)
    (call $log (i32.const LOG_ERROR) (i32.const 4160) (i32.const 15)))
  (data (i32.const 4160) "it ended itself")

  ;; Put a question mark in the place of each byte that is no UTF-8. Source: the Unicode standard, table 3-7.
  (func $repair (param $at i32) (param $end i32)
    (local $n i32)
    (block $all
      (loop $more
        (br_if $all (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $n (call $character (local.get $at) (local.get $end)))
        (if (i32.eqz (local.get $n))
          (then (i32.store8 (local.get $at) (i32.const 63)) (local.set $n (i32.const 1))))
        (local.set $at (i32.add (local.get $at) (local.get $n)))
        (br $more))))
  ;; How many bytes the character here has; 0 if it is none.
  (func $character (param $at i32) (param $end i32) (result i32)
    (local $first i32) (local $n i32) (local $i i32)
    (local $low i32) (local $high i32)
    (local.set $first (i32.load8_u (local.get $at)))
    (if (i32.lt_u (local.get $first) (i32.const 0x80)) (then (return (i32.const 1))))
    (if (i32.lt_u (local.get $first) (i32.const 0xc2)) (then (return (i32.const 0))))
    (if (i32.gt_u (local.get $first) (i32.const 0xf4)) (then (return (i32.const 0))))
    (local.set $n (i32.add (i32.const 2)
      (i32.add (i32.ge_u (local.get $first) (i32.const 0xe0)) (i32.ge_u (local.get $first) (i32.const 0xf0)))))
    (if (i32.gt_u (i32.add (local.get $at) (local.get $n)) (local.get $end)) (then (return (i32.const 0))))
    ;; The second byte is bound by the first, the others by nothing else.
    (local.set $low (i32.const 0x80))
    (local.set $high (i32.const 0xbf))
    (if (i32.eq (local.get $first) (i32.const 0xe0)) (then (local.set $low (i32.const 0xa0))))
    (if (i32.eq (local.get $first) (i32.const 0xed)) (then (local.set $high (i32.const 0x9f))))
    (if (i32.eq (local.get $first) (i32.const 0xf0)) (then (local.set $low (i32.const 0x90))))
    (if (i32.eq (local.get $first) (i32.const 0xf4)) (then (local.set $high (i32.const 0x8f))))
    (local.set $i (i32.const 1))
    (loop $more
      (local.set $first (i32.load8_u (i32.add (local.get $at) (local.get $i))))
      (if (i32.lt_u (local.get $first) (local.get $low)) (then (return (i32.const 0))))
      (if (i32.gt_u (local.get $first) (local.get $high)) (then (return (i32.const 0))))
      (local.set $low (i32.const 0x80))
      (local.set $high (i32.const 0xbf))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $n))
