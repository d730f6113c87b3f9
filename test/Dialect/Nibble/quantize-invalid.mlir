// RUN: %nibble_opt %s --split-input-file --verify-diagnostics

func.func @f(%x: tensor<1x8xf32>, %s: tensor<f32>) {
  // expected-error @below {{'nibble.quantize' op (C1) expected equal shapes, got 'tensor<1x8xf32>' and 'tensor<8xi8>'}}
  %q = nibble.quantize %x scale(%s : tensor<f32>) as <s8> : tensor<1x8xf32> -> tensor<8xi8>
  return
}

// -----

func.func @f(%x: tensor<1x8xf32>, %s: tensor<f32>) {
  // expected-error @below {{'nibble.quantize' op (C1) expected storage of 'i8', got 'tensor<1x8xi32>'}}
  %q = nibble.quantize %x scale(%s : tensor<f32>) as <s8> : tensor<1x8xf32> -> tensor<1x8xi32>
  return
}

// -----

func.func @f(%x: tensor<1x8xi32>, %s: tensor<f32>) {
  // expected-error @below {{'nibble.quantize' op (C1) expected float elements, got 'tensor<1x8xi32>'}}
  %q = nibble.quantize %x scale(%s : tensor<f32>) as <s8> : tensor<1x8xi32> -> tensor<1x8xi8>
  return
}

// -----

func.func @f(%x: tensor<1x8xf32>, %s: tensor<8xf32>) {
  // expected-error @below {{'nibble.quantize' op (C2) expected a scheme with 2 block sizes, got 1}}
  %q = nibble.quantize %x scale(%s : tensor<8xf32>) as <s8, block = [1]> : tensor<1x8xf32> -> tensor<1x8xi8>
  return
}

// -----

func.func @f(%x: tensor<1x8xf32>, %s: tensor<8xf32>) {
  // expected-error @below {{'nibble.quantize' op (C2) expected a scale of shape [1, 8], got 'tensor<8xf32>'}}
  %q = nibble.quantize %x scale(%s : tensor<8xf32>) as <s8, block = [0, 1]> : tensor<1x8xf32> -> tensor<1x8xi8>
  return
}

// -----

func.func @f(%x: tensor<1x8xf32>, %s: tensor<f32>) {
  // expected-error @below {{'nibble.quantize' op (C3) the scheme has a zero point, the op has none}}
  %q = nibble.quantize %x scale(%s : tensor<f32>) as <u8, zero_point = integer> : tensor<1x8xf32> -> tensor<1x8xi8>
  return
}

// -----

func.func @f(%x: tensor<1x8xf32>, %s: tensor<f32>, %z: tensor<1xi32>) {
  // expected-error @below {{'nibble.quantize' op (C3) expected a zero point of shape [], got 'tensor<1xi32>'}}
  %q = nibble.quantize %x scale(%s : tensor<f32>) zero_point(%z : tensor<1xi32>)
         as <u8, zero_point = integer> : tensor<1x8xf32> -> tensor<1x8xi8>
  return
}

// -----

func.func @f(%q: tensor<8xi8>, %s: tensor<f32>) {
  // expected-error @below {{'nibble.dequantize' op (C1) expected equal shapes, got 'tensor<1x8xf32>' and 'tensor<8xi8>'}}
  %x = nibble.dequantize %q scale(%s : tensor<f32>) as <s8> : tensor<8xi8> -> tensor<1x8xf32>
  return
}

// -----

func.func @f(%q: tensor<8xi8>, %s: tensor<8xf32>) {
  // expected-error @below {{'nibble.dequantize' op (C2) expected a scale of shape [], got 'tensor<8xf32>'}}
  %x = nibble.dequantize %q scale(%s : tensor<8xf32>) as <s8> : tensor<8xi8> -> tensor<8xf32>
  return
}

// -----

func.func @f(%q: tensor<8xi8>, %s: tensor<f32>, %z: tensor<i32>) {
  // expected-error @below {{'nibble.dequantize' op (C3) the scheme has no zero point, the op has one}}
  %x = nibble.dequantize %q scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <s8> : tensor<8xi8> -> tensor<8xf32>
  return
}

// -----

func.func @f(%q: tensor<8xi8>, %m: tensor<f32>) {
  // expected-error @below {{'nibble.requantize' op (C1) expected equal shapes, got 'tensor<8xi8>' and 'tensor<4xi8>'}}
  %r = nibble.requantize %q multiplier(%m : tensor<f32>) from <u8> to <s8> : tensor<8xi8> -> tensor<4xi8>
  return
}

// -----

