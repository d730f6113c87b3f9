// RUN: %nibble_opt %s --split-input-file --verify-diagnostics

// docs/HowTo/WriteAScheme.md says what to do about each of these.

// expected-error @below {{'nibble.scheme' op (C1) expected a storage with an integer codec and nothing that gives codes a meaning, got #nibble.scheme<nf4>}}
nibble.scheme @mine <nf4>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    nibble.yield %scale : f32
  }

// -----

// expected-error @below {{'nibble.scheme' op (C1) expected a storage with an integer codec and nothing that gives codes a meaning, got #nibble.scheme<u2 @other>}}
nibble.scheme @mine <u2 @other>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    nibble.yield %scale : f32
  }

// -----

// expected-error @below {{'nibble.scheme' op (C1) expected at most one block size, at least 1, got #nibble.scheme<u2, block = [1, 64]>}}
nibble.scheme @mine <u2, block = [1, 64]>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    nibble.yield %scale : f32
  }

// -----

// expected-error @below {{'nibble.scheme' op (C2) expected 'encode' to take ('f32', 'f32', 'i32'), got ('f32', 'f32')}}
nibble.scheme @mine <u2, zero_point = integer>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    nibble.yield %scale : f32
  }

// -----

// expected-error @below {{'nibble.scheme' op (C2) expected 'encode' to yield ('i32'), got ('f32')}}
nibble.scheme @mine <u2>
  encode {
  ^bb0(%value: f32, %scale: f32):
    nibble.yield %value : f32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    nibble.yield %scale : f32
  }

// -----

// expected-error @below {{'nibble.scheme' op (C2) expected 'decode' to take ('i32', 'f32'), got ('i8', 'f32')}}
nibble.scheme @mine <u2>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i8, %scale: f32):
    nibble.yield %scale : f32
  }

// -----

// expected-error @below {{'nibble.scheme' op (C2) codes that stand for several values are not supported yet: expected 'decode' to yield one f32, got ('f32', 'f32')}}
nibble.scheme @mine <u2>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    nibble.yield %scale, %scale : f32, f32
  }

// -----

// expected-error @+2 {{'nibble.scheme' op (C3) expected scalar operations of arith, math in 'encode', got tensor.from_elements, tensor.extract}}
// expected-error @+1 {{'nibble.scheme' op (C3) expected scalar operations of arith, math in 'decode', got scf.if}}
nibble.scheme @mine <u2>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %zero = arith.constant 0 : index
    %list = tensor.from_elements %value, %scale : tensor<2xf32>
    %element = tensor.extract %list[%zero] : tensor<2xf32>
    %code = arith.fptosi %element : f32 to i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    %zero = arith.constant 0 : i32
    %is_zero = arith.cmpi eq, %code, %zero : i32
    %value = scf.if %is_zero -> f32 {
      scf.yield %scale : f32
    } else {
      scf.yield %scale : f32
    }
    nibble.yield %value : f32
  }

// -----

// expected-error @below {{'nibble.scheme' op (C4) expected 'choose' to take ('tensor<64xf32>'), got ('tensor<32xf32>')}}
nibble.scheme @mine <u2, block = [64]>
  choose {
  ^bb0(%block: tensor<32xf32>):
    %scale = arith.constant 1.0 : f32
    nibble.yield %scale : f32
  } encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    nibble.yield %scale : f32
  }

// -----

// expected-error @below {{'nibble.scheme' op (C4) expected 'choose' to yield ('f32'), got ('f32', 'f32')}}
nibble.scheme @mine <u2>
  choose {
  ^bb0(%block: tensor<?xf32>):
    %scale = arith.constant 1.0 : f32
    nibble.yield %scale, %scale : f32, f32
  } encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    nibble.yield %scale : f32
  }

// -----

// expected-error @below {{'nibble.scheme' op (C4) expected operations of arith, math, tensor, linalg, scf in 'choose', got nibble.quantize}}
nibble.scheme @mine <u2>
  choose {
  ^bb0(%block: tensor<?xf32>):
    %scale = arith.constant 1.0 : f32
    %scales = arith.constant dense<1.0> : tensor<f32>
    %q = nibble.quantize %block scale(%scales : tensor<f32>) as <s8> : tensor<?xf32> -> tensor<?xi8>
    nibble.yield %scale : f32
  } encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    nibble.yield %scale : f32
  }
