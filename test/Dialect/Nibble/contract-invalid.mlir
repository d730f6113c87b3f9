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
  // expected-error @below {{'nibble.conv' op (C6) an epilogue operand is a scalar, has one element per channel or the shape of the result; got 'tensor<4xf32>'}}
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