func.func @f(%q: tensor<8xi32>, %m: tensor<f32>) {
  // expected-error @below {{'nibble.requantize' op (C1) element types are not the storage types of the schemes: 'tensor<8xi32>', 'tensor<8xi8>'}}
  %r = nibble.requantize %q multiplier(%m : tensor<f32>) from <u8> to <s8> : tensor<8xi32> -> tensor<8xi8>
  return
}

// -----

func.func @f(%q: tensor<8xi8>, %m: tensor<f32>) {
  // expected-error @below {{'nibble.requantize' op (C2) expected an integer scheme with one block and codes that are not packed, got #nibble.scheme<s8, block = [1]>}}
  %r = nibble.requantize %q multiplier(%m : tensor<f32>) from <s8, block = [1]> to <s8> : tensor<8xi8> -> tensor<8xi8>
  return
}

// -----

func.func @f(%q: tensor<8xi8>, %m: tensor<f32>) {
  // expected-error @below {{'nibble.requantize' op (C3) an input zero point is given exactly when the input scheme has one}}
  %r = nibble.requantize %q multiplier(%m : tensor<f32>)
         from <u8, zero_point = integer> to <s8> : tensor<8xi8> -> tensor<8xi8>
  return
}

// -----

func.func @f(%q: tensor<8xi8>, %m: tensor<f32>) {
  // expected-error @below {{'nibble.requantize' op (C4) expected a multiplier of 'tensor<2xi32>' for rounding tosa, got 'tensor<f32>'}}
  %r = nibble.requantize %q multiplier(%m : tensor<f32>) from <s8> to <s8, rounding = tosa> : tensor<8xi8> -> tensor<8xi8>
  return
}

// -----

func.func @f(%q: tensor<8xi8>, %m: tensor<1xf32>) {
  // expected-error @below {{'nibble.requantize' op (C4) expected a multiplier of 'tensor<f32>' for rounding half_to_even, got 'tensor<1xf32>'}}
  %r = nibble.requantize %q multiplier(%m : tensor<1xf32>) from <s8> to <s8> : tensor<8xi8> -> tensor<8xi8>
  return
}

// -----

func.func @f(%x: tensor<8xf32>, %s: tensor<f32>) {
  // expected-error @below {{'nibble.quantize' op (C5) expected a rounding of real numbers, got tflite_single}}
  %q = nibble.quantize %x scale(%s : tensor<f32>) as <s8, rounding = tflite_single> : tensor<8xf32> -> tensor<8xi8>
  return
}

// -----

func.func @f(%q: tensor<8xi8>, %m: tensor<f32>, %z: tensor<i32>) {
  // expected-error @below {{'nibble.requantize' op (C3) a result zero point is given exactly when the result scheme has one}}
  %r = nibble.requantize %q multiplier(%m : tensor<f32>) result_zero_point(%z : tensor<i32>)
         from <u8> to <s8> : tensor<8xi8> -> tensor<8xi8>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{'nibble.choose_params' op (C1) expected a scale of shape [4, 1], got 'tensor<4xf32>'}}
  %s = nibble.choose_params %x as <s8, block = [1, 0]> : tensor<4x8xf32> -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{'nibble.choose_params' op (C2) the scheme has a zero point, the op has none}}
  %s = nibble.choose_params %x as <u8, zero_point = integer> : tensor<4x8xf32> -> tensor<f32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{'nibble.choose_params' op (C2) expected a zero point of shape [], got 'tensor<4xi32>'}}
  %s, %z = nibble.choose_params %x as <u8, zero_point = integer> : tensor<4x8xf32> -> tensor<f32> zero_point tensor<4xi32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{'nibble.observe' op (C1) on a tensor the result has the input's type, on a buffer there is none}}
  %y = nibble.observe %x "x" : tensor<4x8xf32> -> tensor<32xf32>
  return
}

// -----

func.func @f(%x: memref<8xf32>) {
  // expected-error @below {{'nibble.observe' op (C1) on a tensor the result has the input's type, on a buffer there is none}}
  %y = nibble.observe %x "x" : memref<8xf32> -> tensor<8xf32>
  return
}

// -----

