// RUN: %nibble_opt %s --split-input-file --verify-diagnostics

func.func @f(%x: tensor<8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C1) expected input, filter and init of rank 4}}
  %r = nibble.conv ins(%x, %w : tensor<8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x6x6x16xf32>)
         -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C1) expected input, filter and init of rank 4}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x6x6x16xf32>)
         {packedFilterShape = array<i64: 3, 3, 4, 16>} -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C2) 4 input channels, 16 output channels and 2 groups do not fit a filter of shape [3, 3, 4, 16]}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x6x6x16xf32>)
         {groups = 2 : i64} -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C2) 4 input channels, 16 output channels and 0 groups do not fit}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x6x6x16xf32>)
         {groups = 0 : i64} -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C3) expected two strides, two dilations and four padding sizes}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x6x6x16xf32>)
         {strides = array<i64: 1>} -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C3) strides and dilations are positive, got 0}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x6x6x16xf32>)
         {strides = array<i64: 1, 0>} -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C3) padding is not negative, got -1}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x6x6x16xf32>)
         {padding = array<i64: 0, 0, -1, 0>} -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<2x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C4) expected batch 1, got 2}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<2x6x6x16xf32>)
         -> tensor<2x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x6x8x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C4) expected 6 results in spatial dimension 1, got 8}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x6x8x16xf32>)
         -> tensor<1x6x8x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %b: tensor<8xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C5) expected a bias of 16 x 'f32', got 'tensor<8xf32>'}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) bias(%b : tensor<8xf32>)
         outs(%init : tensor<1x6x6x16xf32>) -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %m: tensor<16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C6) epilogue operands need an epilogue}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) with(%m : tensor<16xf32>)
         outs(%init : tensor<1x6x6x16xf32>) -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C6) expected 1 epilogue arguments, got 2}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x6x6x16xf32>)
         epilogue {
         ^bb0(%acc: f32, %other: f32):
           nibble.yield %acc : f32
         } -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C6) expected 1 epilogue arguments, got 0}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x6x6x16xf32>)
         epilogue {
           %c = arith.constant 0.0 : f32
           nibble.yield %c : f32
         } -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %m: tensor<4xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C6) an epilogue operand is a scalar, has one element per channel, or in each dimension of the result its size or 1; got 'tensor<4xf32>'}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) with(%m : tensor<4xf32>)
         outs(%init : tensor<1x6x6x16xf32>)
         epilogue {
         ^bb0(%acc: f32, %other: f32):
           nibble.yield %acc : f32
         } -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %m: tensor<16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C6) epilogue argument of type 'i32' for operand 'tensor<16xf32>'}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) with(%m : tensor<16xf32>)
         outs(%init : tensor<1x6x6x16xf32>)
         epilogue {
         ^bb0(%acc: f32, %other: i32):
           nibble.yield %acc : f32
         } -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xi8>, %w: tensor<3x3x4x16xi8>, %init: tensor<1x6x6x16xi8>) {
  // expected-error @below {{'nibble.conv' op (C6) the epilogue must yield 'i8'}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xi8>, tensor<3x3x4x16xi8>) outs(%init : tensor<1x6x6x16xi8>)
         epilogue {
         ^bb0(%acc: i32):
           nibble.yield %acc : i32
         } -> tensor<1x6x6x16xi8>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{'nibble.conv' op (C6) the epilogue must yield 'f32'}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x6x6x16xf32>)
         epilogue {
         ^bb0(%acc: f32):
         } -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{failed to verify constraint: region with at most 1 blocks}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x6x6x16xf32>)
         epilogue {
         ^bb0(%acc: f32):
           nibble.yield %acc : f32
         ^bb1(%other: f32):
           nibble.yield %other : f32
         } -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<*xf32>, %w: tensor<3x3x4x16xf32>, %init: tensor<1x6x6x16xf32>) {
  // expected-error @below {{operand #0 must be ranked tensor of any type values or memref of any type values}}
  %r = nibble.conv ins(%x, %w : tensor<*xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x6x6x16xf32>)
         -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xi8>, %w: tensor<3x3x4x16xi8>, %init: tensor<1x6x6x16xi32>) {
  // expected-error @below {{'nibble.conv' op (C7) input and filter have a scheme both or neither}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xi8>, tensor<3x3x4x16xi8>) outs(%init : tensor<1x6x6x16xi32>)
         {inputScheme = #nibble.scheme<u8>} -> tensor<1x6x6x16xi32>
  return
}

// -----

func.func @f(%x: tensor<1x8x8x4xi8>, %w: tensor<3x3x4x16xi8>, %init: tensor<1x6x6x16xi32>) {
  // expected-error @below {{'nibble.conv' op (C7) expected an integer scheme without minimum, got #nibble.scheme<u8, zero_point = minimum>}}
  %r = nibble.conv ins(%x, %w : tensor<1x8x8x4xi8>, tensor<3x3x4x16xi8>) outs(%init : tensor<1x6x6x16xi32>)
         {inputScheme = #nibble.scheme<u8, zero_point = minimum>, filterScheme = #nibble.scheme<s8>}
         -> tensor<1x6x6x16xi32>
  return
}

// -----

func.func @f(%x: tensor<64xf32>, %w: tensor<64x10xf32>, %init: tensor<10xf32>) {
  // expected-error @below {{'nibble.contract' op (C1) expected input and init of one rank and a filter of that rank or 2, got 'tensor<64xf32>', 'tensor<64x10xf32>', 'tensor<10xf32>'}}
  %r = nibble.contract ins(%x, %w : tensor<64xf32>, tensor<64x10xf32>) outs(%init : tensor<10xf32>) -> tensor<10xf32>
  return
}

// -----

func.func @f(%x: tensor<2x8x64xf32>, %w: tensor<3x64x10xf32>, %init: tensor<2x8x10xf32>) {
  // expected-error @below {{'nibble.contract' op (C2) batch dimensions differ: 'tensor<2x8x64xf32>', filter [3, 64, 10], 'tensor<2x8x10xf32>'}}
  %r = nibble.contract ins(%x, %w : tensor<2x8x64xf32>, tensor<3x64x10xf32>) outs(%init : tensor<2x8x10xf32>)
         -> tensor<2x8x10xf32>
  return
}

// -----

func.func @f(%x: tensor<8x64xf32>, %w: tensor<64x10xf32>, %init: tensor<8x10xf32>) {
  // expected-error @below {{'nibble.contract' op (C2) M, N and K differ: 'tensor<8x64xf32>', filter [64, 10], 'tensor<8x10xf32>'}}
  %r = nibble.contract ins(%x, %w : tensor<8x64xf32>, tensor<64x10xf32>) outs(%init : tensor<8x10xf32>)
         {transposeFilter} -> tensor<8x10xf32>
  return
}

// -----

func.func @f(%x: tensor<8x64xi8>, %w: tensor<64x10xi8>, %b: tensor<10xf32>, %init: tensor<8x10xi32>) {
  // expected-error @below {{'nibble.contract' op (C3) expected a bias of 10 x 'i32', got 'tensor<10xf32>'}}
  %r = nibble.contract ins(%x, %w : tensor<8x64xi8>, tensor<64x10xi8>) bias(%b : tensor<10xf32>)
         outs(%init : tensor<8x10xi32>) -> tensor<8x10xi32>
  return
}

// -----

func.func @f(%x: tensor<8x64xi8>, %w: tensor<64x10xi8>, %init: tensor<8x10xf32>) {
  // expected-error @below {{'nibble.contract' op (C4) the epilogue must yield 'f32'}}
  %r = nibble.contract ins(%x, %w : tensor<8x64xi8>, tensor<64x10xi8>) outs(%init : tensor<8x10xf32>)
         epilogue {
         ^bb0(%acc: i32):
           nibble.yield %acc : i32
         } -> tensor<8x10xf32>
  return
}

// -----

func.func @f(%x: tensor<8x64xi8>, %w: tensor<64x10xi8>, %init: tensor<8x10xi32>) {
  // expected-error @below {{'nibble.contract' op (C5) input and filter have a scheme both or neither}}
  %r = nibble.contract ins(%x, %w : tensor<8x64xi8>, tensor<64x10xi8>) outs(%init : tensor<8x10xi32>)
         {filterScheme = #nibble.scheme<s8>} -> tensor<8x10xi32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %z: tensor<6x2xi32>, %zero: i32, %init: tensor<1x4x4x6xf32>) {
  // expected-error @below {{'nibble.conv' op (C7) expected an integer scheme without minimum, got #nibble.scheme<s8, zero_point = minimum>}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x4xi8>) filter_scales(%s : tensor<6x2xf32>) outs(%init : tensor<1x4x4x6xf32>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>, inputScheme = #nibble.scheme<s8, zero_point = minimum>, filterScheme = #nibble.scheme<s4, block = [1, 4]>} -> tensor<1x4x4x6xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %z: tensor<6x2xi32>, %zero: i32, %init: tensor<1x4x4x6xf32>) {
  // expected-error @below {{'nibble.conv' op (C8) a filter in rows has a scheme}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x4xi8>) outs(%init : tensor<1x4x4x6xf32>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>} -> tensor<1x4x4x6xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x8xi8>, %s: tensor<6x2xf32>, %z: tensor<6x2xi32>, %zero: i32, %init: tensor<1x4x4x6xf32>) {
  // expected-error @below {{'nibble.conv' op (C8) expected 6 rows of 4 x 'i8', got 'tensor<6x8xi8>'}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x8xi8>) filter_scales(%s : tensor<6x2xf32>) outs(%init : tensor<1x4x4x6xf32>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>, inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s4, block = [1, 4]>} -> tensor<1x4x4x6xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x8xi8>, %s: tensor<6x2xf32>, %z: tensor<6x2xi32>, %zero: i32, %init: tensor<1x4x4x6xf32>) {
  // expected-error @below {{'nibble.conv' op (C8) expected 6 rows of 8 x 'i16', got 'tensor<6x8xi8>'}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x8xi8>) filter_scales(%s : tensor<6x2xf32>) outs(%init : tensor<1x4x4x6xf32>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>, filterScheme = #nibble.scheme<s12, block = [1, 4]>} -> tensor<1x4x4x6xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %z: tensor<6x2xi32>, %zero: i32, %init: tensor<1x4x4x6xi32>) {
  // expected-error @below {{'nibble.conv' op (C9) filter scales and zero points are for the codes of a filter whose sums are floats}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x4xi8>) filter_scales(%s : tensor<6x2xf32>) outs(%init : tensor<1x4x4x6xi32>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>, inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s4, block = [1, 4]>} -> tensor<1x4x4x6xi32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %z: tensor<6x2xi32>, %zero: i32, %init: tensor<1x4x4x6xf64>) {
  // expected-error @below {{'nibble.conv' op (C9) expected the sums of a scaled filter in f32, got 'f64'}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x4xi8>) filter_scales(%s : tensor<6x2xf32>) outs(%init : tensor<1x4x4x6xf64>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>, inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s4, block = [1, 4]>} -> tensor<1x4x4x6xf64>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %z: tensor<6x2xi32>, %zero: i32, %init: tensor<1x4x4x6xf32>) {
  // expected-error @below {{'nibble.conv' op (C9) a filter with scales has zero points for its blocks}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x4xi8>) filter_zero_point(%zero) filter_scales(%s : tensor<6x2xf32>) outs(%init : tensor<1x4x4x6xf32>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>, inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s4, block = [1, 4]>} -> tensor<1x4x4x6xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %z: tensor<6x2xi32>, %zero: i32, %init: tensor<1x4x4x6xf32>) {
  // expected-error @below {{'nibble.conv' op (C9) expected scales of 1 levels, got 0}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x4xi8>) outs(%init : tensor<1x4x4x6xf32>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>, inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s4, block = [1, 4]>} -> tensor<1x4x4x6xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %z: tensor<6x2xi32>, %zero: i32, %init: tensor<1x4x4x6xf32>) {
  // expected-error @below {{'nibble.conv' op (C9) expected blocks of one row, got #nibble.scheme<s4>}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x4xi8>) filter_scales(%s : tensor<6x2xf32>) outs(%init : tensor<1x4x4x6xf32>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>, filterScheme = #nibble.scheme<s4>} -> tensor<1x4x4x6xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %z: tensor<6x2xi32>, %zero: i32, %init: tensor<1x4x4x6xf32>) {
  // expected-error @below {{'nibble.conv' op (C9) expected blocks of one row, got #nibble.scheme<s4, block = [0, 4]>}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x4xi8>) filter_scales(%s : tensor<6x2xf32>) outs(%init : tensor<1x4x4x6xf32>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>, filterScheme = #nibble.scheme<s4, block = [0, 4]>} -> tensor<1x4x4x6xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %z: tensor<6x2xi32>, %zero: i32, %init: tensor<1x4x4x6xf32>) {
  // expected-error @below {{'nibble.conv' op (C9) expected filter scales of shape [6, 1] and type 'f32', got 'tensor<6x2xf32>'}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x4xi8>) filter_scales(%s : tensor<6x2xf32>) outs(%init : tensor<1x4x4x6xf32>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>, filterScheme = #nibble.scheme<s4, block = [1, 0]>} -> tensor<1x4x4x6xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %z: tensor<6x2xi32>, %zero: i32, %init: tensor<1x4x4x6xf32>) {
  // expected-error @below {{'nibble.conv' op (C9) the filter's scheme has no zero point, the op has some}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x4xi8>) filter_scales(%s : tensor<6x2xf32>) filter_zero_points(%z : tensor<6x2xi32>) outs(%init : tensor<1x4x4x6xf32>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>, inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s4, block = [1, 4]>} -> tensor<1x4x4x6xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %z: tensor<6x2xi32>, %zero: i32, %init: tensor<1x4x4x6xf32>) {
  // expected-error @below {{'nibble.conv' op (C9) the filter's scheme has a zero point, the op has none}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x4xi8>) filter_scales(%s : tensor<6x2xf32>) outs(%init : tensor<1x4x4x6xf32>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>, filterScheme = #nibble.scheme<u4, block = [1, 4], zero_point = integer>} -> tensor<1x4x4x6xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xi8>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %z: tensor<2x6xi32>, %zero: i32, %init: tensor<1x4x4x6xf32>) {
  // expected-error @below {{'nibble.conv' op (C9) expected filter zero points of shape [6, 2] and type 'i32', got 'tensor<2x6xi32>'}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xi8>, tensor<6x4xi8>) filter_scales(%s : tensor<6x2xf32>) filter_zero_points(%z : tensor<2x6xi32>) outs(%init : tensor<1x4x4x6xf32>)
         {packedFilterShape = array<i64: 1, 1, 8, 6>, filterScheme = #nibble.scheme<u4, block = [1, 4], zero_point = integer>} -> tensor<1x4x4x6xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x4x8xf32>, %w: tensor<1x1x8x6xi8>, %s: tensor<6x2xf32>, %init: tensor<1x4x4x6xf32>) {
  // expected-error @below {{'nibble.conv' op (C9) expected the filter in rows, got 'tensor<1x1x8x6xi8>'}}
  %r = nibble.conv ins(%x, %w : tensor<1x4x4x8xf32>, tensor<1x1x8x6xi8>) filter_scales(%s : tensor<6x2xf32>)
         outs(%init : tensor<1x4x4x6xf32>) {filterScheme = #nibble.scheme<s8, block = [1, 4]>} -> tensor<1x4x4x6xf32>
  return
}

// -----

func.func @f(%x: tensor<2x8xf32>, %w: tensor<8x3xi8>, %s: tensor<6x2xf32>, %init: tensor<2x6xf32>) {
  // expected-error @below {{'nibble.contract' op (C2) a filter in rows is transposed}}
  %r = nibble.contract ins(%x, %w : tensor<2x8xf32>, tensor<8x3xi8>) filter_scales(%s : tensor<6x2xf32>)
         outs(%init : tensor<2x6xf32>)
         {packedFilterShape = array<i64: 8, 6>, filterScheme = #nibble.scheme<s4, block = [1, 4]>} -> tensor<2x6xf32>
  return
}

// -----

func.func @f(%x: tensor<2x8xf32>, %w: tensor<6x8xi8>, %s: tensor<6x2xf32>, %init: tensor<2x6xf32>) {
  // expected-error @below {{'nibble.contract' op (C6) expected 6 rows of 4 x 'i8', got 'tensor<6x8xi8>'}}
  %r = nibble.contract ins(%x, %w : tensor<2x8xf32>, tensor<6x8xi8>) filter_scales(%s : tensor<6x2xf32>)
         outs(%init : tensor<2x6xf32>)
         {transposeFilter, packedFilterShape = array<i64: 6, 8>, filterScheme = #nibble.scheme<s4, block = [1, 4]>}
         -> tensor<2x6xf32>
  return
}

// -----

func.func @f(%x: tensor<2x8xf32>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %init: tensor<2x6xf32>) {
  // expected-error @below {{'nibble.contract' op (C7) expected filter scales of shape [6, 4] and type 'f32', got 'tensor<6x2xf32>'}}
  %r = nibble.contract ins(%x, %w : tensor<2x8xf32>, tensor<6x4xi8>) filter_scales(%s : tensor<6x2xf32>)
         outs(%init : tensor<2x6xf32>)
         {transposeFilter, packedFilterShape = array<i64: 6, 8>, filterScheme = #nibble.scheme<s4, block = [1, 2]>}
         -> tensor<2x6xf32>
  return
}

// -----

func.func @f(%x: tensor<2x2x8xf32>, %w: tensor<6x4xi8>, %s: tensor<6x2xf32>, %init: tensor<2x2x6xf32>) {
  // expected-error @below {{'nibble.contract' op (C1) expected input and init of one rank and a filter of that rank or 2}}
  %r = nibble.contract ins(%x, %w : tensor<2x2x8xf32>, tensor<6x4xi8>) filter_scales(%s : tensor<6x2xf32>)
         outs(%init : tensor<2x2x6xf32>)
         {transposeFilter, packedFilterShape = array<i64: 2, 6, 8>, filterScheme = #nibble.scheme<s4, block = [1, 4]>}
         -> tensor<2x2x6xf32>
  return
}