func.func @f(%x: memref<1x4x4x3xf32>) {
  // expected-error @below {{'nibble.observe' op (C2) has no #nibble.patches<kernel = [3, 3], strides = [1, 1], dilations = [1, 1], padding = [0, 0, 0, 0], groups = 2> in 'memref<1x4x4x3xf32>'}}
  nibble.observe %x "x" patches [#nibble.patches<kernel = [3, 3], strides = [1, 1], dilations = [1, 1], padding = [0, 0, 0, 0], groups = 2>]
    : memref<1x4x4x3xf32>
  return
}

// -----

func.func @f(%x: memref<f32>) {
  // expected-error @below {{'nibble.observe' op (C2) has no #nibble.patches<kernel = [1, 1], strides = [1, 1], dilations = [1, 1], padding = [0, 0, 0, 0], groups = 1> in 'memref<f32>'}}
  nibble.observe %x "x" patches [#nibble.patches<kernel = [1, 1], strides = [1, 1], dilations = [1, 1], padding = [0, 0, 0, 0], groups = 1>]
    : memref<f32>
  return
}

// -----

func.func @f(%x: tensor<1x9xf32>, %s: tensor<f32>) {
  // expected-error @below {{'nibble.quantize' op (C1) expected codes of 'tensor<1x9xf32>' in storage of shape [1, 5], got 'tensor<1x9xi8>'}}
  %q = nibble.quantize %x scale(%s : tensor<f32>) as <s4> : tensor<1x9xf32> -> tensor<1x9xi8>
  return
}

// -----

func.func @f(%x: tensor<1x8xf32>, %s: tensor<f32>) {
  // expected-error @below {{'nibble.quantize' op (C2) expected a scale for each of 2 levels, got 1}}
  %q = nibble.quantize %x scale(%s : tensor<f32>) as <s8, scale = [i8, f32]> : tensor<1x8xf32> -> tensor<1x8xi8>
  return
}

// -----

func.func @f(%x: tensor<1x8xf32>, %s: tensor<f32>) {
  // expected-error @below {{'nibble.quantize' op (C2) expected a scale of 'i8', got 'tensor<f32>'}}
  %q = nibble.quantize %x scale(%s : tensor<f32>) as <s8, scale = [f8E8M0FNU]> : tensor<1x8xf32> -> tensor<1x8xi8>
  return
}

// -----

func.func @f(%x: tensor<1x8xf32>, %s: tensor<f16>, %z: tensor<i32>) {
  // expected-error @below {{'nibble.quantize' op (C3) expected a zero point of 'f16', got 'tensor<i32>'}}
  %q = nibble.quantize %x scale(%s : tensor<f16>) zero_point(%z : tensor<i32>)
         as <u8, scale = [f16], zero_point = minimum> : tensor<1x8xf32> -> tensor<1x8xi8>
  return
}

// -----

func.func @f(%x: tensor<1x8xf32>, %s: tensor<1x2xf16>) {
  // expected-error @below {{'nibble.quantize' op (C4) no 'nibble.scheme' @half}}
  %q = nibble.quantize %x scale(%s : tensor<1x2xf16>)
         as <u2 @half, block = [1, 4], scale = [f16]> : tensor<1x8xf32> -> tensor<1x2xi8>
  return
}

// -----

// expected-note @below {{declared here}}
nibble.scheme @half <u2, block = [4], scale = [f16]>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    nibble.yield %scale : f32
  }

func.func @f(%x: tensor<1x8xf32>, %s: tensor<1x1xf16>) {
  // expected-error @below {{'nibble.quantize' op (C4) not a scheme of @half: expected blocks of 4 elements, got #nibble.scheme<u2 @half, block = [1, 8], scale = [f16]>}}
  %q = nibble.quantize %x scale(%s : tensor<1x1xf16>)
         as <u2 @half, block = [1, 8], scale = [f16]> : tensor<1x8xf32> -> tensor<1x2xi8>
  return
}

// -----

// expected-note @below {{declared here}}
nibble.scheme @half <u2, block = [4], scale = [f16]>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    nibble.yield %scale : f32
  }

func.func @f(%q: tensor<1x2xi8>, %s: tensor<1x2xf32>) {
  // expected-error @below {{'nibble.dequantize' op (C4) not a scheme of @half: expected #nibble.scheme<u2 @half, block = [1, 4], scale = [f16]>, got #nibble.scheme<u2 @half, block = [1, 4]>}}
  %x = nibble.dequantize %q scale(%s : tensor<1x2xf32>) as <u2 @half, block = [1, 4]> : tensor<1x2xi8> -> tensor<1x8xf32>
  return
}

// -----

func.func @f(%q: tensor<4xi8>, %m: tensor<f32>) {
  // expected-error @below {{'nibble.requantize' op (C2) expected an integer scheme with one block and codes that are not packed, got #nibble.scheme<s4>}}
  %r = nibble.requantize %q multiplier(%m : tensor<f32>) from <s4> to <s4> : tensor<4xi8> -> tensor<4xi8>
  return
}

// -----

func.func @f(%x: tensor<1x8xf32>) {
  // expected-error @below {{'nibble.choose_params' op (C3) no 'nibble.scheme' @half}}
  %s = nibble.choose_params %x as <u2 @half, block = [1, 4], scale = [f16]> : tensor<1x8xf32> -> tensor<1x2xf16>
  return
}
